// SPDX-License-Identifier: MIT
/* read, write and their vector and positioned forms; lseek. */
#include "internal.h"

#include <core/syscall.h>

#define RWF_HIPRI    0x01u
#define RWF_DSYNC    0x02u
#define RWF_SYNC     0x04u
#define RWF_NOWAIT   0x08u
#define RWF_APPEND   0x10u
#define RWF_NOAPPEND 0x20u

/* Must the position be locked? Others can only reach the file by a reference. */
static inline bool lock_position(struct file *file)
{
	if (likely(!(file->mode & FILE_ATOMIC_POS) || refcount_read(&file->refs) == 1))
		return false;
	mutex_lock(&file->pos_lock);
	return true;
}

static inline void unlock_position(struct file *file, bool locked)
{
	if (unlikely(locked))
		mutex_unlock(&file->pos_lock);
}

static inline ssize_t read_at(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t n;

	if (unlikely(!file->ops->read))
		return S_ISDIR(file->inode->mode) ? -EISDIR : -EINVAL;
	n = file->ops->read(file, uio, pos);
	io_count_read(n);
	if (n > 0)
		notify_dentry(file->path.dentry, NOTIFY_ACCESS);
	return n;
}

static inline ssize_t write_at(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t n;

	if (unlikely(!file->ops->write))
		return -EINVAL;
	n = file->ops->write(file, uio, pos);
	io_count_write(n);
	if (n > 0)
		notify_dentry(file->path.dentry, NOTIFY_MODIFY);
	if (unlikely(file->flags & O_DSYNC) && n > 0 && file->ops->fsync) {
		int error = file->ops->fsync(file, (file->flags & O_SYNC) != O_SYNC);

		if (error)
			return error;
	}
	return n;
}

/* At the file's own position. Inline in the two plain calls alone. */
static inline ssize_t read_here(struct file *file, struct uio *uio)
{
	bool locked = lock_position(file);
	ssize_t n = read_at(file, uio, &file->pos);

	unlock_position(file, locked);
	return n;
}

static inline ssize_t write_here(struct file *file, struct uio *uio)
{
	bool locked = lock_position(file);
	ssize_t n = write_at(file, uio, &file->pos);

	unlock_position(file, locked);
	return n;
}

static __attribute__((noinline)) ssize_t here(struct file *file, struct uio *uio, bool write)
{
	return write ? write_here(file, uio) : read_here(file, uio);
}

static int simple_uio(struct uio *uio, struct iovec *iov, unsigned long base, size_t n)
{
	if (unlikely((ssize_t)n < 0))
		return -EINVAL;
	if (unlikely(!hal_user_range(hal_user_ptr(void, base), n)))
		return -EFAULT;
	uio_init_user(uio, iov, base, n);
	return 0;
}

SYSCALL(read)
{
	struct fd fd = fd_get((int)args->arg[0]);
	struct iovec iov;
	struct uio uio;
	ssize_t n = -EBADF;

	if (likely(fd.file && fd.file->mode & FILE_READ)) {
		n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
		if (likely(!n))
			n = read_here(fd.file, &uio);
	}
	fd_put(fd);
	return n;
}

SYSCALL(write)
{
	struct fd fd = fd_get((int)args->arg[0]);
	struct iovec iov;
	struct uio uio;
	ssize_t n = -EBADF;

	if (likely(fd.file && fd.file->mode & FILE_WRITE)) {
		n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
		if (likely(!n))
			n = write_here(fd.file, &uio);
	}
	fd_put(fd);
	return n;
}

/* The file at fd for a positioned transfer: 0, or -errno with fd put. */
static int positioned(int number, loff_t pos, unsigned int mode, struct fd *fd)
{
	int error = 0;

	if (pos < 0)
		return -EINVAL;
	*fd = fd_get(number);
	if (!fd->file)
		return -EBADF;
	if (fd->file->mode & FILE_STREAM)
		error = -ESPIPE;
	else if (!(fd->file->mode & mode))
		error = -EBADF;
	if (error)
		fd_put(*fd);
	return error;
}

SYSCALL(pread64)
{
	loff_t pos = (loff_t)args->arg[3];
	struct iovec iov;
	struct uio uio;
	struct fd fd;
	ssize_t n = positioned((int)args->arg[0], pos, FILE_READ, &fd);

	if (n)
		return n;
	n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
	if (!n)
		n = read_at(fd.file, &uio, &pos);
	fd_put(fd);
	return n;
}

SYSCALL(pwrite64)
{
	loff_t pos = (loff_t)args->arg[3];
	struct iovec iov;
	struct uio uio;
	struct fd fd;
	ssize_t n = positioned((int)args->arg[0], pos, FILE_WRITE, &fd);

	if (n)
		return n;
	n = simple_uio(&uio, &iov, args->arg[1], args->arg[2]);
	if (!n)
		n = write_at(fd.file, &uio, &pos);
	fd_put(fd);
	return n;
}

