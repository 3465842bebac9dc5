// SPDX-License-Identifier: MIT
/*
 * Opening files: what the flags mean, the last step of the walk (which may create), permissions,
 * and the file's own operations.
 *
 * Without O_CREAT it is a look-up and finish_open(). With it the parent is locked only when the
 * name is not there; an existing name goes the ordinary way, so that links are followed. A name
 * that vanishes between the two begins the whole again.
 */
#include "mount.h"

#include <core/printk.h>

#define VALID_FLAGS                                                                            \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |  \
	 O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | \
	 O_PATH | O_TMPFILE_)
#define PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

const struct file_ops *vfs_fifo_ops;
static const struct file_ops path_ops; /* of O_PATH files: nothing can be done with them */

int open_decode(struct open_how *how, uint64_t flags, uint64_t mode)
{
	static const unsigned char access[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
						MAY_READ | MAY_WRITE};

	if (flags & ~(uint64_t)VALID_FLAGS)
		return -EINVAL;
	if (flags & (O_CREAT | O_TMPFILE_)) {
		if (mode & ~(uint64_t)S_IALLUGO)
			return -EINVAL;
	} else if (mode) {
		return -EINVAL;
	}
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	how->access = access[flags & O_ACCMODE];
	if (flags & O_TMPFILE_) {
		if ((flags & O_TMPFILE) != O_TMPFILE || !(how->access & MAY_WRITE))
			return -EINVAL;
	}
	if (flags & O_PATH) {
		if (flags & ~(uint64_t)PATH_FLAGS)
			return -EINVAL;
		how->access = 0;
	}
	if (flags & (O_SYNC & ~O_DSYNC))
		flags |= O_DSYNC;
	if (flags & O_TRUNC)
		how->access |= MAY_WRITE;
	how->flags = (unsigned int)flags;
	how->mode = (umode_t)mode;
	how->lookup = 0;
	return 0;
}

/* open() and openat() ignore what they do not know, and most of what O_PATH does not go with. */
static void tolerate(struct open_how *how, unsigned int *flags, umode_t *mode)
{
	(void)how;
	*flags &= VALID_FLAGS;
	*mode &= S_IALLUGO;
	if (*flags & O_PATH)
		*flags &= PATH_FLAGS;
	if (!(*flags & (O_CREAT | O_TMPFILE_)))
		*mode = 0;
}

int open_decode_lenient(struct open_how *how, unsigned int flags, umode_t mode)
{
	tolerate(how, &flags, &mode);
	return open_decode(how, flags, mode);
}

