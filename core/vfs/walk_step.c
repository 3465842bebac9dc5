// SPDX-License-Identifier: MIT
/*
 * The steps of the path walk that are not plain.
 *
 * walk.c takes a step itself when the cache has the name and a plain file or directory is there.
 * What else there may be is here: mounts, "..", links, names that only the file system knows. Most
 * of it comes twice, for the walk in RCU mode, where what was read is checked by sequence counts,
 * and for the one in reference mode, which holds what it stands on.
 */
#include "walk.h"

/* ---- mounts on the way ---- */

static int follow_mounts_rcu(struct walk *w, struct path *path, struct inode **inode,
			     uint32_t *sequence)
{
	while (unlikely(READ_ONCE(path->dentry->flags) & DENTRY_MOUNTPOINT)) {
		struct mount *mount = mount_find(path->mount, path->dentry);

		if (!mount)
			return READ_ONCE(mount_sequence) == w->mounts ? 0 : -ECHILD;
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
		path->mount = mount;
		path->dentry = mount->root;
		*sequence = sequence_read(&path->dentry->sequence);
		*inode = path->dentry->inode;
	}
	return 0;
}

/* path holds references; it moves to what is mounted there. */
static int follow_mounts(struct walk *w, struct path *path)
{
	while (unlikely(READ_ONCE(path->dentry->flags) & DENTRY_MOUNTPOINT)) {
		struct path old = *path;
		struct mount *mount;

		spin_lock(&mount_lock);
		mount = mount_find(path->mount, path->dentry);
		if (mount)
			mount_get(mount);
		spin_unlock(&mount_lock);
		if (!mount)
			return 0;
		path->mount = mount;
		path->dentry = dentry_get(mount->root);
		path_put(&old);
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
	}
	return 0;
}

static int step_up_rcu(struct walk *w)
{
	struct path path = w->path;
	uint32_t sequence = w->sequence;
	struct inode *inode;
	int error;

	for (;;) {
		if (path.dentry == w->root.dentry && path.mount == w->root.mount)
			break;
		if (path.dentry != path.mount->root) {
			struct dentry *parent = rcu_dereference(path.dentry->parent);
			uint32_t up = sequence_read(&parent->sequence);

			if (sequence_changed(&path.dentry->sequence, sequence))
				return -ECHILD;
			path.dentry = parent;
			sequence = up;
			break;
		}
		struct mount *above = READ_ONCE(path.mount->parent);
		struct dentry *mountpoint = READ_ONCE(path.mount->mountpoint);

		if (sequence_changed(&mount_sequence, w->mounts))
			return -ECHILD;
		if (!above)
			break;
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
		path.mount = above;
		path.dentry = mountpoint;
		sequence = sequence_read(&mountpoint->sequence);
	}
	inode = rcu_dereference(path.dentry->inode);
	error = follow_mounts_rcu(w, &path, &inode, &sequence);
	if (error)
		return error;
	if (sequence_changed(&path.dentry->sequence, sequence))
		return -ECHILD;
	w->path = path;
	w->sequence = sequence;
	w->inode = inode;
	return 0;
}

static int step_up(struct walk *w)
{
	int error;

	need_root(w);
	if (w->rcu)
		return step_up_rcu(w);
	for (;;) {
		struct path old = w->path, up = {NULL, NULL};

		if (old.dentry == w->root.dentry && old.mount == w->root.mount) {
			if (w->flags & LOOKUP_BENEATH)
				return -EXDEV;
			break;
		}
		if (old.dentry != old.mount->root) {
			w->path.dentry = dentry_parent_of(old.dentry);
			dentry_put(old.dentry);
			break;
		}
		spin_lock(&mount_lock);
		if (old.mount->parent) {
			up = (struct path){.mount = old.mount->parent,
					   .dentry = old.mount->mountpoint};
			path_get(&up);
		}
		spin_unlock(&mount_lock);
		if (!up.mount)
			break;
		w->path = up;
		path_put(&old);
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
	}
	error = follow_mounts(w, &w->path);
	w->inode = w->path.dentry->inode;
	/* Where we stand may have been moved out from under the root, which ".." then does not meet. */
	if (!error && w->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT) &&
	    (sequence_changed(&mount_sequence, w->mounts) ||
	     sequence_changed(&dentry_rename_sequence, w->renames)))
		error = -EAGAIN;
	return error;
}

