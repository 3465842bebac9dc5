// SPDX-License-Identifier: MIT
/* ioctl: the commands that every file knows, and those of regular files; the rest goes to the file's own operations. */
#include "internal.h"

#include <core/mm.h>
#include <core/syscall.h>

#define FIOCLEX	 0x5451u
#define FIONCLEX 0x5450u
#define FIONBIO	 0x5421u
#define FIOASYNC 0x5452u
#define FIONREAD 0x541bu
#define FIOQSIZE 0x5460u
#define FIGETBSZ 2u
#define FIBMAP	 1u
#define FIFREEZE 0xc0045877u
#define FITHAW	 0xc0045878u

#define FICLONE	      0x40049409u
#define FICLONERANGE  0x4020940du
#define FIDEDUPERANGE 0xc0189436u
#define FS_IOC_FIEMAP 0xc020660bu

static long set_nonblock(struct file *file, unsigned long arg)
{
	uint32_t on;

	if (hal_get_user32(&on, hal_user_ptr(const void, arg)))
		return -EFAULT;
	if (on)
		__atomic_fetch_or(&file->flags, O_NONBLOCK, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&file->flags, ~O_NONBLOCK, __ATOMIC_RELAXED);
	return 0;
}

static long set_async(struct file *file, int fd, unsigned long arg)
{
	uint32_t on;

	if (hal_get_user32(&on, hal_user_ptr(const void, arg)))
		return -EFAULT;
	return file_set_async(file, fd, on != 0, -ENOTTY);
}

/* The bytes that it occupies. */
static long get_occupied(struct inode *inode, unsigned long arg)
{
	struct kstat stat;

	if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
		return -ENOTTY;
	inode_stat(inode, &stat);
	return hal_put_user64(hal_user_ptr(void, arg), (uint64_t)stat.blocks * 512);
}

/* Where on its disk a block of the file is: no file here is on one. */
static long map_block(unsigned long arg)
{
	uint32_t block;

	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (hal_get_user32(&block, hal_user_ptr(const void, arg)) ||
	    hal_put_user32(hal_user_ptr(void, arg), 0))
		return -EFAULT;
	return -EINVAL;
}

/* Contents that two files share: no file system here has them, and each refusal has its place in the order. */
static long clone_from(struct file *out, int from)
{
	struct fd in = fd_get(from);
	long error = -EBADF;

	if (in.file) {
		error = in.file->inode->super != out->inode->super ? -EXDEV
								   : file_check_copy(in.file, out);
		fd_put(in);
	}
	return error ? error : -EOPNOTSUPP;
}

static long clone_range(struct file *out, unsigned long arg)
{
	struct {
		int64_t from;
		uint64_t offset, length, target;
	} range;

	return copy_from_user(&range, arg, sizeof(range)) ? -EFAULT
							  : clone_from(out, (int)range.from);
}

static long dedupe_range(const struct file *in, unsigned long arg)
{
	struct {
		uint64_t offset, length;
		uint16_t count, reserved;
		uint32_t reserved_too;
	} range;
	struct {
		int64_t fd;
		uint64_t offset, done;
		int32_t status;
		uint32_t reserved;
	} target;

	if (copy_from_user(&range, arg, sizeof(range)))
		return -EFAULT;
	if (sizeof(range) + range.count * sizeof(target) > PAGE_SIZE)
		return -ENOMEM;
	for (unsigned int i = 0; i < range.count; i++)
		if (copy_from_user(&target, arg + sizeof(range) + i * sizeof(target),
				   sizeof(target)))
			return -EFAULT;
	if (!(in->mode & FILE_READ) || range.reserved || range.reserved_too)
		return -EINVAL;
	if (S_ISDIR(in->inode->mode))
		return -EISDIR;
	return S_ISREG(in->inode->mode) ? -EOPNOTSUPP : -EINVAL;
}

/* What file systems can do, or not. -ENOTTY: it is none of these. */
static long fs_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	switch (command) {
	case FIFREEZE: /* memory is never written back */
		return capable(CAP_SYS_ADMIN) ? -EOPNOTSUPP : -EPERM;
	case FITHAW:
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	case FS_IOC_FIEMAP:
		return -EOPNOTSUPP;
	case FICLONE:
		return clone_from(file, (int)arg);
	case FICLONERANGE:
		return clone_range(file, arg);
	case FIDEDUPERANGE:
		return dedupe_range(file, arg);
	default:
		return inode_flags_ioctl(file, command, arg);
	}
}

static long regular_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	loff_t left = READ_ONCE(file->inode->size) - file->pos;

	switch (command) {
	case FIONREAD:
		return hal_put_user32(hal_user_ptr(void, arg), (uint32_t)left);
	case FIBMAP:
		return map_block(arg);
	default:
		return -ENOTTY;
	}
}

SYSCALL(ioctl)
{
	int number = (int)args->arg[0];
	unsigned int command = (unsigned int)args->arg[1];
	unsigned long arg = args->arg[2];
	struct fd fd = fd_get(number);
	long result;

	if (!fd.file)
		return -EBADF;
	switch (command) { /* what every file has */
	case FIOCLEX:
	case FIONCLEX:
		result = fd_set_cloexec(number, command == FIOCLEX);
		break;
	case FIONBIO:
		result = set_nonblock(fd.file, arg);
		break;
	case FIOASYNC:
		result = set_async(fd.file, number, arg);
		break;
	case FIOQSIZE:
		result = get_occupied(fd.file->inode, arg);
		break;
	case FIGETBSZ:
		result = hal_put_user32(hal_user_ptr(void, arg), fd.file->inode->super->blocksize);
		break;
	default:
		result = fs_ioctl(fd.file, command, arg);
		if (result == -ENOTTY && S_ISREG(fd.file->inode->mode))
			result = regular_ioctl(fd.file, command, arg);
		if (result == -ENOTTY && fd.file->ops->ioctl)
			result = fd.file->ops->ioctl(fd.file, command, arg);
	}
	fd_put(fd);
	return result;
}
