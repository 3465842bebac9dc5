// SPDX-License-Identifier: MIT
/*
 * Mounts: their lives, and the table that finds them by (parent mount, dentry) under RCU.
 *
 * The tree changes under mount_mutex (which may sleep: copies are made and propagated under it), and
 * each step of a change under mount_lock with mount_sequence odd. A walker that took a mount's reference
 * under RCU checks the sequence afterwards, so that unmounting, which counts references while the
 * sequence is odd, cannot overlook it. An attached mount has one reference for being attached; it
 * holds one on its parent and on its mountpoint.
 */
#include "mount.h"

#include <core/init.h>

#define MOUNT_BUCKETS 256

struct mutex mount_mutex = MUTEX_INIT(mount_mutex, "mount tree");
struct spinlock mount_lock = SPINLOCK_INIT("mounts");
uint32_t mount_sequence;
struct list mount_list = LIST_INIT(mount_list);
struct mount *root_mount;
static struct hlist mount_table[MOUNT_BUCKETS];
static struct hlist mountpoint_table[MOUNT_BUCKETS]; /* [mount_lock] whatever the parent is */
unsigned int mount_count;			     /* [mount_lock] */
static int mount_next_id;			     /* atomic */
uint32_t mount_events;
struct wait_queue mount_waiters = WAIT_QUEUE_INIT(mount_waiters);

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

static unsigned int bucket_number(const struct mount *mount, const struct dentry *dentry)
{
	uint64_t mixed = ((uint64_t)(uintptr_t)mount >> 5) ^ ((uint64_t)(uintptr_t)dentry >> 4);

	return (mixed * 0x9e3779b97f4a7c15u) >> 56;
}

static struct hlist *bucket_of(const struct mount *mount, const struct dentry *dentry)
{
	return &mount_table[bucket_number(mount, dentry)];
}

static struct hlist *mountpoint_bucket(const struct dentry *dentry)
{
	return &mountpoint_table[bucket_number(NULL, dentry)];
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

struct super *super_active(struct super *super)
{
	__atomic_add_fetch(&super->active, 1, __ATOMIC_RELAXED);
	return super;
}

void super_inactive(struct super *super)
{
	if (__atomic_sub_fetch(&super->active, 1, __ATOMIC_ACQ_REL) == 0)
		super_kill(super);
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
	VERIFY(!mount->attached && !mount->propagation);
	dentry_put(mount->root);
	super_inactive(mount->super);
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
	list_init(&mount->member);
	(void)super_active(super);
	return mount;
}

void mount_attach(struct mount *mount, struct mount *parent, struct dentry *mountpoint)
{
	mount_get(parent);
	mount->parent = parent;
	mount->mountpoint = dentry_get(mountpoint);
	mount->attached = true;
	__atomic_fetch_or(&mountpoint->flags, DENTRY_MOUNTPOINT, __ATOMIC_RELAXED);
	list_add_tail(&mount->sibling, &parent->children);
	hlist_add(&mount->hash, bucket_of(parent, mountpoint));
	hlist_add(&mount->mountpoint_hash, mountpoint_bucket(mountpoint));
	list_add_tail(&mount->all, &mount_list);
	mount_count++;
	WRITE_ONCE(mount_events, mount_events + 1);
}

void mount_left(struct dentry *mountpoint)
{
	struct mount *other;

	hlist_for_each_entry (other, mountpoint_bucket(mountpoint), mountpoint_hash)
		if (other->mountpoint == mountpoint)
			return;
	__atomic_fetch_and(&mountpoint->flags, ~DENTRY_MOUNTPOINT, __ATOMIC_RELAXED);
}

void mount_lift(struct mount *mount)
{
	hlist_del(&mount->hash);
	hlist_del(&mount->mountpoint_hash);
	list_del_init(&mount->sibling);
	list_del_init(&mount->all);
	mount->attached = false;
	mount_count--;
	WRITE_ONCE(mount_events, mount_events + 1);
	mount->was_on = (struct path){.mount = mount->parent, .dentry = mount->mountpoint};
	WRITE_ONCE(mount->parent, NULL);
	WRITE_ONCE(mount->mountpoint, NULL);
}

void mount_detach(struct mount *mount)
{
	mount_lift(mount);
	if (mount->was_on.dentry)
		mount_left(mount->was_on.dentry);
}

void mount_change_begin(void)
{
	spin_lock(&mount_lock);
	sequence_begin(&mount_sequence);
	/* Before counts are looked at: who takes a reference meanwhile sees that, or is seen. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void mount_change_end(void)
{
	sequence_end(&mount_sequence);
	spin_unlock(&mount_lock);
	wait_wake(&mount_waiters, 0, POLLPRI | POLLERR);
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

/* ---- exchanging flags ----
 *
 * Who writes counts himself first and looks at the flags then; who makes it read-only sets the flag first
 * and looks at the count then. One of the two sees the other. */

int mount_want_write(struct mount *mount)
{
	int error;

	__atomic_add_fetch(&mount->writers, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&mount->super->writers, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	error = mount_check_write(mount);
	if (error)
		mount_drop_write(mount);
	return error;
}

void mount_drop_write(struct mount *mount)
{
	__atomic_sub_fetch(&mount->writers, 1, __ATOMIC_RELEASE);
	__atomic_sub_fetch(&mount->super->writers, 1, __ATOMIC_RELEASE);
}

bool mount_written(const uint32_t *writers)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load_acquire(writers); /* before super->removed: what writers did is seen */
}

int mount_set_flags(struct mount *mount, unsigned int flags)
{
	unsigned int old = mount->flags;
	int error = 0;

	spin_lock(&mount_lock);
	WRITE_ONCE(mount->flags, flags);
	if (flags & ~old & MS_RDONLY && mount_written(&mount->writers)) {
		WRITE_ONCE(mount->flags, old);
		error = -EBUSY;
	}
	spin_unlock(&mount_lock);
	return error;
}

int super_set_flags(struct super *super, unsigned long flags)
{
	unsigned long old = super->flags, new = (old & ~(unsigned long)SUPER_FLAGS) | flags;

	WRITE_ONCE(super->flags, new);
	if (new & ~old & MS_RDONLY &&
	    (mount_written(&super->writers) || READ_ONCE(super->removed))) {
		WRITE_ONCE(super->flags, old);
		return -EBUSY;
	}
	return 0;
}

static int option_known(void *type, const char *name, const char *value)
{
	return ((const struct fs_type *)type)->check_option(name, value);
}

int super_remount(struct super *super, unsigned long flags, unsigned long mask, const char *options)
{
	unsigned long old = super->flags & SUPER_FLAGS;
	int error = 0;

	if (mask & ~(unsigned long)REMOUNT_FLAGS)
		return -EINVAL;
	/* A word that it does not know is found before anything is changed. */
	if (super->type->check_option)
		error = mount_options_each(options, option_known, (void *)super->type);
	if (error)
		return error;
	error = super_set_flags(super, (old & ~mask) | (flags & mask));
	if (error)
		return error;
	error = super->ops->remount ? super->ops->remount(super, options) : 0;
	if (error)
		WRITE_ONCE(super->flags, (super->flags & ~(unsigned long)SUPER_FLAGS) | old);
	return error;
}
