// SPDX-License-Identifier: MIT
/* What the mount calls do with the tree: new mounts, binds, moves, changes, unmounting, pivot_root. */
#include "mount.h"

unsigned int mount_flags(unsigned long flags)
{
	/* MS_RELATIME has nothing to say: that is the default. */
	unsigned int result = (unsigned int)flags & MOUNT_FLAGS & ~MS_RELATIME;

	if (!(flags & MS_NOATIME))
		result |= MS_RELATIME;
	if (flags & MS_STRICTATIME)
		result &= ~(MS_RELATIME | MS_NOATIME);
	return result;
}

/* Place a detached tree, or drop it. */
static int place_or_discard(struct mount *top, const struct path *target)
{
	int error;

	mutex_lock(&mount_mutex);
	error = mount_place(top, target);
	if (error)
		mount_discard(top);
	mutex_unlock(&mount_mutex);
	return error;
}

/* ---- new ---- */

int mount_new_detached(const struct fs_type *type, const char *source, const char *options,
		       unsigned long super_flags, unsigned int flags, struct mount **mount)
{
	struct super *super;
	int error = type->mount(type, source, options, &super);

	if (error)
		return error;
	/* A shared superblock (procfs) comes back active, and stays as it is. */
	if (!READ_ONCE(super->active))
		super->flags |= super_flags & SUPER_FLAGS;
	*mount = mount_create(super, super->root, flags, source);
	if (*mount) {
		(*mount)->fresh = true;
		return 0;
	}
	if (!READ_ONCE(super->active))
		super_kill(super);
	return -ENOMEM;
}

static int mount_new(const char *source, struct path *target, const char *type_name,
		     unsigned long flags, char *options)
{
	struct super_change change = {.flags = flags & SUPER_FLAGS};
	const struct fs_type *type;
	struct mount *mount;
	int error;

	if (!type_name)
		return -EINVAL;
	type = fs_type_find(type_name);
	if (!type || type->flags & FS_KERNEL)
		return -ENODEV;
	mount_options_common(options, &change);
	error = mount_new_detached(type, source, options, change.flags, mount_flags(flags), &mount);
	if (error)
		return error;
	mount_topmost(target);
	/* The same file system on the same place again. */
	if (target->mount->super == mount->super && target->mount->root == target->dentry) {
		mount_put(mount);
		return -EBUSY;
	}
	return place_or_discard(mount, target);
}

/* ---- binds and moves ---- */

int mount_bind_copy(const struct path *source, bool rec, struct mount **copy)
{
	int error = -EINVAL;

	mutex_lock(&mount_mutex);
	if (!source->mount->unbindable && mount_placed(source->mount))
		error = mount_copy(source->mount, source->dentry, rec, COPY_PEER, copy);
	mutex_unlock(&mount_mutex);
	return error;
}

static int mount_bind(const char *source, struct path *target, bool rec)
{
	struct mount *copy;
	struct path from;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	mount_topmost(target);
	error = mount_may_target(target->mount, target->dentry);
	if (!error)
		error = mount_bind_copy(&from, rec, &copy);
	path_put(&from);
	return error ? error : place_or_discard(copy, target);
}

/* mount_mutex held. */
static int may_move(const struct path *from, const struct path *target)
{
	struct mount *mount = from->mount;

	if (from->dentry != mount->root || !mount_changeable(mount))
		return -EINVAL;
	if (S_ISDIR(from->dentry->inode->mode) != S_ISDIR(target->dentry->inode->mode))
		return -EINVAL;
	if (mount->attached) {
		/* What is shared stays where all have it. */
		if (!mount->parent || propagation_shared(mount->parent))
			return -EINVAL;
	}
	if (propagation_shared(target->mount) && propagation_unbindable(mount))
		return -EINVAL;
	return mount_below(target->mount, mount) ? -ELOOP : 0;
}