/* A vector transfer. pos NULL: at the file's own position. */
static ssize_t vector(struct fd fd, unsigned long vector_address, unsigned long count, loff_t *pos,
		      bool write, bool in_place)
{
	struct iovec fast[UIO_FASTIOV] __attribute__((uninitialized)), *allocated = NULL;
	struct uio uio;
	ssize_t n =
		uio_import(&uio, hal_user_ptr(const void, vector_address), count, fast, &allocated);

	if (n)
		return n;
	uio.in_place = in_place;
	if (pos)
		n = write ? write_at(fd.file, &uio, pos) : read_at(fd.file, &uio, pos);
	else
		n = here(fd.file, &uio, write);
	kfree(allocated);
	return n;
}

SYSCALL(readv)
{
	struct fd fd = fd_get((int)args->arg[0]);
	ssize_t n = -EBADF;

	if (fd.file && fd.file->mode & FILE_READ)
		n = vector(fd, args->arg[1], args->arg[2], NULL, false, false);
	fd_put(fd);
	return n;
}

SYSCALL(writev)
{
	struct fd fd = fd_get((int)args->arg[0]);
	ssize_t n = -EBADF;

	if (fd.file && fd.file->mode & FILE_WRITE)
		n = vector(fd, args->arg[1], args->arg[2], NULL, true, false);
	fd_put(fd);
	return n;
}

static ssize_t vector_at(const struct syscall_args *args, bool write)
{
	loff_t pos = (loff_t)args->arg[3];
	struct fd fd;
	ssize_t n = positioned((int)args->arg[0], pos, write ? FILE_WRITE : FILE_READ, &fd);

	if (n)
		return n;
	n = vector(fd, args->arg[1], args->arg[2], &pos, write, false);
	fd_put(fd);
	return n;
}

SYSCALL(preadv)
{
	return vector_at(args, false);
}

SYSCALL(pwritev)
{
	return vector_at(args, true);
}

/* preadv2 and pwritev2: position -1 means the file's own. */
static ssize_t vector_flags(const struct syscall_args *args, bool write)
{
	unsigned int flags = (unsigned int)args->arg[5];
	loff_t pos = (loff_t)args->arg[3];
	bool own = pos == -1;
	struct fd fd;
	ssize_t n;

	if (own) {
		fd = fd_get((int)args->arg[0]);
		if (!fd.file)
			return -EBADF;
		n = fd.file->mode & (write ? FILE_WRITE : FILE_READ) ? 0 : -EBADF;
	} else {
		n = positioned((int)args->arg[0], pos, write ? FILE_WRITE : FILE_READ, &fd);
		if (n)
			return n;
	}
	if (!n && flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | RWF_NOAPPEND))
		n = -EOPNOTSUPP; /* RWF_NOWAIT: no file here can promise it */
	/* One says the opposite of the other; neither means anything to a read. */
	if (!n && (flags & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND))
		n = -EINVAL;
	if (!write)
		flags &= ~(RWF_APPEND | RWF_NOAPPEND);
	if (!n) {
		loff_t append = POS_APPEND;

		n = vector(fd, args->arg[1], args->arg[2],
			   flags & RWF_APPEND ? &append
			   : own	      ? NULL
					      : &pos,
			   write, flags & RWF_NOAPPEND);
		if (own && flags & RWF_APPEND && n > 0)
			fd.file->pos = append;
		if (n > 0 && write && flags & (RWF_DSYNC | RWF_SYNC) && fd.file->ops->fsync) {
			int error = fd.file->ops->fsync(fd.file, !(flags & RWF_SYNC));

			n = error ? error : n;
		}
	}
	fd_put(fd);
	return n;
}

SYSCALL(preadv2)
{
	return vector_flags(args, false);
}

SYSCALL(pwritev2)
{
	return vector_flags(args, true);
}

SYSCALL(lseek)
{
	struct fd fd = fd_get((int)args->arg[0]);
	loff_t offset = (loff_t)args->arg[1], result = -EBADF;
	unsigned int whence = (unsigned int)args->arg[2];

	if (likely(fd.file)) {
		struct file *file = fd.file;

		if (whence > SEEK_HOLE) {
			result = -EINVAL;
		} else if (!(file->mode & FILE_SEEKABLE)) {
			result = -ESPIPE;
		} else {
			bool locked = lock_position(file);

			result = file->ops->seek ? file->ops->seek(file, offset, (int)whence)
						 : file_seek_inode(file, offset, (int)whence);
			unlock_position(file, locked);
		}
	}
	fd_put(fd);
	return result;
}
