// SPDX-License-Identifier: MIT
/* Inodes and superblocks: their lives, who may do what to an inode, and what stat says of one. */
#include "internal.h"

#include <core/lib/bitmap.h>
#include <core/time.h>

static struct kcache *inode_cache;
static struct spinlock super_number_lock = SPINLOCK_INIT("super numbers");
#define SUPER_NUMBERS (1u << 17) /* more than there may be mounts */
/* [super_number_lock] anonymous device minors in use, from 1 on */
static uint64_t super_numbers[BITMAP_WORDS(SUPER_NUMBERS)];

void inode_init_cache(void)
{
	inode_cache = kcache_create("inode", sizeof(struct inode), 0);
}

size_t inode_count(void)
{
	return kcache_active(inode_cache);
}

struct timespec64 inode_now(struct super *super)
{
	ktime_t now = clock_realtime();

	if (super->time_granularity > 1)
		now -= now % super->time_granularity;
	return (struct timespec64){.sec = (int64_t)(now / NSEC_PER_SEC),
				   .nsec = (uint32_t)(now % NSEC_PER_SEC)};
}

struct inode *inode_new(struct super *super, umode_t mode)
{
	struct inode *inode = kcache_alloc(inode_cache, GFP_ZERO);
	const struct cred *cred = current->cred;

	if (!inode)
		return NULL;
	refcount_set(&inode->refs, 1);
	inode->super = super;
	inode->mode = mode;
	inode->nlink = 1;
	inode->ino = __atomic_add_fetch(&super->next_ino, 1, __ATOMIC_RELAXED);
	if (cred) {
		inode->uid = cred->fsuid;
		inode->gid = cred->fsgid;
	}
	inode->atime = inode->mtime = inode->ctime = inode->btime = inode_now(super);
	if (S_ISDIR(mode))
		rwsem_init(&inode->rwsem, "directory");
	else
		rwsem_init(&inode->rwsem, "inode");
	if (S_ISREG(mode))
		pagecache_init(&inode->cache, inode, NULL);
	return inode;
}

struct inode *inode_new_in(struct inode *dir, umode_t mode)
{
	struct inode *inode = inode_new(dir->super, mode);

	if (inode)
		inode->flags |= dir->flags & (INODE_NOATIME | INODE_NODUMP);
	if (inode && dir->mode & S_ISGID) {
		inode->gid = dir->gid;
		if (S_ISDIR(mode))
			inode->mode |= S_ISGID;
		else if ((mode & (S_ISGID | 0010)) == (S_ISGID | 0010) &&
			 !cred_in_group(current->cred, dir->gid) && !capable(CAP_FSETID))
			inode->mode &= ~(umode_t)S_ISGID;
	}
	return inode;
}

struct inode *inode_get(struct inode *inode)
{
	refcount_get(&inode->refs);
	return inode;
}

static void inode_free(struct rcu_head *head)
{
	struct inode *inode = container_of(head, struct inode, rcu);

	if (inode->super->ops && inode->super->ops->release)
		inode->super->ops->release(inode);
	super_put(inode->super);
	kcache_free(inode_cache, inode);
}

void inode_put(struct inode *inode)
{
	struct super *super = inode->super;

	if (!refcount_put(&inode->refs))
		return;
	VERIFY(!inode->pipe && !inode->socket);
	inode_not_removed(inode);
	if (super->ops && super->ops->evict)
		super->ops->evict(inode);
	if (S_ISREG(inode->mode))
		pagecache_destroy(&inode->cache);
	kfree(inode->locks);
	super_get(super); /* the release callback still looks at it */
	rcu_call(&inode->rcu, inode_free);
}

/* ---- superblocks ---- */

/* False: none is left. */
static bool super_number(dev_t *dev)
{
	size_t minor;

	spin_lock(&super_number_lock);
	minor = bitmap_next_clear(super_numbers, SUPER_NUMBERS, 1);
	if (minor < SUPER_NUMBERS)
		bitmap_set(super_numbers, minor);
	spin_unlock(&super_number_lock);
	*dev = MKDEV(0, minor);
	return minor < SUPER_NUMBERS;
}

struct super *super_new(const struct fs_type *type, const struct super_ops *ops)
{
	struct super *super = kzalloc(sizeof(*super), GFP_KERNEL);

	if (!super)
		return NULL;
	if (!super_number(&super->dev)) {
		kfree(super);
		return NULL;
	}
	refcount_set(&super->refs, 1);
	super->type = type;
	super->ops = ops;
	super->blocksize = (uint32_t)PAGE_SIZE;
	super->max_size = INT64_MAX;
	super->time_granularity = 1;
	mutex_init(&super->rename_lock, "rename");
	return super;
}

void super_get(struct super *super)
{
	refcount_get(&super->refs);
}

void super_put(struct super *super)
{
	if (!refcount_put(&super->refs))
		return;
	spin_lock(&super_number_lock);
	bitmap_clear(super_numbers, MINOR(super->dev));
	spin_unlock(&super_number_lock);
	kfree(super);
}

/* No mount shows it any more: its tree goes, then the file system's own data. The struct waits for
 * its last inode. */