/* ---- links ---- */

unsigned int vfs_protected_symlinks = 1;

/* In dir, where anybody may put links for others to fall into? */
static bool may_follow(const struct inode *dir, const struct inode *link)
{
	const umode_t shared = S_ISVTX | 0002;

	return (dir->mode & shared) != shared || link->uid == current->cred->fsuid ||
	       link->uid == dir->uid || !READ_ONCE(vfs_protected_symlinks);
}

/* link (in reference mode: with references, consumed) is a symlink to be followed. 1: w->link is
 * its target; 0: we have jumped; or -errno. */
static int follow_link(struct walk *w, struct path *link, struct inode *inode, enum follow follow)
{
	bool owned = false;
	int error = -ELOOP;

	if (!w->link_count)
		w->link_owner = w->trailing_link = (struct walk_link){NULL, {NULL, NULL}, NULL};
	if (w->link_count++ >= WALK_LINKS)
		goto out;
	if (follow == FOLLOW_LAST && !may_follow(w->inode, inode)) {
		error = -EACCES;
		goto out;
	}
	if (w->flags & LOOKUP_NO_SYMLINKS || link->mount->flags & MS_NOSYMFOLLOW)
		goto out;
	w->link = READ_ONCE(inode->link);
	if (w->rcu)
		return 1; /* walk_step_special looked: there is a link */
	if (unlikely(w->flags & LOOKUP_CACHED && !w->link)) {
		error = -EAGAIN;
		goto out;
	}
	if (inode->ops->follow) {
		struct path path;

		if (w->flags & LOOKUP_NO_MAGIC)
			goto out;
		error = w->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT)
				? -EXDEV
				: inode->ops->follow(inode, &path);
		if (error)
			goto out;
		if (w->flags & LOOKUP_NO_XDEV && path.mount != w->path.mount) {
			path_put(&path);
			error = -EXDEV;
			goto out;
		}
		path_put(&w->path);
		w->path = path;
		w->inode = path.dentry->inode;
		goto out;
	}
	error = 0;
	if (!w->link)
		error = inode->ops->readlink ? inode->ops->readlink(inode, &w->link, &owned)
					     : -EINVAL;
	if (error)
		goto out;
	w->link_owner = (struct walk_link){.path = *link, .owned = owned ? w->link : NULL};
	return 1;
out:
	if (!w->rcu)
		path_put(link);
	return error;
}

/* ---- names that the cache may not have ---- */

void walk_hash_new(struct dentry *dentry)
{
	unsigned int flags = dentry->super->type->flags;

	if (dentry_hashed(dentry))
		return;
	if (dentry->inode ? true : !(flags & (FS_COMPLETE | FS_NO_NEGATIVE))) {
		if (flags & FS_COMPLETE)
			__atomic_fetch_or(&dentry->flags, DENTRY_PERSIST, __ATOMIC_RELAXED);
		dentry_hash(dentry);
	}
}

struct dentry *dentry_create(struct dentry *parent, const char *text, size_t length)
{
	struct name name = {text, (uint32_t)length, name_hash(text, length)};

	return dentry_new(parent, &name);
}

void dentry_publish(struct dentry *dentry)
{
	walk_hash_new(dentry);
}

static bool still_valid(struct dentry *dentry)
{
	bool valid;

	if (likely(!dentry->ops || !dentry->ops->revalidate))
		return true;
	rcu_read_lock();
	valid = dentry->ops->revalidate(dentry);
	rcu_read_unlock();
	return valid;
}

static struct dentry *find_valid(struct dentry *parent, const struct name *name)
{
	struct dentry *dentry = dentry_find(parent, name);

	if (dentry && unlikely(!still_valid(dentry))) {
		dentry_drop(dentry);
		dentry_put(dentry);
		dentry = NULL;
	}
	return dentry;
}

struct dentry *walk_lookup_locked(struct dentry *parent, const struct name *name)
{
	struct inode *dir = parent->inode;
	struct dentry *dentry;
	int error = 0;