/* Back to where it was: nothing there has changed, so this cannot fail. */
static void put_back(struct mount *mount, const struct path *was_on)
{
	struct mount *m;

	mount_change_begin();
	mount_attach(mount, was_on->mount, was_on->dentry);
	mount_change_end();
	for (m = mount; m; m = mount_next(m, mount))
		m->fresh = false;
}

int do_move_mount(struct path *from, struct path *target)
{
	struct path was_on = {NULL, NULL};
	struct mount *mount = from->mount;
	int error;

	mount_topmost(target);
	mutex_lock(&mount_mutex);
	error = mount_may_target(target->mount, target->dentry);
	if (!error)
		error = may_move(from, target);
	if (!error && mount->attached)
		mount_take(mount, &was_on);
	if (!error) {
		error = mount_place(mount, target);
		if (error && was_on.mount)
			put_back(mount, &was_on);
	}
	if (was_on.mount)
		mount_left(was_on.dentry);
	mutex_unlock(&mount_mutex);
	if (was_on.mount)
		path_put(&was_on);
	return error;
}

static int mount_move(const char *source, struct path *target)
{
	struct path from;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	error = do_move_mount(&from, target);
	path_put(&from);
	return error;
}

/* ---- changes ---- */

/* mount_mutex held. */
static int remount_locked(const struct path *target, unsigned long flags, char *options)
{
	struct super_change change = {.flags = flags & SUPER_FLAGS, .mask = REMOUNT_FLAGS};
	unsigned int new = mount_flags(flags);
	int error;

	if (target->dentry != target->mount->root || !mount_placed(target->mount))
		return -EINVAL;
	/* How times of access are kept stays as it is, unless something is said of it. */
	if (!(flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)))
		new = (new & ~ATIME_FLAGS) | (target->mount->flags & ATIME_FLAGS);
	if (flags & MS_BIND)
		return mount_set_flags(target->mount, new);
	mount_options_common(options, &change);
	error = super_remount(target->mount->super, change.flags, change.mask, options);
	/* The file system has judged who writes; what it has changed is not taken back. */
	if (!error)
		WRITE_ONCE(target->mount->flags, new);
	return error;
}

static int mount_remount(const struct path *target, unsigned long flags, char *options)
{
	int error;

	mutex_lock(&mount_mutex);
	error = remount_locked(target, flags, options);
	mutex_unlock(&mount_mutex);
	return error;
}

static int mount_propagate(const struct path *target, unsigned long flags)
{
	unsigned long type = flags & MS_PROPAGATION;
	int error;

	if (type & (type - 1) || flags & ~(MS_PROPAGATION | MS_REC | MS_SILENT))
		return -EINVAL;
	if (target->dentry != target->mount->root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	error = mount_gone(target->mount) ? -EINVAL
					  : propagation_change(target->mount, type, flags & MS_REC);
	mutex_unlock(&mount_mutex);
	return error;
}

int do_mount(const char *source, struct path *target, const char *type, unsigned long flags,
	     char *options)
{
	if (flags & MS_NOUSER)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & MS_REMOUNT)
		return mount_remount(target, flags, options);
	if (flags & MS_BIND)
		return mount_bind(source, target, flags & MS_REC);
	if (flags & MS_PROPAGATION)
		return mount_propagate(target, flags);
	if (flags & MS_MOVE)
		return mount_move(source, target);
	return mount_new(source, target, type, flags, options);
}

int vfs_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *options)
{
	char *copy = options ? kstrdup(options, GFP_KERNEL) : NULL;
	struct path path;
	int error =
		options && !copy ? -ENOMEM : path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &path);

	if (!error) {
		error = do_mount(source, &path, type, flags, copy);
		path_put(&path);
	}
	kfree(copy);
	return error;
}

/* ---- unmounting ---- */

/* The caller's own root cannot go: what is left to do before the power goes is to make it read-only. */
static int make_read_only(struct super *super)
{
	return super->flags & MS_RDONLY ? 0 : super_remount(super, MS_RDONLY, MS_RDONLY, NULL);
}

