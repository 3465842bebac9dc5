// SPDX-License-Identifier: MIT
// Opening a program file: execute permission is enough, read permission is not asked for.

#include "internal.h"

static int check(const struct path *path)
{
	struct inode *inode = path->dentry->inode;
	int error;

	if (!inode)
		return -ENOENT;
	switch (inode->mode & S_IFMT) {
	case 0: /* an anonymous file: who may execute it finds that it cannot be opened */
		error = inode_permission(inode, MAY_EXEC);
		return error ? error : -ENXIO;
	case S_IFREG:
		return path_no_exec(path) ? -EACCES : inode_permission(inode, MAY_EXEC);
	case S_IFLNK: /* AT_SYMLINK_NOFOLLOW */
		return -ELOOP;
	default:
		return -EACCES;
	}
}

int vfs_open_exec(int dirfd, const char *name, unsigned int flags, struct file **file)
{
	struct inode *inode;
	struct path path;
	int error = path_lookup(dirfd, name, flags, &path);

	if (error)
		return error;
	error = check(&path);
	if (error)
		goto out;
	inode = path.dentry->inode;
	error = file_for_path(&path, inode->file_ops, NULL, O_RDONLY, FILE_READ | FILE_SEEKABLE,
			      file);
	if (error)
		goto out;
	(*file)->mode &= ~FILE_OPENED; /* no release before a successful open */
	if (inode->file_ops->open) {
		error = inode->file_ops->open(inode, *file);
		if (error) {
			file_put_now(*file);
			goto out;
		}
	}
	(*file)->mode |= FILE_OPENED;
	notify_dentry(path.dentry, NOTIFY_OPEN);
out:
	path_put(&path);
	return error;
}