	if (dir->flags & INODE_DEAD)
		return err_ptr(-ENOENT);
	dentry = find_valid(parent, name);
	if (dentry)
		return dentry;
	/* What is longer is nowhere: only here need it be asked. */
	if (name->length > NAME_MAX && !(parent->super->type->flags & FS_NO_NEGATIVE))
		return err_ptr(-ENAMETOOLONG);
	dentry = dentry_new(parent, name);
	if (!dentry)
		return err_ptr(-ENOMEM);
	if (dir->ops->lookup)
		error = dir->ops->lookup(dir, dentry);
	/* Where names come and go by themselves none can be made either: a missing one ends it. */
	if (!error && !dentry->inode && dentry->super->type->flags & FS_NO_NEGATIVE)
		error = -ENOENT;
	if (error) {
		dentry_put(dentry);
		return err_ptr(error);
	}
	walk_hash_new(dentry);
	return dentry;
}

/* ---- steps ---- */

/* Of w->last, which w->inode does not have: nothing is in a removed directory, however long its name. */
static int absent_error(const struct walk *w)
{
	return w->last.length > NAME_MAX && !(w->inode->flags & INODE_DEAD) ? -ENAMETOOLONG
									    : -ENOENT;
}

static void walk_replace(struct walk *w, const struct path *next)
{
	struct path old = w->path;

	w->path = *next;
	w->inode = next->dentry->inode;
	dentry_put(old.dentry);
	mount_put(old.mount);
}

static int step_ref(struct walk *w, enum follow follow)
{
	struct dentry *parent = w->path.dentry, *dentry = find_valid(parent, &w->last);
	struct path next;
	int error;

	if (!dentry) {
		if (unlikely(w->flags & LOOKUP_CACHED))
			return -EAGAIN;
		if (!w->inode->ops->lookup)
			return absent_error(w);
		rwsem_write(&w->inode->rwsem);
		dentry = walk_lookup_locked(parent, &w->last);
		rwsem_write_done(&w->inode->rwsem);
		if (is_err(dentry))
			return (int)ptr_err(dentry);
	}
	if (!rcu_dereference(dentry->inode)) {
		dentry_put(dentry);
		return -ENOENT;
	}
	mount_get(w->path.mount);
	next = (struct path){.mount = w->path.mount, .dentry = dentry};
	error = follow_mounts(w, &next);
	if (error) {
		path_put(&next);
		return error;
	}
	if (follow && S_ISLNK(next.dentry->inode->mode))
		return follow_link(w, &next, next.dentry->inode, follow);
	walk_replace(w, &next);
	return 0;
}

static int leave_rcu_and_step(struct walk *w, enum follow follow)
{
	int error = walk_unlazy(w);

	return error ? error : step_ref(w, follow);
}

int walk_step_absent(struct walk *w, uint32_t renames, enum follow follow)
{
	struct dentry *parent = w->path.dentry;

	if (!(parent->super->type->flags & FS_COMPLETE) || w->flags & LOOKUP_CACHED ||
	    renames & 1 || sequence_changed(&dentry_rename_sequence, renames) ||
	    sequence_changed(&parent->sequence, w->sequence))
		return leave_rcu_and_step(w, follow);
	return absent_error(w);
}

int walk_step_special(struct walk *w, struct dentry *dentry, uint32_t sequence, enum follow follow)
{
	struct path next = {.mount = w->path.mount, .dentry = dentry};
	struct inode *inode = rcu_dereference(dentry->inode);
	int error;

	if (dentry->ops && dentry->ops->revalidate && !dentry->ops->revalidate(dentry))
		return leave_rcu_and_step(w, follow);
	if (!inode)
		return sequence_changed(&dentry->sequence, sequence) ? -ECHILD : -ENOENT;
	error = follow_mounts_rcu(w, &next, &inode, &sequence);
	if (error)
		return error;
	if (sequence_changed(&next.dentry->sequence, sequence))
		return -ECHILD;
	if (follow && S_ISLNK(READ_ONCE(inode->mode))) {
		if (!READ_ONCE(inode->link))
			return leave_rcu_and_step(w, follow);
		return follow_link(w, &next, inode, follow);
	}
	w->path = next;
	w->inode = inode;
	w->sequence = sequence;
	return 0;
}

int walk_step_otherwise(struct walk *w, enum follow follow)
{
	if (w->last_type == LAST_NAME)
		return step_ref(w, follow);
	return w->last_type == LAST_DOTDOT ? step_up(w) : 0;
}
