// SPDX-License-Identifier: MIT
/* Changing attributes: modes, owners, times, sizes. */
#include "internal.h"

#include <core/syscall.h>

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* Times as a program gives them are judged when the file has been found. */
static bool valid_times(const struct attributes *a)
{
	return !(a->valid & ATTR_ATIME && a->atime.nsec >= NSEC_PER_SEC) &&
	       !(a->valid & ATTR_MTIME && a->mtime.nsec >= NSEC_PER_SEC);
}

static long set(const struct path *path, struct attributes *a, bool touch)
{
	return valid_times(a) ? path_setattr(path, a, touch) : -EINVAL;
}

/* Apply a to what (dirfd, user) names. */
static long set_at(int dirfd, unsigned long user, unsigned int lookup, struct attributes *a,
		   bool touch)
{
	struct path path;
	long error = path_lookup_user(dirfd, user, lookup, &path);

	if (error)
		return error;
	error = set(&path, a, touch);
	path_put(&path);
	return error;
}

static long set_fd(int number, struct attributes *a, bool touch, bool path_too)
{
	struct fd fd = path_too ? fd_get_path(number) : fd_get(number);
	long error = fd.file ? set(&fd.file->path, a, touch) : -EBADF;

	fd_put(fd);
	return error;
}

/* AT_* flags to LOOKUP_*, or -EINVAL. */
static int lookup_of(unsigned int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : (int)LOOKUP_FOLLOW) |
	       (flags & AT_EMPTY_PATH ? (int)LOOKUP_EMPTY : 0);
}

/* ---- mode ---- */

static long chmod_at(int dirfd, unsigned long user, umode_t mode, unsigned int flags)
{
	struct attributes a = {.valid = ATTR_MODE, .mode = mode & S_IALLUGO};
	int lookup = lookup_of(flags);

	return lookup < 0 ? lookup : set_at(dirfd, user, (unsigned int)lookup, &a, false);
}

SYSCALL(chmod)
{
	return chmod_at(AT_FDCWD, args->arg[0], (umode_t)args->arg[1], 0);
}

SYSCALL(fchmodat)
{
	return chmod_at((int)args->arg[0], args->arg[1], (umode_t)args->arg[2], 0);
}

SYSCALL(fchmodat2)
{
	return chmod_at((int)args->arg[0], args->arg[1], (umode_t)args->arg[2],
			(unsigned int)args->arg[3]);
}

SYSCALL(fchmod)
{
	struct attributes a = {.valid = ATTR_MODE, .mode = (umode_t)args->arg[1] & S_IALLUGO};

	return set_fd((int)args->arg[0], &a, false, false);
}

/* ---- owner ---- */

static struct attributes owner(unsigned long uid, unsigned long gid)
{
	struct attributes a = {.uid = (uid_t)uid, .gid = (gid_t)gid};

	a.valid = ATTR_STRIP | ((uid_t)uid != UINT32_MAX ? ATTR_UID : 0) |
		  ((gid_t)gid != UINT32_MAX ? ATTR_GID : 0);
	return a;
}

SYSCALL(chown)
{
	struct attributes a = owner(args->arg[1], args->arg[2]);

	return set_at(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW, &a, false);
}

SYSCALL(lchown)
{
	struct attributes a = owner(args->arg[1], args->arg[2]);

	return set_at(AT_FDCWD, args->arg[0], 0, &a, false);
}

SYSCALL(fchownat)
{
	struct attributes a = owner(args->arg[2], args->arg[3]);
	int lookup = lookup_of((unsigned int)args->arg[4]);

	return lookup < 0
		       ? lookup
		       : set_at((int)args->arg[0], args->arg[1], (unsigned int)lookup, &a, false);
}

SYSCALL(fchown)
{
	struct attributes a = owner(args->arg[1], args->arg[2]);

	return set_fd((int)args->arg[0], &a, false, false);
}

/* ---- times ---- */

struct user_times {
	int64_t sec, nsec;
};

static struct timespec64 time_of(const struct user_times *time)
{
	bool valid = time->nsec >= 0 && time->nsec < (int64_t)NSEC_PER_SEC;

	return (struct timespec64){time->sec, valid ? (uint32_t)time->nsec : UINT32_MAX};
}

