// SPDX-License-Identifier: MIT
/*
 * Directories of tmpfs. The dentry cache is the directory (FS_COMPLETE, persistent dentries); what
 * it lacks is an order that getdents can resume in: each entry gets a place, a number that only
 * grows, and the directory keeps an array from places to dentries. A position in an open directory
 * is the next place to look at.
 */
#include "internal.h"

#define LONG_LINK   128	       /* a target of so many bytes is counted as a page */
#define END_PLACE   0x7fffffff /* where a reader is who has seen it all */
#define FIRST_PLACE 2	       /* 0 and 1 are "." and ".." */

int tmpfs_enter(struct inode *dir, struct dentry *dentry)
{
	struct tmpfs_inode *private = tmpfs_inode_of(dir);
	int error = xarray_store(&private->entries, private->next_place, dentry, GFP_KERNEL);

	if (error)
		return error;
	dentry->cookie = private->next_place++;
	dir->size += DIRENT_BYTES;
	dir->mtime = dir->ctime = inode_now(dir->super);
	return 0;
}

static void leave(struct inode *dir, struct dentry *dentry)
{
	(void)xarray_erase(&tmpfs_inode_of(dir)->entries, dentry->cookie);
	dir->size -= DIRENT_BYTES;
	dir->mtime = dir->ctime = inode_now(dir->super);
}

static bool is_empty(const struct inode *dir)
{
	uint64_t place = 0;

	return xarray_find(&tmpfs_inode_of(dir)->entries, &place, UINT64_MAX) == NULL;
}

static int add(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev)
{
	struct inode *inode = tmpfs_inode(dir->super, dir, mode, rdev);
	int error;

	if (!inode)
		return -ENOSPC;
	error = tmpfs_enter(dir, dentry);
	if (error) {
		inode_put(inode);
		return error;
	}
	inode->nlink = 1;
	if (S_ISDIR(mode)) {
		inode->nlink = 2;
		dir->nlink++;
	}
	dentry_attach(dentry, inode);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return add(dir, dentry, mode, 0);
}

static int tmpfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev)
{
	return add(dir, dentry, mode, rdev);
}

static int tmpfs_tmpfile(struct inode *dir, struct inode **out, umode_t mode)
{
	*out = tmpfs_inode(dir->super, dir, mode, 0);
	return *out ? 0 : -ENOSPC;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	struct inode *inode = tmpfs_inode(dir->super, dir, S_IFLNK | 0777, 0);
	size_t length = strlen(target);
	int error = 0;

	if (!inode)
		return -ENOSPC;
	if (length >= LONG_LINK) {
		error = tmpfs_page_take(dir->super);
		inode->blocks = error ? 0 : PAGE_SIZE / 512;
	}
	if (!error) {
		inode->link = kstrdup(target, GFP_KERNEL);
		error = inode->link ? tmpfs_enter(dir, dentry) : -ENOMEM;
	}
	if (error) {
		inode_put(inode);
		return error;
	}
	inode->nlink = 1;
	inode->size = (loff_t)length;
	dentry_attach(dentry, inode);
	return 0;
}

static int tmpfs_link(struct inode *dir, struct dentry *dentry, struct inode *target)
{
	/* Each name of a file is paid for like a file, except the first of one that had none. */
	uint64_t space = target->nlink ? TMPFS_INODE_SPACE : 0;
	int error;

	if (!tmpfs_space_take(dir->super, space))
		return -ENOSPC;
	error = tmpfs_enter(dir, dentry);
	if (error) {
		tmpfs_space_give(dir->super, space);
		return error;
	}
	target->nlink++;
	target->ctime = dir->mtime;
	dentry_attach(dentry, inode_get(target));
	return 0;
}

/* A file that is no directory has a name less; the last is paid for as long as the file is there. */
static void name_gone(struct inode *inode)
{
	if (inode->nlink-- > 1)
		tmpfs_space_give(inode->super, TMPFS_INODE_SPACE);
}

static int tmpfs_unlink(struct inode *dir, struct dentry *dentry)
{
	leave(dir, dentry);
	dentry->inode->ctime = dir->ctime;
	name_gone(dentry->inode);
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (!is_empty(dentry->inode))
		return -ENOTEMPTY;
	leave(dir, dentry);
	dentry->inode->nlink = 0;
	dir->nlink--;
	return 0;
}

static int exchange(struct inode *from_dir, struct dentry *from, struct inode *to_dir,
		    struct dentry *to)
{
	/* Both places exist: replacing does not allocate. */
	uint64_t place = from->cookie;
	int error = xarray_store(&tmpfs_inode_of(from_dir)->entries, from->cookie, to, GFP_KERNEL);

	if (!error)
		error = xarray_store(&tmpfs_inode_of(to_dir)->entries, to->cookie, from,
				     GFP_KERNEL);
	if (error)
		return error;
	from->cookie = to->cookie;
	to->cookie = place;
	if (from_dir != to_dir) {
		int dirs = S_ISDIR(from->inode->mode) - S_ISDIR(to->inode->mode);

		from_dir->nlink -= (uint32_t)dirs;
		to_dir->nlink += (uint32_t)dirs;
	}
	to->inode->ctime = inode_now(to_dir->super);
	return 0;
}

