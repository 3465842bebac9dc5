// SPDX-License-Identifier: MIT
/* stat and statx, access, readlink, statfs. Where the walk can stay in RCU mode to its end nothing
 * is referenced at all. */
#include "internal.h"

#include <core/syscall.h>
#include <hal/abi.h>

static long copy_stat(const struct kstat *stat, unsigned long user)
{
	struct hal_abi_stat out __uninitialized;
	const struct hal_stat in = {
		.dev = stat->dev,
		.ino = stat->ino,
		.nlink = stat->nlink,
		.rdev = stat->rdev,
		.size = stat->size,
		.blocks = stat->blocks,
		.mode = stat->mode,
		.uid = stat->uid,
		.gid = stat->gid,
		.blksize = stat->blksize,
		.atime = stat->atime.sec,
		.mtime = stat->mtime.sec,
		.ctime = stat->ctime.sec,
		.atime_ns = stat->atime.nsec,
		.mtime_ns = stat->mtime.nsec,
		.ctime_ns = stat->ctime.nsec,
	};

	hal_abi_stat_fill(&out, &in);
	return copy_to_user(user, &out, sizeof(out));
}

static void fill(struct kstat *stat, const struct path *path)
{
	inode_stat(path->dentry->inode, stat);
	stat->mount_id = path->mount->id;
	stat->mount_root = path->dentry == path->mount->root;
}

/* stat of a path. */
static int stat_name(int dirfd, const char *name, unsigned int flags, struct kstat *stat)
{
	struct path path;
	WALK(w);
	int error = walk_path(&w, dirfd, name, flags, false);

	if (likely(!error)) {
		if (likely(w.rcu)) {
			fill(stat, &w.path);
			if (likely(walk_end_rcu(&w)))
				return 0;
			error = -ECHILD;
		} else {
			fill(stat, &w.path);
			walk_drop(&w);
			return 0;
		}
	}
	if (error != -ECHILD)
		return error;
	error = walk_path(&w, dirfd, name, flags, true);
	if (!error)
		error = walk_take(&w, &path);
	if (error)
		return error;
	fill(stat, &path);
	path_put(&path);
	return 0;
}

static int stat_fd(int number, struct kstat *stat)
{
	struct fd fd = fd_get_path(number);

	if (unlikely(!fd.file))
		return -EBADF;
	fill(stat, &fd.file->path);
	fd_put(fd);
	return 0;
}

/* The name at user, by AT_* flags. */
static int stat_at(int dirfd, unsigned long user, unsigned int flags, struct kstat *stat)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	PATH_ARG(arg);
	int error;

	if (flags & AT_EMPTY_PATH) {
		/* No name at all stands for a descriptor, never for the current directory. */
		if (!user && dirfd >= 0)
			return stat_fd(dirfd, stat);
		lookup |= LOOKUP_EMPTY;
	}
	error = path_arg_get(&arg, user, lookup);
	if (unlikely(error))
		return error;
	if (!*arg.name && dirfd != AT_FDCWD)
		error = stat_fd(dirfd, stat);
	else
		error = stat_name(dirfd, arg.name, lookup, stat);
	path_arg_put(&arg);
	return error;
}

static long do_stat(int dirfd, unsigned long user, unsigned int flags, unsigned long buf)
{
	struct kstat stat __uninitialized;
	int error = stat_at(dirfd, user, flags, &stat);

	return unlikely(error) ? error : copy_stat(&stat, buf);
}

SYSCALL(stat)
{
	return do_stat(AT_FDCWD, args->arg[0], 0, args->arg[1]);
}

SYSCALL(lstat)
{
	return do_stat(AT_FDCWD, args->arg[0], AT_SYMLINK_NOFOLLOW, args->arg[1]);
}

SYSCALL(newfstatat)
{
	unsigned int flags = (unsigned int)args->arg[3];

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	return do_stat((int)args->arg[0], args->arg[1], flags, args->arg[2]);
}

SYSCALL(fstat)
{
	struct kstat stat __uninitialized;
	int error = stat_fd((int)args->arg[0], &stat);

	return unlikely(error) ? error : copy_stat(&stat, args->arg[1]);
}

#define STATX_BASIC	       0x07ffu
#define STATX_BTIME	       0x0800u
#define STATX_MNT_ID	       0x1000u
#define STATX_MNT_ID_UNIQUE    0x4000u
#define STATX_RESERVED	       0x80000000u
#define STATX_ATTR_IMMUTABLE   0x10u
#define STATX_ATTR_APPEND      0x20u
#define STATX_ATTR_NODUMP      0x40u
#define STATX_ATTR_MOUNT_ROOT  0x2000u
#define STATX_ATTRIBUTES_KNOWN 0x203000u /* automount, mount root, DAX: we always know them */
#define STATX_ATTRIBUTES_FLAGS (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP)

