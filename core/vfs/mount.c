// SPDX-License-Identifier: MIT
/*
 * The tree of mounts: one namespace, found by (parent mount, dentry) under RCU.
 *
 * Changes are made under mount_lock with mount_sequence odd. A walker that took a mount's reference
 * under RCU checks the sequence afterwards, so that unmounting, which counts references while the
 * sequence is odd, cannot overlook it. An attached mount has one reference for being attached; it
 * holds one on its parent and on its mountpoint.
 */
#include "internal.h"

#include <core/init.h>

#define MOUNT_BUCKETS 256
#define MOUNT_FLAGS \
	(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define SUPER_FLAGS (MS_RDONLY | MS_SYNCHRONOUS)
#define MOUNT_LIMIT 100000

struct spinlock mount_lock = SPINLOCK_INIT("mounts");
uint32_t mount_sequence;
struct list mount_list = LIST_INIT(mount_list);
struct mount *root_mount;
static struct hlist mount_table[MOUNT_BUCKETS];
static unsigned int mount_count; /* [mount_lock] */
static int mount_next_id;	 /* atomic */

extern const struct fs_type *const __start_core_fs_types[] __attribute__((weak));
extern const struct fs_type *const __stop_core_fs_types[] __attribute__((weak));

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *const *type = __start_core_fs_types; type < __stop_core_fs_types;
	     type++) {
		if (!strcmp((*type)->name, name))
			return *type;
	}
	return NULL;
}

const struct fs_type *fs_type_next(unsigned int *index)
{
	size_t count = (size_t)(__stop_core_fs_types - __start_core_fs_types);

	while (*index < count) {
		const struct fs_type *type = __start_core_fs_types[(*index)++];

		if (!(type->flags & FS_KERNEL))
			return type;
	}
	return NULL;
}

static struct hlist *bucket_of(const struct mount *mount, const struct dentry *dentry)
{
	uint64_t mixed = ((uint64_t)(uintptr_t)mount >> 5) ^ ((uint64_t)(uintptr_t)dentry >> 4);

	return &mount_table[(mixed * 0x9e3779b97f4a7c15u) >> 56];
}

struct mount *mount_find(const struct mount *parent, const struct dentry *dentry)
{
	struct mount *mount;

	hlist_for_each_entry (mount, bucket_of(parent, dentry), hash) {
		if (READ_ONCE(mount->parent) == parent && READ_ONCE(mount->mountpoint) == dentry)
			return mount;
	}
	return NULL;
}

void mount_get(struct mount *mount)
{
	refcount_get(&mount->refs);
}

static void mount_free(struct rcu_head *head)
{
	struct mount *mount = container_of(head, struct mount, rcu);

	kfree(mount->source);
	kfree(mount);
}

void mount_put(struct mount *mount)
{
	if (!refcount_put(&mount->refs))
		return;
	VERIFY(!mount->attached);
	dentry_put(mount->root);
	if (__atomic_sub_fetch(&mount->super->active, 1, __ATOMIC_ACQ_REL) == 0)
		super_kill(mount->super);
	rcu_call(&mount->rcu, mount_free);
}

struct mount *mount_create(struct super *super, struct dentry *root, unsigned int flags,
			   const char *source)
{
	struct mount *mount = kzalloc(sizeof(*mount), GFP_KERNEL);

	if (!mount)
		return NULL;
	mount->source = kstrdup(source ? source : "none", GFP_KERNEL);
	if (!mount->source) {
		kfree(mount);
		return NULL;
	}
	refcount_set(&mount->refs, 1);
	mount->super = super;
	mount->root = dentry_get(root);
	mount->flags = flags;
	mount->id = __atomic_add_fetch(&mount_next_id, 1, __ATOMIC_RELAXED);
	list_init(&mount->children);
	list_init(&mount->sibling);
	list_init(&mount->all);
	__atomic_add_fetch(&super->active, 1, __ATOMIC_RELAXED);
	return mount;
}

/* Put a detached mount into the tree; its creation reference becomes the tree's. mount_lock held,
 * sequence odd. */
static void attach(struct mount *mount, struct mount *parent, struct dentry *mountpoint)
{
	mount_get(parent);
	mount->parent = parent;
	mount->mountpoint = dentry_get(mountpoint);
	mount->attached = true;
	__atomic_fetch_or(&mountpoint->flags, DENTRY_MOUNTPOINT, __ATOMIC_RELAXED);
	list_add_tail(&mount->sibling, &parent->children);
	hlist_add(&mount->hash, bucket_of(parent, mountpoint));
	list_add_tail(&mount->all, &mount_list);
	mount_count++;
}