/* times NULL: both now. */
static long set_times(int dirfd, unsigned long user, const struct user_times *times,
		      unsigned int flags)
{
	struct timespec64 now = inode_now(current->fs->root.mount->super);
	struct attributes a = {.valid = ATTR_ATIME | ATTR_MTIME, .atime = now, .mtime = now};
	bool touch = true;
	int lookup = lookup_of(flags);

	if (times) {
		touch = times[0].nsec == UTIME_NOW && times[1].nsec == UTIME_NOW;
		if (times[0].nsec == UTIME_OMIT)
			a.valid &= ~ATTR_ATIME;
		else if (times[0].nsec != UTIME_NOW)
			a.atime = time_of(&times[0]);
		if (times[1].nsec == UTIME_OMIT)
			a.valid &= ~ATTR_MTIME;
		else if (times[1].nsec != UTIME_NOW)
			a.mtime = time_of(&times[1]);
	}
	if (lookup < 0)
		return lookup;
	if (!user && dirfd != AT_FDCWD) {
		if (flags)
			return -EINVAL;
		return set_fd(dirfd, &a, touch, false);
	}
	return set_at(dirfd, user, (unsigned int)lookup, &a, touch);
}

SYSCALL(utimensat)
{
	struct user_times times[2];
	bool given = args->arg[2] != 0;

	if (given) {
		if (copy_from_user(times, args->arg[2], sizeof(times)))
			return -EFAULT;
		/* Nothing to do at all: even the name is not looked at. */
		if (times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
			return 0;
	}
	return set_times((int)args->arg[0], args->arg[1], given ? times : NULL,
			 (unsigned int)args->arg[3]);
}

/* With microseconds. */
static long futimes_at(int dirfd, unsigned long user, unsigned long user_times)
{
	struct user_times times[2];

	if (!user_times)
		return set_times(dirfd, user, NULL, 0);
	if (copy_from_user(times, user_times, sizeof(times)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (times[i].nsec < 0 || times[i].nsec >= 1000000)
			return -EINVAL;
		times[i].nsec *= 1000;
	}
	return set_times(dirfd, user, times, 0);
}

SYSCALL(utimes)
{
	return futimes_at(AT_FDCWD, args->arg[0], args->arg[1]);
}

SYSCALL(futimesat)
{
	return futimes_at((int)args->arg[0], args->arg[1], args->arg[2]);
}

SYSCALL(utime)
{
	struct user_times times[2] = {0};
	int64_t seconds[2];

	if (!args->arg[1])
		return set_times(AT_FDCWD, args->arg[0], NULL, 0);
	if (copy_from_user(seconds, args->arg[1], sizeof(seconds)))
		return -EFAULT;
	times[0].sec = seconds[0];
	times[1].sec = seconds[1];
	return set_times(AT_FDCWD, args->arg[0], times, 0);
}

/* ---- size ---- */

static long check_size(const struct inode *inode, loff_t size)
{
	uint64_t limit = process_limit(current->process, RLIMIT_FSIZE);

	if (size > READ_ONCE(inode->size) && (uint64_t)size > limit) {
		signal_send_thread(current, SIGXFSZ, NULL);
		return -EFBIG;
	}
	return 0;
}

static long truncate_path(const struct path *path, loff_t size)
{
	struct inode *inode = path->dentry->inode;
	long error;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	error = mount_want_write(path->mount);
	if (error)
		return error;
	error = inode_permission(inode, MAY_WRITE);
	if (!error && inode->flags & INODE_APPEND)
		error = -EPERM;
	/* As a writer for the time being: a running program is not cut. */
	if (!error)
		error = inode_take_write(inode);
	if (!error) {
		error = check_size(inode, size);
		if (!error)
			error = path_truncate(path, size);
		inode_drop_write(inode);
	}
	mount_drop_write(path->mount);
	return error;
}

SYSCALL(truncate)
{
	loff_t size = (loff_t)args->arg[1];
	struct path path;
	long error;

	if (size < 0)
		return -EINVAL;
	error = path_lookup_user(AT_FDCWD, args->arg[0], LOOKUP_FOLLOW, &path);
	if (error)
		return error;
	error = truncate_path(&path, size);
	path_put(&path);
	return error;
}

SYSCALL(ftruncate)
{
	loff_t size = (loff_t)args->arg[1];
	struct fd fd;
	long error = -EINVAL;

	if (size < 0)
		return -EINVAL;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file)
		return -EBADF;
	if (S_ISREG(fd.file->inode->mode) && fd.file->mode & FILE_WRITE) {
		error = fd.file->inode->flags & INODE_APPEND ? -EPERM
							     : check_size(fd.file->inode, size);
		if (!error)
			error = path_truncate(&fd.file->path, size);
	}
	fd_put(fd);
	return error;
}
