// SPDX-License-Identifier: MIT
/* memfd_create: a tmpfs file that is in no directory. */
#include "internal.h"

#include <core/files.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/syscall.h>

#define MFD_CLOEXEC	  0x01u
#define MFD_ALLOW_SEALING 0x02u
#define MFD_NOEXEC_SEAL	  0x08u
#define MFD_EXEC	  0x10u
#define NAME_LIMIT	  249

static int memfs_mount(const struct fs_type *type, const char *source, const char *options,
		       struct super **super)
{
	(void)options;
	return tmpfs_mount(type, source, "size=0,nr_inodes=0,mode=777", super);
}

static const struct fs_type memfs_type = {.name = "memfd",
					  .flags = FS_NODEV | FS_COMPLETE | FS_BTIME | FS_HANDLES |
						   FS_FLAGS | FS_KERNEL,
					  .mount = memfs_mount};
static struct mount *memfs;

static int memfs_init(void)
{
	return vfs_kernel_mount(&memfs_type, &memfs);
}
INIT_CORE(memfs_init);

/* Its file does not count as a writer (ETXTBSY): who has made a program in one may execute it at once. */
static int make_file(const char *name, unsigned int flags, struct file **file)
{
	umode_t mode = S_IFREG | (flags & MFD_NOEXEC_SEAL ? 0666 : 0777);
	struct inode *inode = tmpfs_inode(memfs->super, NULL, mode, 0);
	struct dentry *dentry;
	int error;

	if (!inode)
		return -ENOSPC;
	inode->seals = flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL) ? 0 : F_SEAL_SEAL;
	if (flags & MFD_NOEXEC_SEAL)
		inode->seals = F_SEAL_EXEC;
	dentry = dentry_nameless(memfs->super, name, inode);
	if (!dentry)
		return -ENOMEM;
	const struct path path = {.mount = memfs, .dentry = dentry};

	error = file_for_path(
		&path, inode->file_ops, NULL, O_RDWR | O_LARGEFILE,
		FILE_READ | FILE_WRITE | FILE_SEEKABLE | FILE_ATOMIC_POS | FILE_NO_DIRECT, file);
	dentry_put(dentry);
	return error;
}

SYSCALL(memfd_create)
{
	static const char prefix[] = "/memfd:", suffix[] = " (deleted)";
	unsigned int flags = (unsigned int)args->arg[1];
	char *name;
	struct file *file;
	long n;
	int result;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) ||
	    (flags & (MFD_EXEC | MFD_NOEXEC_SEAL)) == (MFD_EXEC | MFD_NOEXEC_SEAL))
		return -EINVAL;
	name = kmalloc(sizeof(prefix) + NAME_LIMIT + sizeof(suffix) + 1, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	memcpy(name, prefix, sizeof(prefix) - 1);
	n = hal_string_from_user(name + sizeof(prefix) - 1, hal_user_ptr(const char, args->arg[0]),
				 NAME_LIMIT + 1);
	result = n < 0 ? -EFAULT : n > NAME_LIMIT ? -EINVAL : 0;
	if (!result) {
		memcpy(name + sizeof(prefix) - 1 + n, suffix, sizeof(suffix));
		result = make_file(name, flags, &file);
	}
	kfree(name);
	if (result)
		return result;
	result = fd_install(file, 0, flags & MFD_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}
