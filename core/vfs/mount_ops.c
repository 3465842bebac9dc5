// SPDX-License-Identifier: MIT
/* What the mount calls do with the tree: new mounts, binds, moves, changes, unmounting, pivot_root. */
#include "mount.h"

unsigned int mount_flags(unsigned long flags)
{
	unsigned int result = (unsigned int)flags & MOUNT_FLAGS;

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
	/* A shared superblock (devfs) comes back active. */
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
		     unsigned long flags, const char *options)
{
	const struct fs_type *type;
	struct mount *mount;
	int error;

	if (!type_name)
		return -EINVAL;
	type = fs_type_find(type_name);
	if (!type || type->flags & FS_KERNEL)
		return -ENODEV;
	error = mount_new_detached(type, source, options, flags, mount_flags(flags), &mount);
	if (error)
		return error;
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
	if (!source->mount->unbindable)
		error = mount_copy(source->mount, source->dentry, rec, COPY_PEER, copy);
	mutex_unlock(&mount_mutex);
	return error;
}

static int mount_bind(const char *source, const struct path *target, bool rec)
{
	struct mount *copy;
	struct path from;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	error = mount_bind_copy(&from, rec, &copy);
	path_put(&from);
	return error ? error : place_or_discard(copy, target);
}

/* mount_mutex held. */
static int may_move(const struct path *from, const struct path *target)
{
	struct mount *mount = from->mount;

	if (from->dentry != mount->root || (!mount->fresh && !mount->attached) ||
	    !target->mount->attached)
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

	mutex_lock(&mount_mutex);
	error = may_move(from, target);
	if (!error && mount->attached)
		mount_take(mount, &was_on);
	if (!error) {
		error = mount_place(mount, target);
		if (error && was_on.mount)
			put_back(mount, &was_on);
	}
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
	error = from.mount->attached ? do_move_mount(&from, target) : -EINVAL;
	path_put(&from);
	return error;
}

/* ---- changes ---- */

static int mount_remount(const struct path *target, unsigned long flags, const char *options)
{
	struct super *super = target->mount->super;
	int error = 0;

	if (target->dentry != target->mount->root)
		return -EINVAL;
	if (!(flags & MS_BIND)) {
		if (super->ops->remount)
			error = super->ops->remount(super, options);
		if (!error)
			error = super_set_flags(super, flags & SUPER_FLAGS);
		if (error)
			return error;
	}
	return mount_set_flags(target->mount, mount_flags(flags));
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
	error = propagation_change(target->mount, type, flags & MS_REC);
	mutex_unlock(&mount_mutex);
	return error;
}

int do_mount(const char *source, struct path *target, const char *type, unsigned long flags,
	     const char *options)
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
	struct path path;
	int error = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = do_mount(source, &path, type, flags, options);
	path_put(&path);
	return error;
}

/* ---- unmounting ---- */

/* The caller's path holds one reference on the mount; it is kept. */
int do_umount(struct path *path, unsigned int flags)
{
	struct list gone = LIST_INIT(gone);
	struct mount *mount = path->mount;
	int error = 0;

	if (path->dentry != mount->root)
		return -EINVAL;
	mutex_lock(&mount_mutex);
	if (!mount->attached || mount == root_mount || !mount->parent)
		error = -EINVAL;
	else if (flags & MNT_EXPIRE)
		error = -EAGAIN; /* marking for expiry alone unmounts nothing, and there is no
				    daemon to come again */
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
	if (new_mount == old_root || put_old->mount == old_root)
		return -EBUSY;
	/* The very first root has no parent and stays where it is, as on Linux. */
	if (root->dentry != old_root->root || new_root->dentry != new_mount->root ||
	    !new_mount->attached || !new_mount->parent || !old_root->attached || !old_root->parent)
		return -EINVAL;
	return mount_below(put_old->mount, new_mount) ? 0 : -EINVAL;
}

int do_pivot_root(struct path *new_root, struct path *put_old)
{
	struct mount *new_mount = new_root->mount, *old_root;
	struct path root, was_on, old_was_on;
	int error;

	fs_root(&root);
	old_root = root.mount;
	mutex_lock(&mount_mutex);
	error = may_pivot(&root, new_root, put_old);
	if (!error) {
		mount_change_begin();
		mount_detach(new_mount);
		was_on = new_mount->was_on;
		new_mount->was_on = (struct path){NULL, NULL};
		mount_detach(old_root);
		old_was_on = old_root->was_on;
		old_root->was_on = (struct path){NULL, NULL};
		mount_attach(new_mount, old_was_on.mount, old_was_on.dentry);
		mount_attach(old_root, put_old->mount, put_old->dentry);
		mount_change_end();
	}
	mutex_unlock(&mount_mutex);
	if (!error) {
		fs_replace_root(&root, new_root);
		path_put(&was_on);
		path_put(&old_was_on);
	}
	path_put(&root);
	return error;
}
