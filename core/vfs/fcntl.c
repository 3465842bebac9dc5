// SPDX-License-Identifier: MIT
/* fcntl: what concerns every file; the rest goes to locks.c and the file's own operations. */
#include "internal.h"

#include <core/mm.h>
#include <core/syscall.h>

/* Not O_ASYNC: that changes with what it stands for, in async.c. */
#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

long (*vfs_pipe_fcntl)(struct file *file, unsigned int command, unsigned long arg);

unsigned int file_flags_user(const struct file *file)
{
	return READ_ONCE(file->flags) & ~O_CLOEXEC;
}

static long set_flags(struct file *file, int fd, unsigned int flags)
{
	unsigned int old = READ_ONCE(file->flags);

	if ((flags ^ old) & O_APPEND && file->inode->flags & INODE_APPEND)
		return -EPERM;
	if ((flags ^ old) & O_NOATIME && flags & O_NOATIME && !inode_owner_or_capable(file->inode))
		return -EPERM;
	if (flags & O_DIRECT && !S_ISFIFO(file->inode->mode) &&
	    (!inode_takes_direct(file->inode) || file->mode & FILE_NO_DIRECT))
		return -EINVAL;
	if (file->ops->set_flags) {
		int error = file->ops->set_flags(file, flags);

		if (error)
			return error;
	}
	if (unlikely((flags ^ old) & O_ASYNC)) {
		int error = file_set_async(file, fd, flags & O_ASYNC, 0);

		if (error)
			return error;
		old = READ_ONCE(file->flags);
	}
	while (!__atomic_compare_exchange_n(&file->flags, &old,
					    (old & ~SETFL_MASK) | (flags & SETFL_MASK), true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return 0;
}

static __attribute__((noinline)) long add_seals(struct file *file, unsigned int seals)
{
	struct inode *inode = file->inode;
	long error = 0;

	if (!(file->mode & FILE_WRITE))
		return -EPERM;
	if (seals & ~F_SEAL_ALL || !(inode->flags & INODE_SEALED_FILE))
		return -EINVAL;
	rwsem_write(&inode->rwsem);
	if (inode->seals & F_SEAL_SEAL) {
		error = -EPERM;
	} else {
		if (seals & F_SEAL_EXEC && inode->mode & 0111)
			seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
		mutex_lock(&inode->cache.maps_lock);
		if (seals & F_SEAL_WRITE && !(inode->seals & F_SEAL_WRITE) &&
		    inode->cache.writable_maps)
			error = -EBUSY;
		else
			inode->seals |= seals;
		mutex_unlock(&inode->cache.maps_lock);
	}
	rwsem_write_done(&inode->rwsem);
	return error;
}

static long same_file(struct file *file, int other)
{
	struct fd fd = fd_get_path(other);
	long result = fd.file ? fd.file == file : -EBADF;

	fd_put(fd);
	return result;
}

#define HINT_MAX 5u /* RWH_WRITE_LIFE_EXTREME */

static __attribute__((noinline)) long set_write_hint(struct inode *inode, unsigned long arg)
{
	uint64_t hint;

	if (copy_from_user(&hint, arg, sizeof(hint)))
		return -EFAULT;
	if (hint > HINT_MAX)
		return -EINVAL;
	WRITE_ONCE(inode->write_hint, (unsigned int)hint);
	return 0;
}

static long fcntl_open(struct file *file, int fd, unsigned int command, unsigned long arg)
{
	switch (command) {
	case F_SETFL:
		return set_flags(file, fd, (unsigned int)arg);
	case F_GETLK:
	case F_OFD_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return locks_fcntl(file, fd, command, arg);
	case F_GETOWN:
	case F_SETOWN:
	case F_GETOWN_EX:
	case F_SETOWN_EX:
	case F_GETOWNER_UIDS:
	case F_GETSIG:
	case F_SETSIG:
		return file_owner_fcntl(file, command, arg);
	case F_NOTIFY:
		return dnotify_fcntl(file, fd, (uint32_t)arg);
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return vfs_pipe_fcntl ? vfs_pipe_fcntl(file, command, arg) : -EBADF;
	case F_ADD_SEALS:
		return add_seals(file, (unsigned int)arg);
	case F_GET_SEALS:
		return file->inode->flags & INODE_SEALED_FILE ? (long)file->inode->seals : -EINVAL;
	case F_GET_RW_HINT:
		return hal_put_user64(hal_user_ptr(void, arg), READ_ONCE(file->inode->write_hint));
	case F_SET_RW_HINT:
		return set_write_hint(file->inode, arg);
	case F_GETLEASE:
		return F_UNLCK; /* F_SETLEASE gives none, like a Linux without file locks */
	default:
		return -EINVAL;
	}
}

SYSCALL(fcntl)
{
	int number = (int)args->arg[0];
	unsigned int command = (unsigned int)args->arg[1];
	unsigned long arg = args->arg[2];
	struct fd fd = fd_get_path(number);
	long result;

	if (!fd.file)
		return -EBADF;
	switch (command) { /* what works on O_PATH files too */
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		result = arg >= process_limit(current->process, RLIMIT_NOFILE)
				 ? -EINVAL
				 : fd_duplicate(number, (unsigned int)arg,
						command == F_DUPFD_CLOEXEC);
		break;
	case F_GETFD:
		result = fd_get_cloexec(number);
		break;
	case F_SETFD:
		result = fd_set_cloexec(number, arg & FD_CLOEXEC);
		break;
	case F_GETFL:
		result = file_flags_user(fd.file);
		break;
	case F_DUPFD_QUERY:
		result = same_file(fd.file, (int)arg);
		break;
	default:
		result = fd.file->mode & FILE_PATH ? -EBADF
						   : fcntl_open(fd.file, number, command, arg);
	}
	fd_put(fd);
	return result;
}