/* Take a mount out of the tree. mount_lock held, sequence odd. The tree's reference, and those in
 * was_on, are the caller's to put. */
static void detach(struct mount *mount)
{
	struct mount *other;
	bool more = false;

	hlist_del(&mount->hash);
	list_del_init(&mount->sibling);
	list_del_init(&mount->all);
	mount->attached = false;
	mount_count--;
	mount->was_on = (struct path){.mount = mount->parent, .dentry = mount->mountpoint};
	WRITE_ONCE(mount->parent, NULL);
	WRITE_ONCE(mount->mountpoint, NULL);
	list_for_each_entry (other, &mount_list, all)
		more |= other->mountpoint == mount->was_on.dentry;
	if (!more && mount->was_on.dentry)
		__atomic_fetch_and(&mount->was_on.dentry->flags, ~DENTRY_MOUNTPOINT,
				   __ATOMIC_RELAXED);
}

static void change_begin(void)
{
	spin_lock(&mount_lock);
	sequence_begin(&mount_sequence);
}

static void change_end(void)
{
	sequence_end(&mount_sequence);
	spin_unlock(&mount_lock);
}

/* Is mount in the tree below (or the same as) top? mount_lock held. */
static bool mount_below(const struct mount *mount, const struct mount *top)
{
	while (mount && mount != top)
		mount = mount->parent;
	return mount != NULL;
}

/* Attach at the top of what is mounted on target. Consumes mount's reference when it succeeds. */
static int mount_at(struct mount *mount, const struct path *target)
{
	struct rwsem *rwsem = &target->dentry->inode->rwsem;
	struct mount *parent = target->mount, *above;
	struct dentry *dentry = target->dentry;
	int error = 0;

	rwsem_write(rwsem);
	change_begin();
	while ((above = mount_find(parent, dentry)) != NULL) {
		parent = above;
		dentry = above->root;
	}
	if (S_ISDIR(dentry->inode->mode) != S_ISDIR(mount->root->inode->mode))
		error = -ENOTDIR;
	else if (!parent->attached)
		error = -EINVAL;
	else if (dentry->inode->flags & INODE_DEAD || dentry->flags & DENTRY_UNHASHED)
		error = -ENOENT;
	else if (mount_count >= MOUNT_LIMIT)
		error = -ENOSPC;
	else
		attach(mount, parent, dentry);
	change_end();
	rwsem_write_done(rwsem);
	return error;
}

static unsigned int mount_flags(unsigned long flags)
{
	unsigned int result = (unsigned int)flags & MOUNT_FLAGS;

	if (!(flags & MS_NOATIME))
		result |= MS_RELATIME;
	if (flags & MS_STRICTATIME)
		result &= ~(MS_RELATIME | MS_NOATIME);
	return result;
}

static int mount_new(const char *source, struct path *target, const char *type_name,
		     unsigned long flags, const char *options)
{
	const struct fs_type *type;
	struct super *super;
	struct mount *mount;
	int error;

	if (!type_name)
		return -EINVAL;
	type = fs_type_find(type_name);
	if (!type || type->flags & FS_KERNEL)
		return -ENODEV;
	error = type->mount(type, source, options, &super);
	if (error)
		return error;
	/* A shared superblock (devfs) comes back active. */
	super->flags |= flags & SUPER_FLAGS;
	mount = mount_create(super, super->root, mount_flags(flags), source);
	if (!mount) {
		if (!READ_ONCE(super->active))
			super_kill(super);
		return -ENOMEM;
	}
	error = -EBUSY;
	/* The same file system on the same place again. */
	if (target->mount->super != super || target->mount->root != target->dentry)
		error = mount_at(mount, target);
	if (error)
		mount_put(mount);
	return error;
}

/* Detach the whole tree at top into gone, leaves first. mount_lock held, sequence odd. */
static void detach_tree(struct mount *top, struct list *gone)
{
	for (;;) {
		struct mount *leaf = top;

		while (!list_empty(&leaf->children))
			leaf = list_first(&leaf->children, struct mount, sibling);
		detach(leaf);
		list_add_tail(&leaf->all, gone);
		if (leaf == top)
			return;
	}
}

/* The same for what is below top. */
static void detach_children(struct mount *top, struct list *gone)
{
	while (!list_empty(&top->children))
		detach_tree(list_first(&top->children, struct mount, sibling), gone);
}