void super_kill(struct super *super)
{
	if (notify_wanted())
		notify_ops->unmount(super);
	if (super->root) {
		dentry_tree_drop(super->root);
		dentry_put(super->root);
		super->root = NULL;
	}
	if (super->ops && super->ops->shutdown)
		super->ops->shutdown(super);
	super_put(super);
}

/* ---- permissions ---- */

static bool permission_by_mode(const struct inode *inode, unsigned int mask)
{
	const struct cred *cred = current->cred;
	umode_t mode = READ_ONCE(inode->mode);

	if (cred->fsuid == inode->uid)
		mode >>= 6;
	else if (((mode >> 3) ^ mode) & mask && cred_in_group(cred, inode->gid))
		mode >>= 3;
	return !(mask & ~mode);
}

static int permission_generic(const struct inode *inode, unsigned int mask)
{
	if (permission_by_mode(inode, mask))
		return 0;
	if (S_ISDIR(inode->mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	if ((!(mask & MAY_EXEC) || inode->mode & 0111) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *inode, unsigned int mask)
{
	if (unlikely(mask & MAY_WRITE && inode->super->flags & MS_RDONLY) &&
	    (S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
		return -EROFS;
	if (unlikely(mask & MAY_WRITE && inode->flags & INODE_IMMUTABLE))
		return -EPERM;
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (unlikely(inode->ops->permission != NULL))
		return inode->ops->permission(inode, mask);
	return permission_generic(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred->fsuid == inode->uid || capable(CAP_FOWNER);
}

int inode_deny_write(struct inode *inode)
{
	int32_t count = READ_ONCE(inode->write_count);

	do {
		if (count > 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->write_count, &count, count - 1, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return 0;
}

void inode_allow_write(struct inode *inode)
{
	__atomic_add_fetch(&inode->write_count, 1, __ATOMIC_ACQ_REL);
}

int inode_take_write(struct inode *inode)
{
	int32_t count = READ_ONCE(inode->write_count);

	do {
		if (count < 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->write_count, &count, count + 1, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return 0;
}

void inode_drop_write(struct inode *inode)
{
	__atomic_sub_fetch(&inode->write_count, 1, __ATOMIC_ACQ_REL);
}

/* ---- attributes ---- */

void inode_stat(struct inode *inode, struct kstat *stat)
{
	/* Read once: for the compiler what is written to stat could be theirs. */
	const struct super *super = inode->super;
	umode_t mode = inode->mode;

	stat->dev = super->dev;
	stat->ino = inode->ino;
	stat->nlink = READ_ONCE(inode->nlink);
	stat->rdev = inode->rdev;
	stat->mode = mode;
	stat->uid = inode->uid;
	stat->gid = inode->gid;
	stat->blksize = super->blocksize;
	stat->size = (uint64_t)READ_ONCE(inode->size);
	stat->blocks = inode->blocks;
	if (S_ISREG(mode))
		stat->blocks += READ_ONCE(inode->cache.count) << (PAGE_SHIFT - 9);
	stat->inode_flags = inode->flags;
	stat->type_flags = super->type->flags;
	stat->atime = inode->atime;
	stat->mtime = inode->mtime;
	stat->ctime = inode->ctime;
	stat->btime = inode->btime;
	if (inode->ops->getattr)
		inode->ops->getattr(inode, stat);
}

int inode_change(struct inode *inode, struct attributes *a)
{
	if (inode->ops->setattr) {
		int error = inode->ops->setattr(inode, a);

		if (error)
			return error;
	} else if (a->valid & ATTR_SIZE) {
		return -EINVAL;
	}
	if (a->valid & ATTR_MODE)
		WRITE_ONCE(inode->mode, a->mode);
	if (a->valid & ATTR_UID)
		inode->uid = a->uid;
	if (a->valid & ATTR_GID)
		inode->gid = a->gid;
	if (a->valid & ATTR_ATIME)
		inode->atime = a->atime;
	if (a->valid & ATTR_MTIME)
		inode->mtime = a->mtime;
	if (a->valid & ATTR_CTIME)
		inode->ctime = a->ctime;
	return 0;
}

/* What is left of mode when one who has not CAP_FSETID changes contents or owner. */
static umode_t without_setid(const struct inode *inode)
{
	umode_t mode = inode->mode & ~(umode_t)S_ISUID;

	if (mode & S_ISGID &&
	    (mode & 0010 || (!cred_in_group(current->cred, inode->gid) && !capable(CAP_FSETID))))
		mode &= ~(umode_t)S_ISGID;
	return mode;
}

void inode_strip_setid(struct inode *inode)
{
	if (likely(!(inode->mode & (S_ISUID | S_ISGID))) || !S_ISREG(inode->mode) ||
	    capable(CAP_FSETID))
		return;
	WRITE_ONCE(inode->mode, without_setid(inode));
}

int inode_truncate(struct inode *inode, loff_t size)
{
	struct attributes a = {.valid = ATTR_SIZE | ATTR_MTIME | ATTR_CTIME, .size = size};
	int error = 0;

	rwsem_write(&inode->rwsem);
	if (!(inode->flags & INODE_NOTRUNC)) {
		a.mtime = a.ctime = inode_now(inode->super);
		inode_strip_setid(inode);
		error = inode_change(inode, &a);
	}
	rwsem_write_done(&inode->rwsem);
	return error;
}

int path_truncate(const struct path *path, loff_t size)
{
	struct inode *inode = path->dentry->inode;
	umode_t before = inode->mode;
	int error = inode_truncate(inode, size);

	if (!error)
		notify_dentry(path->dentry, inode->mode == before ? NOTIFY_MODIFY
								  : NOTIFY_MODIFY | NOTIFY_ATTRIB);
	return error;
}

static int check_change(struct inode *inode, struct attributes *a, bool touch)
{
	const struct cred *cred = current->cred;

	if (a->valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME) &&
	    inode->flags & (INODE_IMMUTABLE | (touch ? 0 : INODE_APPEND)))
		return -EPERM;
	/* A change of the mode like chmod's, for the owner alone; the flags above do not forbid it. */
	if (a->valid & ATTR_STRIP && !S_ISDIR(inode->mode) && without_setid(inode) != inode->mode) {
		a->valid |= ATTR_MODE;
		a->mode = without_setid(inode);
	}
	if (a->valid & ATTR_MODE && S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	if (a->valid & ATTR_UID &&
	    !((cred->fsuid == inode->uid && a->uid == inode->uid) || capable(CAP_CHOWN)))
		return -EPERM;
	if (a->valid & ATTR_GID && !((cred->fsuid == inode->uid &&
				      (a->gid == inode->gid || cred_in_group(cred, a->gid))) ||
				     capable(CAP_CHOWN)))
		return -EPERM;
	if (a->valid & ATTR_MODE) {
		if (!inode_owner_or_capable(inode))
			return -EPERM;
		a->mode = (a->mode & S_IALLUGO) | (inode->mode & ~(umode_t)S_IALLUGO);
		if (!cred_in_group(cred, a->valid & ATTR_GID ? a->gid : inode->gid) &&
		    !capable(CAP_FSETID))
			a->mode &= ~(umode_t)S_ISGID;
	}
	if (a->valid & (ATTR_ATIME | ATTR_MTIME) && !inode_owner_or_capable(inode)) {
		if (!touch)
			return -EPERM;
		return inode_permission(inode, MAY_WRITE);
	}
	return 0;
}

/* What watchers are told of a change of these. */
static uint32_t change_event(unsigned int valid)
{
	if (valid & (ATTR_MODE | ATTR_UID | ATTR_GID))
		return NOTIFY_ATTRIB;
	switch (valid & (ATTR_ATIME | ATTR_MTIME)) {
	case ATTR_ATIME:
		return NOTIFY_ACCESS;
	case ATTR_MTIME:
		return NOTIFY_MODIFY;
	case 0:
		return 0;
	default:
		return NOTIFY_ATTRIB;
	}
}

int path_setattr(const struct path *path, struct attributes *a, bool touch)
{
	struct inode *inode = path->dentry->inode;
	uint32_t event;
	int error = mount_want_write(path->mount);

	if (error)
		return error;
	rwsem_write(&inode->rwsem);
	error = check_change(inode, a, touch);
	event = change_event(a->valid);
	if (!error) {
		if (!(a->valid & ATTR_CTIME)) {
			a->valid |= ATTR_CTIME;
			a->ctime = inode_now(inode->super);
		}
		error = inode_change(inode, a);
	}
	rwsem_write_done(&inode->rwsem);
	mount_drop_write(path->mount);
	if (!error && event)
		notify_dentry(path->dentry, event);
	return error;
}

/* Writers at once: one's seconds with another's nanoseconds does no harm. */
static void set_time(struct timespec64 *time, const struct timespec64 *now)
{
	WRITE_ONCE(time->sec, now->sec);
	WRITE_ONCE(time->nsec, now->nsec);
}

void inode_touch_mtime(struct inode *inode)
{
	struct timespec64 now = inode_now(inode->super);

	set_time(&inode->mtime, &now);
	set_time(&inode->ctime, &now);
}

void inode_touch_atime(struct file *file)
{
	struct inode *inode = file->inode;
	unsigned int flags = file->path.mount->flags;
	struct timespec64 now;

	if ((file->mode & FILE_NOATIME) || inode->flags & INODE_NOATIME ||
	    flags & (MS_NOATIME | MS_RDONLY) || inode->super->type->flags & FS_NO_ATIME ||
	    (flags & MS_NODIRATIME && S_ISDIR(inode->mode)))
		return;
	now = inode_now(inode->super);
	if (flags & MS_RELATIME && now.sec - inode->atime.sec < 24 * 60 * 60) {
		const struct timespec64 *a = &inode->atime, *m = &inode->mtime, *c = &inode->ctime;

		if ((a->sec > m->sec || (a->sec == m->sec && a->nsec > m->nsec)) &&
		    (a->sec > c->sec || (a->sec == c->sec && a->nsec > c->nsec)))
			return;
	}
	if (!(inode->super->flags & MS_RDONLY)) /* whatever the mount says */
		set_time(&inode->atime, &now);
}