static struct statx_timestamp statx_time(const struct timespec64 *time)
{
	return (struct statx_timestamp){.sec = time->sec, .nsec = time->nsec};
}

static uint64_t statx_attributes(const struct kstat *stat)
{
	uint64_t attributes = stat->mount_root ? STATX_ATTR_MOUNT_ROOT : 0;

	if (unlikely(stat->inode_flags & (INODE_IMMUTABLE | INODE_APPEND | INODE_NODUMP)) &&
	    stat->type_flags & FS_FLAGS)
		attributes |= (stat->inode_flags & INODE_IMMUTABLE ? STATX_ATTR_IMMUTABLE : 0) |
			      (stat->inode_flags & INODE_APPEND ? STATX_ATTR_APPEND : 0) |
			      (stat->inode_flags & INODE_NODUMP ? STATX_ATTR_NODUMP : 0);
	return attributes;
}

SYSCALL(statx)
{
	unsigned int flags = (unsigned int)args->arg[2], mask = (unsigned int)args->arg[3];
	struct kstat stat __uninitialized;
	struct statx out __uninitialized;
	int error;

	if (mask & STATX_RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	error = stat_at((int)args->arg[0], args->arg[1], flags, &stat);
	if (error)
		return error;
	out = (struct statx){
		.mask = STATX_BASIC | (stat.type_flags & FS_BTIME ? mask & STATX_BTIME : 0) |
			(mask & STATX_MNT_ID_UNIQUE ? STATX_MNT_ID_UNIQUE : STATX_MNT_ID),
		.blksize = stat.blksize,
		.attributes = statx_attributes(&stat),
		.nlink = (uint32_t)stat.nlink,
		.uid = stat.uid,
		.gid = stat.gid,
		.mode = (uint16_t)stat.mode,
		.ino = stat.ino,
		.size = stat.size,
		.blocks = stat.blocks,
		.attributes_mask = STATX_ATTRIBUTES_KNOWN |
				   (stat.type_flags & FS_FLAGS ? STATX_ATTRIBUTES_FLAGS : 0),
		.atime = statx_time(&stat.atime),
		.ctime = statx_time(&stat.ctime),
		.mtime = statx_time(&stat.mtime),
		.rdev_major = MAJOR(stat.rdev),
		.rdev_minor = MINOR(stat.rdev),
		.dev_major = MAJOR(stat.dev),
		.dev_minor = MINOR(stat.dev),
		.mnt_id = (uint64_t)stat.mount_id |
			  (mask & STATX_MNT_ID_UNIQUE ? MOUNT_ID_UNIQUE : 0),
	};
	if (out.mask & STATX_BTIME)
		out.btime = statx_time(&stat.btime);
	return copy_to_user(args->arg[4], &out, sizeof(out));
}

/* ---- access ---- */

static int access_path(const struct path *path, unsigned int mode)
{
	struct inode *inode = path->dentry->inode;
	int error;

	if (mode & MAY_EXEC && S_ISREG(inode->mode) && path_no_exec(path))
		return -EACCES;
	error = inode_permission(inode, mode);
	if (error || !(mode & MAY_WRITE) || S_ISCHR(inode->mode) || S_ISBLK(inode->mode) ||
	    S_ISFIFO(inode->mode) || S_ISSOCK(inode->mode))
		return error;
	return mount_check_write(path->mount);
}

static int access_name(int dirfd, const char *name, unsigned int lookup, unsigned int mode)
{
	struct path path;
	WALK(w);
	int error = walk_path(&w, dirfd, name, lookup, false);

	if (likely(!error && w.rcu)) {
		error = access_path(&w.path, mode);
		if (likely(walk_end_rcu(&w)))
			return error;
		error = -ECHILD;
	} else if (!error) {
		error = access_path(&w.path, mode);
		walk_drop(&w);
		return error;
	}
	if (error != -ECHILD)
		return error;
	error = path_lookup(dirfd, name, lookup, &path);
	if (!error) {
		error = access_path(&path, mode);
		path_put(&path);
	}
	return error;
}

/* access() asks for the real ids. Are they (and what follows from them) different from the
 * effective ones? */
static bool must_switch(const struct cred *cred)
{
	if (cred->uid != cred->fsuid || cred->gid != cred->fsgid)
		return true;
	return cred->uid ? cred->cap_effective != 0 : cred->cap_effective != cred->cap_permitted;
}

static long do_access(int dirfd, unsigned long user, unsigned int mode, unsigned int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	const struct cred *before = NULL;
	PATH_ARG(arg);
	long error;

	if (mode & ~7u || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	if (unlikely(!(flags & AT_EACCESS) && must_switch(current->cred))) {
		struct cred *real = cred_prepare(SIZE_MAX);

		if (!real)
			return -ENOMEM;
		real->fsuid = real->uid;
		real->fsgid = real->gid;
		real->cap_effective = real->uid ? 0 : real->cap_permitted;
		before = current->cred;
		/* Meant for our own look-up only, but others see it: who sends a signal, /proc. */
		rcu_assign_pointer(current->cred, real);
	}
	error = path_arg_get(&arg, user, lookup);
	if (!error) {
		error = access_name(dirfd, arg.name, lookup, mode);
		path_arg_put(&arg);
	}
	if (unlikely(before != NULL)) {
		const struct cred *real = current->cred;

		rcu_assign_pointer(current->cred, before);
		cred_put(real);
	}
	return error;
}

SYSCALL(access)
{
	return do_access(AT_FDCWD, args->arg[0], (unsigned int)args->arg[1], 0);
}

SYSCALL(faccessat)
{
	return do_access((int)args->arg[0], args->arg[1], (unsigned int)args->arg[2], 0);
}

SYSCALL(faccessat2)
{
	return do_access((int)args->arg[0], args->arg[1], (unsigned int)args->arg[2],
			 (unsigned int)args->arg[3]);
}

/* ---- readlink ---- */

static long do_readlink(int dirfd, unsigned long user, unsigned long buf, int size)
{
	const char *target;
	bool owned = false, empty;
	struct inode *inode;
	struct path path;
	PATH_ARG(arg);
	long result;

	if (size <= 0)
		return -EINVAL;
	result = path_arg_get(&arg, user, LOOKUP_EMPTY);
	if (result)
		return result;
	empty = !*arg.name;
	result = path_lookup(dirfd, arg.name, LOOKUP_EMPTY, &path);
	path_arg_put(&arg);
	if (result)
		return result;
	inode = path.dentry->inode;
	result = empty ? -ENOENT : -EINVAL;
	if (!S_ISLNK(inode->mode))
		goto out;
	target = inode->link;
	result = 0;
	if (!target)
		result = inode->ops->readlink ? inode->ops->readlink(inode, &target, &owned)
					      : -EINVAL;
	if (result)
		goto out;
	size_t n = MIN(strlen(target), (size_t)size);

	result = copy_to_user(buf, target, n);
	if (!result)
		result = (long)n;
	if (owned)
		kfree(target);
out:
	path_put(&path);
	return result;
}

SYSCALL(readlink)
{
	return do_readlink(AT_FDCWD, args->arg[0], args->arg[1], (int)args->arg[2]);
}

SYSCALL(readlinkat)
{
	return do_readlink((int)args->arg[0], args->arg[1], args->arg[2], (int)args->arg[3]);
}

/* ---- statfs ---- */

#define ST_VALID       0x0020
#define ST_RELATIME    0x1000
#define ST_NOSYMFOLLOW 0x2000

static long copy_statfs(const struct path *path, unsigned long user)
{
	struct super *super = path->dentry->super;
	unsigned int flags =
		path->mount->flags |
		(unsigned int)(super->flags & (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK));
	struct kstatfs out = {.s = {.type = super->magic,
				    .bsize = PAGE_SIZE,
				    .frsize = PAGE_SIZE,
				    .namelen = NAME_MAX,
				    .fsid = {(int32_t)super->dev, 0}}};

	if (super->ops && super->ops->statfs) {
		int error = super->ops->statfs(super, &out);

		if (error)
			return error;
	}
	out.s.flags = ST_VALID |
		      (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS |
				MS_MANDLOCK)) |
		      (flags & MS_NOATIME) | (flags & MS_NODIRATIME) |
		      (flags & MS_RELATIME ? ST_RELATIME : 0) |
		      (flags & MS_NOSYMFOLLOW ? ST_NOSYMFOLLOW : 0);
	return copy_to_user(user, &out.s, sizeof(out.s));
}

SYSCALL(statfs)
{
	struct path path;
	long result = path_lookup_user(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW, &path);

	if (result)
		return result;
	result = copy_statfs(&path, args->arg[1]);
	path_put(&path);
	return result;
}

SYSCALL(fstatfs)
{
	struct fd fd = fd_get_path((int)args->arg[0]);
	long result = fd.file ? copy_statfs(&fd.file->path, args->arg[1]) : -EBADF;

	fd_put(fd);
	return result;
}