/* Put detached mounts and the places they were on. No locks. */
static void release_all(struct list *gone)
{
	while (!list_empty(gone)) {
		struct mount *mount = list_first(gone, struct mount, all);
		struct path was_on = mount->was_on;

		list_del_init(&mount->all);
		mount->was_on = (struct path){NULL, NULL};
		mount_put(mount);
		path_put(&was_on);
	}
}

/* A detached copy of what source shows; recursive: with the mounts below it, attached to the copy.
 */
static int bind_copy(const struct path *source, bool recursive, struct mount **copy)
{
	struct mount *top, *mount;
	int error = 0;

	top = mount_create(source->mount->super, source->dentry, source->mount->flags,
			   source->mount->source);
	if (!top)
		return -ENOMEM;
	*copy = top;
	if (!recursive)
		return 0;
	/* One pass in the order of mounting: parents come before children. Copies are found again
	 * by the pairs below. */
	struct pair {
		struct mount *old, *new;
	} *pairs = kcalloc(256, sizeof(*pairs), GFP_KERNEL);
	unsigned int count = 1;

	if (!pairs) {
		mount_put(top);
		return -ENOMEM;
	}
	pairs[0] = (struct pair){source->mount, top};
	for (unsigned int i = 0; i < count && !error; i++) {
		struct mount *children[16];
		unsigned int n = 0;

		spin_lock(&mount_lock);
		list_for_each_entry (mount, &pairs[i].old->children, sibling) {
			if (pairs[i].old == source->mount &&
			    !dentry_below(mount->mountpoint, source->dentry))
				continue;
			if (n == ARRAY_SIZE(children) || count + n == 256) {
				error = -ENOSPC;
				break;
			}
			mount_get(mount);
			children[n++] = mount;
		}
		spin_unlock(&mount_lock);
		for (unsigned int k = 0; k < n; k++) {
			struct mount *child = children[k];
			struct mount *twin = error ? NULL
						   : mount_create(child->super, child->root,
								  child->flags, child->source);

			if (!error && !twin)
				error = -ENOMEM;
			if (twin) {
				change_begin();
				if (child->attached) {
					attach(twin, pairs[i].new, child->mountpoint);
					mount_get(child);
					pairs[count++] = (struct pair){child, twin};
					twin = NULL;
				}
				change_end();
				if (twin)
					mount_put(twin);
			}
			mount_put(child);
		}
	}
	for (unsigned int i = 1; i < count; i++)
		mount_put(pairs[i].old);
	kfree(pairs);
	if (error) {
		struct list gone = LIST_INIT(gone);

		change_begin();
		detach_children(top, &gone);
		change_end();
		release_all(&gone);
		mount_put(top);
	}
	return error;
}

static int mount_bind(const char *source, const struct path *target, bool recursive)
{
	struct list gone = LIST_INIT(gone);
	struct mount *copy;
	struct path from;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	error = bind_copy(&from, recursive, &copy);
	if (!error) {
		error = mount_at(copy, target);
		if (error) {
			change_begin();
			detach_children(copy, &gone);
			change_end();
			release_all(&gone);
			mount_put(copy);
		}
	}
	path_put(&from);
	return error;
}

static int mount_move(const char *source, const struct path *target)
{
	struct path from, was_on = {NULL, NULL};
	struct mount *mount;
	int error;

	if (!source || !*source)
		return -EINVAL;
	error = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &from);
	if (error)
		return error;
	mount = from.mount;
	change_begin();
	if (from.dentry != mount->root || !mount->attached || !mount->parent ||
	    !target->mount->attached ||
	    S_ISDIR(from.dentry->inode->mode) != S_ISDIR(target->dentry->inode->mode)) {
		error = -EINVAL;
	} else if (mount_below(target->mount, mount)) {
		error = -ELOOP;
	} else {
		detach(mount);
		was_on = mount->was_on;
		mount->was_on = (struct path){NULL, NULL};
		attach(mount, target->mount, target->dentry);
	}
	change_end();
	if (was_on.mount)
		path_put(&was_on);
	path_put(&from);
	return error;
}

static int mount_remount(const struct path *target, unsigned long flags, const char *options)
{
	struct super *super = target->mount->super;
	int error = 0;

	if (target->dentry != target->mount->root)
		return -EINVAL;
	if (!(flags & MS_BIND)) {
		if (super->ops->remount)
			error = super->ops->remount(super, options);
		if (error)
			return error;
		WRITE_ONCE(super->flags,
			   (super->flags & ~(unsigned long)SUPER_FLAGS) | (flags & SUPER_FLAGS));
	}
	spin_lock(&mount_lock);
	WRITE_ONCE(target->mount->flags, mount_flags(flags));
	spin_unlock(&mount_lock);
	return 0;
}

