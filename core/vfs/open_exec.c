// SPDX-License-Identifier: MIT
// Opening a program file: execute permission is enough, read permission is not asked for.

#include "internal.h"

static int check(const struct path *path)
{
	struct inode *inode = path->dentry->inode;

	if (!inode)
		return -ENOENT;
	if ((inode->mode & S_IFMT) == S_IFLNK)
		return -ELOOP; /* AT_SYMLINK_NOFOLLOW */
	if ((inode->mode & S_IFMT) != S_IFREG || path_no_exec(path))
		return -EACCES;
	return inode_permission(inode, MAY_EXEC);
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
