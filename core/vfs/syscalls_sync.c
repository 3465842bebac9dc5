// SPDX-License-Identifier: MIT
/* Calls about storage: fsync and its kin, fallocate, and advice. */
#include "internal.h"

#include <core/syscall.h>

static long sync_file(int number, bool data_only)
{
	struct fd fd = fd_get(number);
	long error = -EBADF;

	if (fd.file)
		error = fd.file->ops->fsync ? fd.file->ops->fsync(fd.file, data_only) : -EINVAL;
	fd_put(fd);
	return error;
}

SYSCALL(fsync)
{
	return sync_file((int)args->arg[0], false);
}

SYSCALL(fdatasync)
{
	return sync_file((int)args->arg[0], true);
}

SYSCALL(sync)
{
	struct mount *mount;

	for (int id = 0; (mount = mount_after(id)) != NULL; mount_put(mount)) {
		id = mount->id;
		if (mount->super->ops->sync)
			(void)mount->super->ops->sync(
				mount->super); /* sync() cannot say that it failed */
	}
	return 0;
}

SYSCALL(syncfs)
{
	struct fd fd = fd_get((int)args->arg[0]);
	long error = -EBADF;

	if (fd.file) {
		struct super *super = fd.file->path.dentry->super;

		error = super->ops && super->ops->sync ? super->ops->sync(super) : 0;
	}
	fd_put(fd);
	return error;
}

SYSCALL(sync_file_range)
{
	loff_t offset = (loff_t)args->arg[1], length = (loff_t)args->arg[2], end;
	unsigned int flags = (unsigned int)args->arg[3];
	struct fd fd = fd_get((int)args->arg[0]);
	long error = -EBADF;

	if (!fd.file)
		return error;
	error = -EINVAL;
	if (flags & ~7u || offset < 0 || length < 0 || __builtin_add_overflow(offset, length, &end))
		goto out;
	error = -ESPIPE;
	if (!S_ISREG(fd.file->inode->mode) && !S_ISDIR(fd.file->inode->mode) &&
	    !S_ISLNK(fd.file->inode->mode) && !S_ISBLK(fd.file->inode->mode))
		goto out;
	error = flags && fd.file->ops->fsync ? fd.file->ops->fsync(fd.file, true) : 0;
out:
	fd_put(fd);
	return error;
}

/* One thing at a time; a hole leaves the size alone, taking out and putting in cannot. */
static bool fallocate_mode_exists(int mode)
{
	switch (mode & ~FALLOC_FL_KEEP_SIZE) {
	case 0:
	case FALLOC_FL_ZERO_RANGE:
	case FALLOC_FL_UNSHARE_RANGE:
		return true;
	case FALLOC_FL_PUNCH_HOLE:
		return mode & FALLOC_FL_KEEP_SIZE;
	case FALLOC_FL_COLLAPSE_RANGE:
	case FALLOC_FL_INSERT_RANGE:
		return !(mode & FALLOC_FL_KEEP_SIZE);
	default:
		return false;
	}
}

long file_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file->inode;
	loff_t end;
	long error;

	if (offset < 0 || length <= 0)
		return -EINVAL;
	if (!fallocate_mode_exists(mode))
		return -EOPNOTSUPP;
	if (!(file->mode & FILE_WRITE))
		return -EBADF;
	if (inode->flags & INODE_IMMUTABLE ||
	    (mode & ~FALLOC_FL_KEEP_SIZE && inode->flags & INODE_APPEND))
		return -EPERM;
	if (!S_ISREG(inode->mode) && !S_ISBLK(inode->mode))
		return S_ISFIFO(inode->mode) ? -ESPIPE : S_ISDIR(inode->mode) ? -EISDIR : -ENODEV;
	if (__builtin_add_overflow(offset, length, &end) || end > inode->super->max_size)
		return -EFBIG;
	error = file->ops->fallocate ? file->ops->fallocate(file, mode, offset, length)
				     : -EOPNOTSUPP;
	if (!error)
		notify_dentry(file->path.dentry, NOTIFY_MODIFY);
	return error;
}

SYSCALL(fallocate)
{
	struct fd fd = fd_get((int)args->arg[0]);
	long error = -EBADF;

	if (fd.file)
		error = file_fallocate(fd.file, (int)args->arg[1], (loff_t)args->arg[2],
				       (loff_t)args->arg[3]);
	fd_put(fd);
	return error;
}

SYSCALL(fadvise64)
{
	struct fd fd = fd_get((int)args->arg[0]);
	int advice = (int)args->arg[3];
	long error = -EBADF;

	if (!fd.file)
		return error;
	/* Advice may be ignored; what no file could take is an error all the same. */
	if (S_ISFIFO(fd.file->inode->mode))
		error = -ESPIPE;
	else
		error = (loff_t)args->arg[2] < 0 || advice < 0 || advice > 5 ? -EINVAL : 0;
	fd_put(fd);
	return error;
}

SYSCALL(readahead)
{
	struct fd fd = fd_get((int)args->arg[0]);
	long error = -EBADF;

	if (fd.file && fd.file->mode & FILE_READ)
		error = S_ISREG(fd.file->inode->mode) ? 0 : -EINVAL;
	fd_put(fd);
	return error;
}