int do_mount(const char *source, struct path *target, const char *type, unsigned long flags,
	     const char *options)
{
	const unsigned long propagation = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & MS_REMOUNT)
		return mount_remount(target, flags, options);
	if (flags & MS_BIND)
		return mount_bind(source, target, flags & MS_REC);
	if (flags & propagation) {
		/* One namespace whose mounts are all private: that is the only propagation there
		 * is. */
		if ((flags & propagation) != MS_PRIVATE ||
		    flags & ~(propagation | MS_REC | MS_SILENT))
			return -EINVAL;
		return target->dentry == target->mount->root ? 0 : -EINVAL;
	}
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

/* The caller's path holds one reference on the mount; it is kept. */
int do_umount(struct path *path, unsigned int flags)
{
	struct list gone = LIST_INIT(gone);
	struct mount *mount = path->mount;
	int error = 0;

	if (path->dentry != mount->root)
		return -EINVAL;
	change_begin();
	if (!mount->attached) {
		error = -EINVAL;
	} else if (mount == root_mount || !mount->parent) {
		error = -EINVAL;
	} else if (flags & MNT_EXPIRE) {
		error = -EAGAIN; /* marking for expiry alone unmounts nothing, and there is no
				    daemon to come again */
	} else if (flags & MNT_DETACH) {
		detach_tree(mount, &gone);
	} else if (!list_empty(&mount->children) || refcount_read(&mount->refs) > 2) {
		error = -EBUSY;
	} else {
		detach(mount);
		list_add_tail(&mount->all, &gone);
	}
	change_end();
	release_all(&gone);
	return error;
}

int do_pivot_root(struct path *new_root, struct path *put_old)
{
	struct mount *new_mount = new_root->mount, *old_root;
	struct path root, was_on = {NULL, NULL}, old_was_on;
	int error = 0;

	fs_root(&root);
	old_root = root.mount;
	change_begin();
	if (root.dentry != old_root->root || new_root->dentry != new_mount->root ||
	    !new_mount->attached || !new_mount->parent || !old_root->attached ||
	    !old_root->parent) {
		/* The very first root has no parent and stays where it is, as on Linux. */
		error = -EINVAL;
	} else if (new_mount == old_root || put_old->mount == old_root) {
		error = -EBUSY;
	} else if (!mount_below(put_old->mount, new_mount)) {
		error = -EINVAL;
	} else {
		detach(new_mount);
		was_on = new_mount->was_on;
		new_mount->was_on = (struct path){NULL, NULL};
		detach(old_root);
		old_was_on = old_root->was_on;
		old_root->was_on = (struct path){NULL, NULL};
		attach(new_mount, old_was_on.mount, old_was_on.dentry);
		attach(old_root, put_old->mount, put_old->dentry);
	}
	change_end();
	if (!error) {
		fs_replace_root(&root, new_root);
		path_put(&was_on);
		path_put(&old_was_on);
	}
	path_put(&root);
	return error;
}

struct mount *mount_after(int id)
{
	struct mount *mount, *next = NULL;

	spin_lock(&mount_lock);
	list_for_each_entry (mount, &mount_list, all) {
		if (mount->id > id && (!next || mount->id < next->id))
			next = mount;
	}
	if (next)
		mount_get(next);
	spin_unlock(&mount_lock);
	return next;
}

int vfs_kernel_mount(const struct fs_type *type, struct mount **mount)
{
	struct super *super;
	int error = type->mount(type, type->name, NULL, &super);

	if (error)
		return error;
	*mount = mount_create(super, super->root, 0, type->name);
	if (!*mount) {
		super_kill(super);
		return -ENOMEM;
	}
	return 0;
}

/* The root of everything: an empty tmpfs, as Linux's rootfs. */
void mount_init(void)
{
	const struct fs_type *type = fs_type_find("rootfs");
	struct super *super;
	int error = type ? type->mount(type, "rootfs", NULL, &super) : -ENODEV;

	if (error)
		panic("no root file system: error %d", -error);
	root_mount = mount_create(super, super->root, 0, "rootfs");
	VERIFY(root_mount);
	spin_lock(&mount_lock);
	root_mount->attached = true;
	list_add_tail(&root_mount->all, &mount_list);
	mount_count++;
	spin_unlock(&mount_lock);
}