/* Unused mounts are marked, and removed when the mark is still there the next time: whoever uses one
 * wipes it off (path_put). mount_mutex held. */
static int mount_expire(struct mount *mount, bool is_root, struct list *gone)
{
	if (is_root)
		return -EINVAL;
	if (mount_in_use(mount))
		return -EBUSY;
	if (!__atomic_exchange_n(&mount->expiring, true, __ATOMIC_RELAXED))
		return -EAGAIN;
	return mount_remove_unused(mount, gone);
}

/* The caller's path holds one reference on the mount; it is kept. */
int do_umount(struct path *path, unsigned int flags)
{
	struct list gone = LIST_INIT(gone);
	struct mount *mount = path->mount;
	struct path root;
	bool is_root;
	int error = 0;

	if (path->dentry != mount->root)
		return -EINVAL;
	fs_root(&root);
	is_root = root.mount == mount;
	path_put(&root);
	mutex_lock(&mount_mutex);
	if (!mount_placed(mount) || mount == root_mount)
		error = -EINVAL; /* the root of all stays as it is */
	else if (flags & MNT_EXPIRE)
		error = mount_expire(mount, is_root, &gone);
	else if (is_root && !(flags & MNT_DETACH))
		error = make_read_only(mount->super);
	else if (flags & MNT_DETACH)
		mount_remove_tree(mount, &gone);
	else
		error = mount_remove_unused(mount, &gone);
	mutex_unlock(&mount_mutex);
	mount_release_all(&gone);
	return error;
}

/* ---- pivot_root ---- */

/* mount_mutex held. */
static int may_pivot(const struct path *root, const struct path *new_root,
		     const struct path *put_old)
{
	struct mount *new_mount = new_root->mount, *old_root = root->mount;

	if (propagation_shared(put_old->mount) ||
	    (new_mount->parent && propagation_shared(new_mount->parent)) ||
	    (old_root->parent && propagation_shared(old_root->parent)))
		return -EINVAL;
	if (!mount_placed(new_mount) || !mount_placed(old_root))
		return -EINVAL;
	if (dentry_removed(new_root->dentry))
		return -ENOENT;
	if (new_mount == old_root || put_old->mount == old_root)
		return -EBUSY;
	/* The very first root has no parent and stays where it is, as on Linux. */
	if (root->dentry != old_root->root || new_root->dentry != new_mount->root ||
	    !new_mount->parent || !old_root->parent)
		return -EINVAL;
	return mount_below(put_old->mount, new_mount) && mount_below(new_mount, old_root) ? 0
											  : -EINVAL;
}

int do_pivot_root(struct path *new_root, struct path *put_old)
{
	struct mount *new_mount = new_root->mount, *old_root;
	struct path root, was_on, old_was_on;
	int error;

	fs_root(&root);
	old_root = root.mount;
	mutex_lock(&mount_mutex);
	rwsem_write(&put_old->dentry->inode->rwsem); /* nobody removes it meanwhile */
	error = mount_may_target(put_old->mount, put_old->dentry) == -ENOENT
			? -ENOENT
			: may_pivot(&root, new_root, put_old);
	if (!error) {
		mount_change_begin();
		mount_detach(new_mount);
		was_on = new_mount->was_on;
		new_mount->was_on = (struct path){NULL, NULL};
		/* First on, then off: what is there is a mountpoint all the time, and not removed. */
		mount_attach(new_mount, old_root->parent, old_root->mountpoint);
		mount_detach(old_root);
		old_was_on = old_root->was_on;
		old_root->was_on = (struct path){NULL, NULL};
		mount_attach(old_root, put_old->mount, put_old->dentry);
		mount_change_end();
	}
	rwsem_write_done(&put_old->dentry->inode->rwsem);
	mutex_unlock(&mount_mutex);
	if (!error) {
		fs_replace_root(&root, new_root);
		path_put(&was_on);
		path_put(&old_was_on);
	}
	path_put(&root);
	return error;
}
