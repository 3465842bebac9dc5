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
#define RWF_ATOMIC   0x40u
#define RWF_ALL	     0x7fu

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

/* n bytes at pos must end where a position can be. */
static inline int check_end(const struct file *file, loff_t pos, size_t n)
{
	if (likely((loff_t)((uint64_t)pos + n) >= 0))
		return 0;
	return file->ops->traits & FILE_ADDRESSES ? 0 : -EINVAL;
}

/* Directories know what to say themselves. */
static inline bool can(const struct file *file, bool write)
{
	return write ? file->ops->write != NULL : file->ops->read || file->ops->iterate;
}

static int simple_uio(struct file *file, struct uio *uio, struct iovec *iov, unsigned long base,
		      size_t n, loff_t pos, bool write)
{
	if (unlikely(!hal_user_range(hal_user_ptr(void, base), n)))
		return can(file, write) ? -EFAULT : -EINVAL;
	uio_init_user(uio, iov, base, n);
	return check_end(file, pos, n);
}

SYSCALL(read)
{
	struct fd fd = fd_get((int)args->arg[0]);
	struct iovec iov;
	struct uio uio;
	ssize_t n = -EBADF;

	if (likely(fd.file && fd.file->mode & FILE_READ)) {
		n = simple_uio(fd.file, &uio, &iov, args->arg[1], args->arg[2], fd.file->pos,
			       false);
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
		n = simple_uio(fd.file, &uio, &iov, args->arg[1], args->arg[2], fd.file->pos, true);
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
	if (fd->file->mode & (mode == FILE_WRITE ? FILE_STREAM | FILE_NO_PWRITE : FILE_STREAM))
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
	n = simple_uio(fd.file, &uio, &iov, args->arg[1], args->arg[2], pos, false);
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
	n = simple_uio(fd.file, &uio, &iov, args->arg[1], args->arg[2], pos, true);
	if (!n)
		n = write_at(fd.file, &uio, &pos);
	fd_put(fd);
	return n;
}

/* One read or write for each part, until one moves less. */
static ssize_t each_part(struct file *file, const struct uio *uio, loff_t *pos, bool write)
{
	ssize_t done = 0;

	for (unsigned int i = 0; i < uio->count && (size_t)done < uio->left; i++) {
		struct iovec iov;
		struct uio part;
		ssize_t n;

		if (!uio->iov[i].length && i)
			continue;
		uio_init_user(&part, &iov, uio->iov[i].base, uio->iov[i].length);
		n = write ? write_at(file, &part, pos) : read_at(file, &part, pos);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n < uio->iov[i].length)
			break;
	}
	return done;
}

static bool apart(const struct file *file, bool write)
{
	if (write)
		return file->ops->traits & FILE_WRITES_APART;
	return file->ops->traits & FILE_READS_APART || !file->ops->read;
}

/* RWF_* of a transfer that is about to begin. */
static int take_flags(const struct file *file, struct uio *uio, unsigned int flags, bool write)
{
	if (!can(file, write))
		return -EINVAL;
	if (apart(file, write))
		return flags & ~RWF_HIPRI ? -EOPNOTSUPP : 0;
	if (flags & ~RWF_ALL)
		return -EOPNOTSUPP;
	if ((flags & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND))
		return -EINVAL;
	if (flags & RWF_NOWAIT && !(file->mode & FILE_NOWAIT))
		return -EOPNOTSUPP;
	if (flags & RWF_ATOMIC)
		return -EOPNOTSUPP; /* no file here writes all or nothing */
	if (flags & RWF_NOAPPEND && file->flags & O_APPEND && file->inode->flags & INODE_APPEND)
		return -EPERM;
	uio->nowait = flags & RWF_NOWAIT;
	uio->in_place = flags & RWF_NOAPPEND;
	return 0;
}

