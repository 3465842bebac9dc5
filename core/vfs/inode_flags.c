// SPDX-License-Identifier: MIT
/* Flags of files and directories (chattr, lsattr), as far as memory file systems have them. What they forbid is asked
 * for where it is done: INODE_IMMUTABLE, INODE_APPEND, INODE_NOATIME. */
#include "internal.h"

#include <core/syscall.h>

/* They travel as longs on paper, and as 32 bits in fact. */
#define FS_IOC_GETFLAGS	  0x80086601u
#define FS_IOC_SETFLAGS	  0x40086602u
#define FS_IOC_FSGETXATTR 0x801c581fu
#define FS_IOC_FSSETXATTR 0x401c5820u

struct fsxattr { /* as <linux/fs.h> has it */
	uint32_t xflags, extsize, nextents, projid, cowextsize;
	uint8_t pad[8];
};
#define FS_XFLAG_EXTSIZE      0x00800u
#define FS_XFLAG_EXTSZINHERIT 0x01000u
#define FS_XFLAG_SIZES	      0x11800u /* they and one more mean something with a size only */

/* One flag's three names. */
static const struct {
	unsigned int inode, flag, xflag;
} names[] = {
	{INODE_IMMUTABLE, 0x10, 0x08},
	{INODE_APPEND, 0x20, 0x10},
	{INODE_NODUMP, 0x40, 0x80},
	{INODE_NOATIME, 0x80, 0x40},
};
#define INODE_SETTABLE (INODE_IMMUTABLE | INODE_APPEND | INODE_NODUMP | INODE_NOATIME)

static bool has_flags(const struct inode *inode)
{
	return inode->super->type->flags & FS_FLAGS &&
	       (S_ISREG(inode->mode) || S_ISDIR(inode->mode));
}

static uint32_t told(const struct inode *inode, bool extended)
{
	unsigned int flags = READ_ONCE(inode->flags);
	uint32_t value = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].inode)
			value |= extended ? names[i].xflag : names[i].flag;
	return value;
}

/* INODE_* of those in *value that there are; they are taken out of it. */
static unsigned int understood(uint32_t *value, bool extended)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint32_t name = extended ? names[i].xflag : names[i].flag;

		if (*value & name)
			flags |= names[i].inode;
		*value &= ~name;
	}
	return flags;
}

/* What keeps the rest of a request from being granted: 0 or -errno. */
static int judge_extended(const struct inode *inode, const struct fsxattr *rest)
{
	if ((rest->xflags & FS_XFLAG_EXTSIZE && !S_ISREG(inode->mode)) ||
	    (rest->xflags & FS_XFLAG_EXTSZINHERIT && !S_ISDIR(inode->mode)))
		return -EINVAL;
	return rest->xflags & ~FS_XFLAG_SIZES || rest->extsize || rest->projid || rest->cowextsize
		       ? -EOPNOTSUPP
		       : 0;
}

/* refused: 0, or what to say to one who may. */
static int set_flags(struct file *file, unsigned int flags, int refused)
{
	struct inode *inode = file->inode;
	int error = refused;

	if (!inode_owner_or_capable(inode))
		return -EPERM;
	rwsem_write(&inode->rwsem);
	if ((inode->flags ^ flags) & (INODE_IMMUTABLE | INODE_APPEND) &&
	    !capable(CAP_LINUX_IMMUTABLE))
		error = -EPERM;
	if (!error) {
		WRITE_ONCE(inode->flags, (inode->flags & ~INODE_SETTABLE) | flags);
		inode->ctime = inode_now(inode->super);
	}
	rwsem_write_done(&inode->rwsem);
	return error;
}

static long set_from_user(struct file *file, bool extended, unsigned long arg)
{
	struct fsxattr wanted = {0};
	unsigned int flags;
	int error;

	if (copy_from_user(&wanted, arg, extended ? sizeof(wanted) : sizeof(wanted.xflags)))
		return -EFAULT;
	error = mount_want_write(file->path.mount);
	if (error)
		return error;
	flags = understood(&wanted.xflags, extended);
	if (extended)
		error = judge_extended(file->inode, &wanted);
	else
		error = wanted.xflags ? -EOPNOTSUPP : 0;
	error = has_flags(file->inode) ? set_flags(file, flags, error) : -ENOTTY;
	mount_drop_write(file->path.mount);
	return error;
}

long inode_flags_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	bool extended = command == FS_IOC_FSGETXATTR || command == FS_IOC_FSSETXATTR;
	struct fsxattr all = {0};

	switch (command) {
	case FS_IOC_SETFLAGS:
	case FS_IOC_FSSETXATTR:
		return set_from_user(file, extended, arg);
	case FS_IOC_GETFLAGS:
	case FS_IOC_FSGETXATTR:
		if (!has_flags(file->inode))
			return -ENOTTY;
		all.xflags = told(file->inode, extended);
		return copy_to_user(arg, &all, extended ? sizeof(all) : sizeof(all.xflags))
			       ? -EFAULT
			       : 0;
	default:
		return -ENOTTY;
	}
}
