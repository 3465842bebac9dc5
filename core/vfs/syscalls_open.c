// SPDX-License-Identifier: MIT
/* open and its family, close, dup and its family. */
#include "internal.h"

#include <core/syscall.h>

static long open_at(int dirfd, unsigned long user_name, const struct open_how *how)
{
	struct file *file;
	long result;
	PATH_ARG(arg);

	result = path_arg_get(&arg, user_name, 0);
	if (unlikely(result))
		return result;
	file = do_open(dirfd, arg.name, how);
	path_arg_put(&arg);
	if (unlikely(is_err(file)))
		return ptr_err(file);
	result = fd_install(file, 0, how->flags & O_CLOEXEC);
	if (unlikely(result < 0))
		file_put_now(file);
	return result;
}

static long open_common(int dirfd, unsigned long name, unsigned int flags, umode_t mode)
{
	struct open_how how;
	/* A 64-bit program always opens large files. */
	int error = open_decode_lenient(&how, flags | O_LARGEFILE, mode);

	return unlikely(error) ? error : open_at(dirfd, name, &how);
}

SYSCALL(open)
{
	return open_common(AT_FDCWD, args->arg[0], (unsigned int)args->arg[1],
			   (umode_t)args->arg[2]);
}

SYSCALL(creat)
{
	return open_common(AT_FDCWD, args->arg[0], O_CREAT | O_WRONLY | O_TRUNC,
			   (umode_t)args->arg[1]);
}

SYSCALL(openat)
{
	return open_common((int)args->arg[0], args->arg[1], (unsigned int)args->arg[2],
			   (umode_t)args->arg[3]);
}

#define RESOLVE_NO_XDEV	      0x01u
#define RESOLVE_NO_MAGICLINKS 0x02u
#define RESOLVE_NO_SYMLINKS   0x04u
#define RESOLVE_BENEATH	      0x08u
#define RESOLVE_IN_ROOT	      0x10u
#define RESOLVE_CACHED	      0x20u

SYSCALL(openat2)
{
	struct {
		uint64_t flags, mode, resolve;
	} user;
	size_t size = args->arg[3];
	unsigned long address = args->arg[2];
	struct open_how how;
	int error;

	if (size < sizeof(user))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	error = copy_from_user(&user, address, sizeof(user));
	if (error)
		return error;
	/* What we do not know must be zero. */
	for (size_t at = sizeof(user); at < size; at++) {
		uint8_t byte;

		if (hal_get_user8(&byte, hal_user_ptr(const void, address + at)))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	error = open_decode(&how, user.flags, user.mode);
	if (error)
		return error;
	if (user.resolve & ~0x3full ||
	    (user.resolve & RESOLVE_BENEATH && user.resolve & RESOLVE_IN_ROOT))
		return -EINVAL;
	/* What changes things is more than the cache can do. */
	if (user.resolve & RESOLVE_CACHED && user.flags & (O_TRUNC | O_CREAT | O_TMPFILE_))
		return -EAGAIN;
	how.lookup =
		(user.resolve & RESOLVE_NO_XDEV ? LOOKUP_NO_XDEV : 0) |
		(user.resolve & RESOLVE_NO_MAGICLINKS ? LOOKUP_NO_MAGIC : 0) |
		(user.resolve & RESOLVE_NO_SYMLINKS ? LOOKUP_NO_SYMLINKS | LOOKUP_NO_MAGIC : 0) |
		(user.resolve & RESOLVE_BENEATH ? LOOKUP_BENEATH : 0) |
		(user.resolve & RESOLVE_IN_ROOT ? LOOKUP_IN_ROOT : 0) |
		(user.resolve & RESOLVE_CACHED ? LOOKUP_CACHED : 0);
	return open_at((int)args->arg[0], args->arg[1], &how);
}

SYSCALL(close)
{
	return fd_close((int)args->arg[0]);
}

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

SYSCALL(close_range)
{
	unsigned int first = (unsigned int)args->arg[0], last = (unsigned int)args->arg[1];
	unsigned int flags = (unsigned int)args->arg[2];

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE && refcount_read(&current->files->refs) > 1) {
		struct files *old = current->files, *copy = files_copy(old, UINT32_MAX);

		if (!copy)
			return -ENOMEM;
		rcu_assign_pointer(current->files, copy);
		files_put(old);
	}
	if (flags & CLOSE_RANGE_CLOEXEC)
		fd_cloexec_range(first, last);
	else
		fd_close_range(first, last);
	return 0;
}

long fd_duplicate(int old, unsigned int from, bool cloexec)
{
	struct fd fd = fd_get_path(old);
	int result;

	if (!fd.file)
		return -EBADF;
	result = fd_install(file_get(fd.file), from, cloexec);
	if (result < 0)
		file_put(fd.file);
	fd_put(fd);
	return result;
}

SYSCALL(dup)
{
	return fd_duplicate((int)args->arg[0], 0, false);
}

SYSCALL(dup2)
{
	int old = (int)args->arg[0], new = (int)args->arg[1];

	if (old == new)
		return fd_get_cloexec(old) < 0 ? -EBADF : new;
	return fd_dup_to(old, new, false);
}

SYSCALL(dup3)
{
	int old = (int)args->arg[0], new = (int)args->arg[1];
	unsigned int flags = (unsigned int)args->arg[2];

	if (flags & ~O_CLOEXEC || old == new)
		return -EINVAL;
	return fd_dup_to(old, new, flags & O_CLOEXEC);
}