/* What is left at from's name when from has gone: a device of two zeros, not in the cache yet. */
static int make_whiteout(struct inode *dir, struct dentry *from, struct dentry **out)
{
	struct dentry *whiteout = dentry_create(from->parent, from->name, from->name_length);
	int error;

	if (!whiteout)
		return -ENOMEM;
	error = add(dir, whiteout, S_IFCHR, 0);
	if (error)
		dentry_put(whiteout);
	else
		*out = whiteout;
	return error;
}

static int tmpfs_rename(struct inode *from_dir, struct dentry *from, struct inode *to_dir,
			struct dentry *to, unsigned int flags)
{
	struct inode *inode = from->inode, *target = to->inode;
	bool is_dir = S_ISDIR(inode->mode);
	uint64_t old_place = from->cookie;
	struct dentry *whiteout = NULL;
	int error;

	if (flags & RENAME_EXCHANGE) {
		error = exchange(from_dir, from, to_dir, to);
		if (error)
			return error;
		goto times;
	}
	if (target && S_ISDIR(target->mode) && !is_empty(target))
		return -ENOTEMPTY;
	error = flags & RENAME_WHITEOUT ? make_whiteout(from_dir, from, &whiteout) : 0;
	if (error)
		return error;
	error = tmpfs_enter(to_dir, from);
	if (whiteout) {
		if (error)
			leave(from_dir, whiteout);
		else
			dentry_publish(whiteout); /* the VFS takes from away from before it */
		dentry_put(whiteout);
	}
	if (error)
		return error;
	(void)xarray_erase(&tmpfs_inode_of(from_dir)->entries, old_place);
	from_dir->size -= DIRENT_BYTES;
	if (target) {
		leave(to_dir, to);
		if (S_ISDIR(target->mode)) {
			target->nlink -= 2;
			to_dir->nlink--;
		} else {
			name_gone(target);
		}
		target->ctime = inode_now(target->super);
	}
	if (is_dir && from_dir != to_dir) {
		from_dir->nlink--;
		to_dir->nlink++;
	}
times:
	inode->ctime = inode_now(inode->super);
	from_dir->mtime = from_dir->ctime = inode->ctime;
	to_dir->mtime = to_dir->ctime = inode->ctime;
	return 0;
}

static int tmpfs_iterate(struct file *file, struct dir_context *context)
{
	static const unsigned char types[16] = {
		[1] = 1, [2] = 2, [4] = 4, [6] = 6, [8] = 8, [10] = 10, [12] = 12};
	struct dentry *dir = file->path.dentry;
	struct tmpfs_inode *private = tmpfs_inode_of(file->inode);
	const void *node = NULL;

	if (context->pos == 0) {
		file->private = NULL;
		if (!context->emit(context, ".", 1, file->inode->ino, 4))
			return 0;
		context->pos = 1;
	}
	if (context->pos == 1) {
		struct dentry *parent = dentry_parent_of(dir);
		bool room = context->emit(context, "..", 2, parent->inode->ino, 4);

		dentry_put(parent);
		if (!room)
			return 0;
		context->pos = FIRST_PLACE;
	}
	/* What is made after the first entry was read is not in it, so that it ends: the file remembers where. */
	bool first = !file->private;

	if (first)
		file->private = (void *)(uintptr_t)private->next_place;
	uint64_t end = (uintptr_t)file->private - 1;

	for (uint64_t place = (uint64_t)context->pos; place <= end; place++) {
		struct dentry *dentry = xarray_walk(&private->entries, &node, &place, end);

		if (!dentry)
			break;
		context->pos = (loff_t)place;
		if (!context->emit(context, dentry->name, dentry->name_length, dentry->inode->ino,
				   types[(dentry->inode->mode & S_IFMT) >> 12])) {
			if (first)
				file->private = NULL;
			return 0;
		}
		first = false;
	}
	context->pos = MAX((loff_t)END_PLACE, (loff_t)end + 1);
	return 0;
}

int tmpfs_make(struct dentry *parent, const char *name, size_t length, umode_t mode, dev_t rdev,
	       struct dentry **child)
{
	struct inode *dir = parent->inode;
	struct dentry *dentry;
	int error;

	rwsem_write(&dir->rwsem);
	dentry = dentry_child(parent, name, length);
	if (dentry) {
		error = -EEXIST;
	} else {
		dentry = dentry_create(parent, name, length);
		error = dentry ? add(dir, dentry, mode, rdev) : -ENOMEM;
		if (!error)
			dentry_publish(dentry);
	}
	rwsem_write_done(&dir->rwsem);
	if (child && (!error || error == -EEXIST))
		*child = dentry;
	else if (dentry)
		dentry_put(dentry);
	return error;
}

const struct inode_ops tmpfs_dir_inode_ops = {
	.create = tmpfs_create,
	.mkdir = tmpfs_create,
	.mknod = tmpfs_mknod,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	.setattr = tmpfs_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
};

const struct file_ops tmpfs_dir_ops = {
	.iterate = tmpfs_iterate, .seek = file_seek_dir, .fsync = file_fsync_memory};