static int may_open(const struct path *path, struct open_how *how)
{
	struct inode *inode = path->dentry->inode;
	int error;

	switch (inode->mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (how->access & MAY_WRITE)
			return -EISDIR;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if (path->mount->flags & MS_NODEV)
			return -EACCES;
		how->flags &= ~O_TRUNC;
		break;
	case S_IFIFO:
	case S_IFSOCK:
		how->flags &= ~O_TRUNC;
		break;
	default:
		break;
	}
	error = inode_permission(inode, how->access);
	if (error)
		return error;
	if (unlikely(inode->flags & INODE_APPEND) &&
	    ((how->access & MAY_WRITE && !(how->flags & O_APPEND)) || how->flags & O_TRUNC))
		return -EPERM;
	if (how->flags & O_NOATIME && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

static const struct file_ops *ops_of(const struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
		return inode->file_ops;
	case S_IFCHR:
		return chrdev_find(inode->rdev);
	case S_IFIFO:
		return vfs_fifo_ops;
	default:
		return NULL; /* no block devices; sockets are not opened */
	}
}

struct file *file_for_mount(const struct path *path, bool detached)
{
	struct file *file = file_new(O_PATH, FILE_PATH | (detached ? FILE_MOUNT : 0));

	if (!file)
		return NULL;
	file->path = *path;
	file->inode = path->dentry->inode;
	file->ops = &path_ops;
	return file;
}

/* Make the file of path (references consumed in every case). created: no permission is asked for.
 */
static struct file *finish_open(struct path *path, struct open_how *how, bool created)
{
	struct inode *inode = path->dentry->inode;
	struct file *file = NULL;
	int error = 0;

	if (how->flags & O_PATH) {
		file = file_for_mount(path, false);
		if (!file)
			goto no_memory;
		file->flags = how->flags;
		return file;
	}
	if (created)
		how->flags &= ~O_TRUNC;
	else if (how->flags & O_TRUNC && S_ISREG(inode->mode))
		error = mount_check_write(path->mount); /* before what the file itself permits */
	if (!created && !error)
		error = may_open(path, how);
	if (error)
		goto fail_path;
	// O_NOCTTY is for the terminal's open; like the others it does not stay.
	file = file_new(how->flags & ~(O_CREAT | O_EXCL | O_TRUNC), (how->flags + 1) & O_ACCMODE);
	if (!file)
		goto no_memory;
	file->path = *path;
	file->inode = inode;
	if (how->flags & O_NOATIME)
		file->mode |= FILE_NOATIME;
	file->ops = ops_of(inode);
	error = -ENXIO;
	if (!file->ops)
		goto fail;
	if (S_ISREG(inode->mode) && (file->mode & FILE_WRITE || how->flags & O_TRUNC)) {
		error = file_take_write(file);
		if (error)
			goto fail;
	}
	if (file->ops->open) {
		error = file->ops->open(inode, file);
		if (error)
			goto fail;
	}
	file->flags &= ~O_NOCTTY;
	file->mode |= FILE_OPENED;
	if (file->ops->seek || S_ISREG(inode->mode) || S_ISDIR(inode->mode))
		file->mode |= FILE_SEEKABLE;
	else
		file->mode |= FILE_STREAM;
	if (S_ISREG(inode->mode) || S_ISDIR(inode->mode))
		file->mode |= FILE_ATOMIC_POS;
	error = -EINVAL;
	if (how->flags & O_DIRECT && !inode_takes_direct(inode))
		goto fail;
	notify_dentry(file->path.dentry, NOTIFY_OPEN);
	if (how->flags & O_TRUNC) {
		error = path_truncate(&file->path, 0);
		if (error)
			goto fail;
	}
	if (!(file->mode & FILE_WRITE) && file->mode & FILE_WRITER)
		file_drop_write(file);
	return file;

fail:
	file_put_now(file); /* puts the path too */
	return err_ptr(error);
no_memory:
	error = -ENOMEM;
fail_path:
	path_put(path);
	return err_ptr(error);
}

static unsigned int lookup_flags(const struct open_how *how)
{
	unsigned int flags = how->lookup;

	if (!(how->flags & O_NOFOLLOW))
		flags |= LOOKUP_FOLLOW;
	if (how->flags & O_DIRECTORY)
		flags |= LOOKUP_DIRECTORY;
	return flags;
}

static struct file *open_existing(int dirfd, const char *name, struct open_how *how)
{
	struct path path;
	int error = path_lookup(dirfd, name, lookup_flags(how), &path);

	return error ? err_ptr(error) : finish_open(&path, how, false);
}

/* In the directory path, whose references are consumed. */
static struct file *tmpfile_in(struct path *path, struct open_how *how)
{
	char number[24];
	struct name anonymous = {.text = number};
	struct inode *dir = path->dentry->inode, *inode;
	struct dentry *dentry;
	int error = mount_want_write(path->mount);

	if (error)
		goto out_path;
	error = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (!error && !dir->ops->tmpfile)
		error = -EOPNOTSUPP;
	if (!error)
		error = dir->ops->tmpfile(dir, &inode, S_IFREG | umask_apply(how->mode));
	if (error)
		goto out;
	anonymous.length = (uint32_t)scnprintf(number, sizeof(number), "#%llu",
					       (unsigned long long)inode->ino);
	dentry = dentry_new(path->dentry, &anonymous);
	if (!dentry) {
		inode_put(inode);
		error = -ENOMEM;
		goto out;
	}
	if (!(how->flags & O_EXCL))
		inode->flags |= INODE_LINKABLE;
	inode_unnamed(inode);
	mount_drop_write(path->mount);
	dentry_attach(dentry, inode);
	dentry_put(path->dentry);
	path->dentry = dentry;
	how->flags &= ~O_TMPFILE_;
	struct file *file = finish_open(path, how, true);

	if (!is_err(file))
		file->flags |= O_TMPFILE;
	return file;
out:
	mount_drop_write(path->mount);
out_path:
	path_put(path);
	return err_ptr(error);
}

static struct file *open_tmpfile(int dirfd, const char *name, struct open_how *how)
{
	struct path path;
	int error = path_lookup(dirfd, name, lookup_flags(how) | LOOKUP_DIRECTORY, &path);

	return error ? err_ptr(error) : tmpfile_in(&path, how);
}

/* The name is not there: make it, with the parent locked. 1: now it is there, made by others. w
 * stays as it is; if 0, its mount is wanted for writing until the file is open. */
static int create_here(struct walk *w, const struct open_how *how, struct dentry **created)
{
	struct inode *dir = w->inode;
	struct dentry *dentry;
	int error;

	rwsem_write(&dir->rwsem);
	dentry = walk_lookup_locked(w->path.dentry, &w->last);
	if (is_err(dentry)) {
		error = (int)ptr_err(dentry);
		goto out;
	}
	error = 1;
	if (dentry->inode)
		goto out_put;
	error = mount_want_write(w->path.mount);
	if (error)
		goto out_put;
	error = may_create(dir);
	if (!error && !dir->ops->create)
		error = -EACCES;
	if (!error)
		error = dir->ops->create(dir, dentry, S_IFREG | umask_apply(how->mode));
	if (error) {
		mount_drop_write(w->path.mount);
		goto out_put;
	}
	walk_hash_new(dentry);
	notify_entry(dir, NOTIFY_CREATE, dentry->name, dentry->name_length);
	*created = dentry;
	goto out;
out_put:
	dentry_put(dentry);
out:
	rwsem_write_done(&dir->rwsem);
	return error;
}

/* "." and "..", and the root, are there and are directories. */
static int create_dots(struct walk *w, const struct open_how *how)
{
	int error = walk_last(w);

	if (error)
		return error;
	walk_drop(w);
	return how->flags & O_EXCL ? -EEXIST : -EISDIR;
}

unsigned int vfs_protected_fifos, vfs_protected_regular;

static bool expected_here(const struct inode *inode, umode_t dir_mode, uid_t dir_uid)
{
	if (!(dir_mode & S_ISVTX) || inode->uid == dir_uid || inode->uid == current->cred->fsuid)
		return true;
	return S_ISREG(inode->mode)    ? !READ_ONCE(vfs_protected_regular)
	       : S_ISFIFO(inode->mode) ? !READ_ONCE(vfs_protected_fifos)
				       : false;
}

/* Who opens with O_CREAT what is already there, in a directory of that mode and owner, does not mean to
 * use what another has put into a shared folder in its place. */
static int create_existing(const struct inode *inode, umode_t dir_mode, uid_t dir_uid)
{
	unsigned int level = S_ISREG(inode->mode)    ? READ_ONCE(vfs_protected_regular)
			     : S_ISFIFO(inode->mode) ? READ_ONCE(vfs_protected_fifos)
						     : 0;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (likely(expected_here(inode, dir_mode, dir_uid)))
		return 0;
	return dir_mode & 0002 || (dir_mode & 0020 && level >= 2) ? -EACCES : 0;
}

static struct file *open_creating(int dirfd, const char *name, struct open_how *how)
{
	unsigned int flags = lookup_flags(how);
	unsigned int links;
	struct file *file;
	struct path path;
	umode_t dir_mode;
	uid_t dir_uid;
	WALK(w);
	int error;

	if (how->flags & O_EXCL)
		flags &= ~LOOKUP_FOLLOW;
again:
	error = walk_to_parent(&w, dirfd, name, flags);
	while (!error) {
		struct dentry *dentry = NULL;

		if (w.last_type != LAST_NAME)
			return err_ptr(create_dots(&w, how));
		if (w.trailing) {
			walk_drop(&w);
			return err_ptr(-EISDIR);
		}
		error = 1;
		dentry = dentry_find(w.path.dentry, &w.last);
		if (dentry && rcu_dereference(dentry->inode)) {
			dentry_put(dentry);
		} else {
			if (dentry)
				dentry_put(dentry);
			dentry = NULL;
			error = create_here(&w, how, &dentry);
			if (error < 0) {
				walk_drop(&w);
				return err_ptr(error);
			}
		}
		if (!error) {
			mount_get(w.path.mount);
			path = (struct path){.mount = w.path.mount, .dentry = dentry};
			file = finish_open(&path, how, true);
			mount_drop_write(w.path.mount);
			walk_drop(&w);
			return file;
		}
		if (how->flags & O_EXCL) {
			/* A walk that stays on its mount does not hear what is on another. */
			error = flags & LOOKUP_NO_XDEV ? walk_last(&w) : 0;
			if (error >= 0)
				walk_drop(&w);
			return err_ptr(error == -EXDEV ? -EXDEV : -EEXIST);
		}
		dir_mode = w.inode->mode;
		dir_uid = w.inode->uid;
		links = w.link_count;
		error = walk_last(&w);
		if (error == 0) {
			error = walk_take(&w, &path);
			if (error)
				break;
			error = create_existing(path.dentry->inode, dir_mode, dir_uid);
			if (!error)
				return finish_open(&path, how, false);
			path_put(&path);
			break;
		}
		if (error == 1)
			error = walk_continue(&w);
		else if (error == -ENOENT && w.link_count == links)
			goto again; /* it was there a moment ago, and is no link that leads nowhere */
	}
	return err_ptr(error);
}

struct file *do_open(int dirfd, const char *name, const struct open_how *wanted)
{
	struct open_how how = *wanted;

	if (unlikely(how.flags & O_TMPFILE_))
		return open_tmpfile(dirfd, name, &how);
	if (unlikely(how.flags & O_CREAT))
		return open_creating(dirfd, name, &how);
	return open_existing(dirfd, name, &how);
}

struct file *open_path(struct path *path, const struct open_how *wanted)
{
	bool is_dir = S_ISDIR(path->dentry->inode->mode);
	struct open_how how = *wanted;
	int error = 0;

	if (S_ISLNK(path->dentry->inode->mode) && !(how.flags & (O_CREAT | O_PATH)))
		error = -ELOOP;
	else if (how.flags & O_DIRECTORY && !is_dir)
		error = -ENOTDIR;
	else if (how.flags & O_TMPFILE_)
		return tmpfile_in(path, &how);
	else if (how.flags & O_CREAT && how.flags & O_EXCL)
		error = -EEXIST;
	else if (how.flags & O_CREAT && is_dir)
		error = -EISDIR;
	if (!error)
		return finish_open(path, &how, false);
	path_put(path);
	return err_ptr(error);
}

int vfs_open(int dirfd, const char *name, unsigned int flags, umode_t mode, struct file **file)
{
	struct open_how how;
	int error = open_decode_lenient(&how, flags, mode);

	if (error)
		return error;
	*file = do_open(dirfd, name, &how);
	return is_err(*file) ? (int)ptr_err(*file) : 0;
}
