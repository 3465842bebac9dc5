// SPDX-License-Identifier: MIT
/* Changing directories: making, linking and removing entries (rename.c: renaming them). All with
 * the parents' rwsems held exclusively; the file system does its part, the dentry cache follows. */
#include "internal.h"

int may_create(struct inode *dir)
{
	if (dir->flags & INODE_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

int may_delete(struct inode *dir, struct dentry *victim, bool is_dir)
{
	struct inode *inode = victim->inode;
	uid_t fsuid = current->cred->fsuid;
	int error;

	if (!inode)
		return -ENOENT;
	error = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (error)
		return error;
	if (dir->flags & INODE_APPEND || inode->flags & (INODE_APPEND | INODE_IMMUTABLE))
		return -EPERM;
	if (dir->mode & S_ISVTX && inode->uid != fsuid && dir->uid != fsuid && !capable(CAP_FOWNER))
		return -EPERM;
	if (is_dir) {
		if (!S_ISDIR(inode->mode))
			return -ENOTDIR;
		if (victim->parent == victim)
			return -EBUSY;
	} else if (S_ISDIR(inode->mode)) {
		return -EISDIR;
	}
	return dir->flags & INODE_DEAD ? -ENOENT : 0;
}

int path_create(int dirfd, const char *name, bool directory, struct path *parent,
		struct dentry **out)
{
	struct dentry *dentry;
	WALK(w);
	int error = walk_to_parent(&w, dirfd, name, 0);

	if (error)
		return error;
	if (w.last_type != LAST_NAME) {
		walk_drop(&w);
		return -EEXIST;
	}
	rwsem_write(&w.inode->rwsem);
	dentry = walk_lookup_locked(w.path.dentry, &w.last);
	if (is_err(dentry))
		error = (int)ptr_err(dentry);
	else if (dentry->inode)
		error = -EEXIST;
	else if (w.trailing && !directory)
		error = -ENOENT;
	else
		error = mount_want_write(w.path.mount);
	if (error) {
		if (!is_err(dentry))
			dentry_put(dentry);
		rwsem_write_done(&w.inode->rwsem);
		walk_drop(&w);
		return error;
	}
	*out = dentry;
	*parent = w.path;
	path_get(parent);
	walk_drop(&w);
	return 0;
}

void path_create_done(struct path *parent, struct dentry *dentry)
{
	if (dentry->inode) {
		walk_hash_new(dentry);
		notify_entry(parent->dentry->inode, NOTIFY_CREATE | notify_kind(dentry->inode),
			     dentry->name, dentry->name_length);
	}
	rwsem_write_done(&parent->dentry->inode->rwsem);
	dentry_put(dentry);
	mount_drop_write(parent->mount);
	path_put(parent);
}

int do_mkdir(int dirfd, const char *name, umode_t mode)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error = path_create(dirfd, name, true, &parent, &dentry);

	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(dir);
	if (!error && !dir->ops->mkdir)
		error = -EPERM;
	if (!error)
		error = dir->ops->mkdir(dir, dentry,
					S_IFDIR | umask_apply(mode & (S_IRWXUGO | S_ISVTX)));
	path_create_done(&parent, dentry);
	return error;
}

int mknod_mode_error(umode_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

/* Two zeros make a whiteout, which is no device: it hides a name of a layer below. */
static bool may_make(umode_t mode, dev_t rdev)
{
	bool device = S_ISBLK(mode) || (S_ISCHR(mode) && rdev);

	return !device || capable(CAP_MKNOD);
}

/* made: what it has become, with references; or NULL. */
static int make_node(int dirfd, const char *name, umode_t mode, dev_t rdev, struct path *made)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error;

	error = mknod_mode_error(mode);
	if (error)
		return error;
	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	error = path_create(dirfd, name, false, &parent, &dentry);
	if (error)
		return error;
	dir = parent.dentry->inode;
	mode = (mode & S_IFMT) | umask_apply(mode & S_IALLUGO);
	error = may_create(dir);
	if (!error && !may_make(mode, rdev))
		error = -EPERM;
	if (!error && S_ISREG(mode))
		error = dir->ops->create ? dir->ops->create(dir, dentry, mode) : -EACCES;
	else if (!error)
		error = dir->ops->mknod ? dir->ops->mknod(dir, dentry, mode,
							  S_ISCHR(mode) || S_ISBLK(mode) ? rdev : 0)
					: -EPERM;
	if (!error && made) {
		*made = (struct path){.mount = parent.mount, .dentry = dentry};
		path_get(made);
	}
	path_create_done(&parent, dentry);
	return error;
}

int do_mknod(int dirfd, const char *name, umode_t mode, dev_t rdev)
{
	return make_node(dirfd, name, mode, rdev, NULL);
}

int do_symlink(const char *target, int dirfd, const char *name)
{
	struct dentry *dentry;
	struct path parent;
	struct inode *dir;
	int error;

	if (!*target)
		return -ENOENT;
	error = path_create(dirfd, name, false, &parent, &dentry);
	if (error)
		return error;
	dir = parent.dentry->inode;
	error = may_create(dir);
	if (!error)
		error = dir->ops->symlink ? dir->ops->symlink(dir, dentry, target) : -EPERM;
	path_create_done(&parent, dentry);
	return error;
}

unsigned int vfs_protected_hardlinks = 1;

/* A link keeps a file alive, and findable, against its owner's will. */
static bool may_link(struct inode *inode)
{
	if (!READ_ONCE(vfs_protected_hardlinks) || inode_owner_or_capable(inode))
		return true;
	return S_ISREG(inode->mode) && !(inode->mode & S_ISUID) &&
	       (inode->mode & (S_ISGID | 0010)) != (S_ISGID | 0010) &&
	       !inode_permission(inode, MAY_READ | MAY_WRITE);
}

static int link_locked(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	int error = may_create(dir);

	if (error)
		return error;
	if (inode->super != dir->super)
		return -EXDEV;
	if (!dir->ops->link || S_ISDIR(inode->mode) ||
	    inode->flags & (INODE_APPEND | INODE_IMMUTABLE))
		return -EPERM;
	if (inode->nlink == 0 && !(inode->flags & INODE_LINKABLE))
		return -ENOENT;
	error = dir->ops->link(dir, dentry, inode);
	if (!error) {
		inode->flags &= ~INODE_LINKABLE;
		inode_not_removed(inode);
	}
	return error;
}

int do_link(int from_fd, const char *from, int to_fd, const char *to, unsigned int lookup)
{
	struct path source, parent;
	struct dentry *dentry;
	struct inode *inode;
	int error = path_lookup(from_fd, from, lookup, &source);

	if (error)
		return error;
	error = is_err(to) ? (int)ptr_err(to) : path_create(to_fd, to, false, &parent, &dentry);
	if (error)
		goto out;
	inode = source.dentry->inode;
	error = -EXDEV;
	if (source.mount == parent.mount && !may_link(inode)) {
		error = -EPERM;
	} else if (source.mount == parent.mount) {
		/* Directories cannot be linked: no lock order between two of them. */
		bool lock = !S_ISDIR(inode->mode);

		if (lock)
			rwsem_write(&inode->rwsem);
		error = link_locked(parent.dentry->inode, dentry, inode);
		if (!error)
			notify_inode(inode, NOTIFY_ATTRIB); /* its number of links */
		if (lock)
			rwsem_write_done(&inode->rwsem);
	}
	path_create_done(&parent, dentry);
out:
	path_put(&source);
	return error;
}

/* The parent locked, its entry looked up and locked too: nothing is linked to, entered in or mounted on what is about to
 * go. Ends with remove_done. */
static int remove_begin(struct walk *w, struct dentry **victim)
{
	int error = mount_want_write(w->path.mount);

	if (error)
		return error;
	rwsem_write(&w->inode->rwsem);
	*victim = walk_lookup_locked(w->path.dentry, &w->last);
	if (is_err(*victim))
		error = (int)ptr_err(*victim);
	else if (!(*victim)->inode)
		error = -ENOENT;
	if (!error) {
		rwsem_write(&(*victim)->inode->rwsem);
		return 0;
	}
	if (!is_err(*victim))
		dentry_put(*victim);
	rwsem_write_done(&w->inode->rwsem);
	mount_drop_write(w->path.mount);
	return error;
}

static void remove_done(struct walk *w, struct dentry *victim, int error)
{
	uint32_t kind = error ? 0 : notify_kind(victim->inode);

	if (!error) {
		inode_unnamed(victim->inode);
		if (!kind)
			notify_inode(victim->inode, NOTIFY_ATTRIB); /* its number of links */
		dentry_drop(victim);
	}
	rwsem_write_done(&victim->inode->rwsem);
	rwsem_write_done(&w->inode->rwsem);
	dentry_put(victim); /* may be the end of the inode: without locks */
	mount_drop_write(w->path.mount);
	if (!error)
		notify_entry(w->inode, NOTIFY_DELETE | kind, w->last.text, w->last.length);
}

/* only: the entry must still be this one; NULL: whatever it is. */
static int unlink_entry(int dirfd, const char *name, const struct dentry *only)
{
	struct dentry *victim;
	WALK(w);
	int error = walk_to_parent(&w, dirfd, name, 0);

	if (error)
		return error;
	error = -EISDIR;
	if (w.last_type == LAST_NAME)
		error = remove_begin(&w, &victim);
	if (error)
		goto out;
	if (w.trailing)
		error = S_ISDIR(victim->inode->mode) ? -EISDIR : -ENOTDIR;
	if (only && victim != only)
		error = -ENOENT;
	if (!error)
		error = may_delete(w.inode, victim, false);
	if (!error && !w.inode->ops->unlink)
		error = -EPERM;
	if (!error && victim->flags & DENTRY_MOUNTPOINT)
		error = -EBUSY;
	if (!error)
		error = w.inode->ops->unlink(w.inode, victim);
	remove_done(&w, victim, error);
out:
	walk_drop(&w);
	return error;
}

int do_unlink(int dirfd, const char *name)
{
	return unlink_entry(dirfd, name, NULL);
}

int do_rmdir(int dirfd, const char *name)
{
	struct dentry *victim;
	WALK(w);
	int error = walk_to_parent(&w, dirfd, name, 0);

	if (error)
		return error;
	switch (w.last_type) {
	case LAST_NAME:
		error = remove_begin(&w, &victim);
		break;
	case LAST_DOTDOT:
		error = -ENOTEMPTY;
		break;
	case LAST_DOT:
		error = -EINVAL;
		break;
	case LAST_ROOT:
		error = -EBUSY;
		break;
	}
	if (error)
		goto out;
	error = may_delete(w.inode, victim, true);
	if (!error && !w.inode->ops->rmdir)
		error = -EPERM;
	if (!error && victim->flags & DENTRY_MOUNTPOINT)
		error = -EBUSY;
	if (!error)
		error = w.inode->ops->rmdir(w.inode, victim);
	if (!error)
		victim->inode->flags |= INODE_DEAD;
	remove_done(&w, victim, error);
out:
	walk_drop(&w);
	return error;
}

/* ---- kernel-side forms: absolute names, boot ---- */

int vfs_unlink(const char *name)
{
	return do_unlink(AT_FDCWD, name);
}

int vfs_mkdir(const char *name, umode_t mode)
{
	return do_mkdir(AT_FDCWD, name, mode);
}

int vfs_mknod(const char *name, umode_t mode, dev_t rdev)
{
	return do_mknod(AT_FDCWD, name, mode, rdev);
}

int vfs_mknod_path(const char *name, umode_t mode, struct path *made)
{
	return make_node(AT_FDCWD, name, mode, 0, made);
}

int vfs_unlink_made(const char *name, const struct path *made)
{
	return unlink_entry(AT_FDCWD, name, made->dentry);
}

int vfs_symlink(const char *target, const char *name)
{
	return do_symlink(target, AT_FDCWD, name);
}

int vfs_link(const char *from, const char *to)
{
	return do_link(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int vfs_chown(const char *name, uid_t uid, gid_t gid)
{
	struct attributes a = {.valid = ATTR_UID | ATTR_GID | ATTR_STRIP, .uid = uid, .gid = gid};
	struct path path;
	int error = path_lookup(AT_FDCWD, name, 0, &path);

	if (error)
		return error;
	error = path_setattr(&path, &a, false);
	path_put(&path);
	return error;
}