static ssize_t transfer_plain(struct file *file, struct uio *uio, loff_t *pos, bool write)
{
	if (unlikely(file->ops->traits) && apart(file, write))
		return each_part(file, uio, pos ? pos : &file->pos, write);
	if (!pos)
		return here(file, uio, write);
	return write ? write_at(file, uio, pos) : read_at(file, uio, pos);
}

static ssize_t transfer_flagged(struct file *file, struct uio *uio, loff_t *pos, bool write,
				unsigned int flags)
{
	loff_t append = POS_APPEND;
	ssize_t n = take_flags(file, uio, flags, write);

	if (n)
		return n;
	n = transfer_plain(file, uio, write && flags & RWF_APPEND ? &append : pos, write);
	if (n <= 0 || !write)
		return n;
	if (!pos && append != POS_APPEND)
		file->pos = append;
	if (flags & (RWF_DSYNC | RWF_SYNC) && file->ops->fsync) {
		int error = file->ops->fsync(file, !(flags & RWF_SYNC));

		n = error ? error : n;
	}
	return n;
}

/* A vector transfer. pos NULL: at the file's own position. Inline in the two plain calls alone. */
static inline __attribute__((always_inline)) ssize_t vector(struct file *file,
							    const struct syscall_args *args,
							    loff_t *pos, bool write,
							    unsigned int flags)
{
	struct iovec fast[UIO_FASTIOV] __attribute__((uninitialized)), *allocated = NULL;
	struct uio uio;
	ssize_t n;

	n = uio_import(&uio, hal_user_ptr(const void, args->arg[1]), args->arg[2], fast,
		       &allocated);
	if (unlikely(n || !uio.left)) {
		n = can(file, write) ? n : -EINVAL; /* that comes first */
		goto out;
	}
	n = check_end(file, pos ? *pos : file->pos, uio.left);
	if (likely(!n))
		n = likely(!flags) ? transfer_plain(file, &uio, pos, write)
				   : transfer_flagged(file, &uio, pos, write, flags);
out:
	if (unlikely(allocated))
		kfree(allocated);
	return n;
}

static __attribute__((noinline)) ssize_t vector_any(struct file *file,
						    const struct syscall_args *args, loff_t *pos,
						    bool write, unsigned int flags)
{
	return vector(file, args, pos, write, flags);
}

SYSCALL(readv)
{
	struct fd fd = fd_get((int)args->arg[0]);
	ssize_t n = -EBADF;

	if (fd.file && fd.file->mode & FILE_READ)
		n = vector(fd.file, args, NULL, false, 0);
	fd_put(fd);
	return n;
}

SYSCALL(writev)
{
	struct fd fd = fd_get((int)args->arg[0]);
	ssize_t n = -EBADF;

	if (fd.file && fd.file->mode & FILE_WRITE)
		n = vector(fd.file, args, NULL, true, 0);
	fd_put(fd);
	return n;
}

static ssize_t vector_at(const struct syscall_args *args, bool write, unsigned int flags)
{
	loff_t pos = (loff_t)args->arg[3];
	struct fd fd;
	ssize_t n = positioned((int)args->arg[0], pos, write ? FILE_WRITE : FILE_READ, &fd);

	if (n)
		return n;
	n = vector_any(fd.file, args, &pos, write, flags);
	fd_put(fd);
	return n;
}

SYSCALL(preadv)
{
	return vector_at(args, false, 0);
}

SYSCALL(pwritev)
{
	return vector_at(args, true, 0);
}

/* preadv2 and pwritev2: position -1 means the file's own. */
static ssize_t vector_flags(const struct syscall_args *args, bool write)
{
	unsigned int flags = (unsigned int)args->arg[5];
	struct fd fd;
	ssize_t n = -EBADF;

	if ((loff_t)args->arg[3] != -1)
		return vector_at(args, write, flags);
	fd = fd_get((int)args->arg[0]);
	if (fd.file && fd.file->mode & (write ? FILE_WRITE : FILE_READ))
		n = vector_any(fd.file, args, NULL, write, flags);
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
