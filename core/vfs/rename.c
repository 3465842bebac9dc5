// SPDX-License-Identifier: MIT
/* rename: two directories are locked in an order that all renames share, then judged, then changed
 * by the file system; the dentry cache follows. */
#include "internal.h"

/* Lock two directories of one superblock, ancestor first. *trap: the child of one that is, or leads
 * to, the other; NULL: unrelated. */
static struct dentry *lock_both(struct dentry *a, struct dentry *b)
{
	struct dentry *trap = NULL;

	if (a == b) {
		rwsem_write(&a->inode->rwsem);
		return NULL;
	}
	mutex_lock(&a->super->rename_lock);
	/* With rename_lock held no directory changes its ancestors. */
	if (dentry_below(a, b)) {
		for (trap = a; trap->parent != b;)
			trap = trap->parent;
		rwsem_write(&b->inode->rwsem);
		rwsem_write(&a->inode->rwsem);
		return trap;
	}
	if (dentry_below(b, a)) {
		for (trap = b; trap->parent != a;)
			trap = trap->parent;
	}
	rwsem_write(&a->inode->rwsem);
	rwsem_write(&b->inode->rwsem);
	return trap;
}

static void unlock_both(struct dentry *a, struct dentry *b)
{
	rwsem_write_done(&a->inode->rwsem);
	if (a == b)
		return;
	rwsem_write_done(&b->inode->rwsem);
	mutex_unlock(&a->super->rename_lock);
}

struct rename_sides {
	struct inode *from_dir, *to_dir;
	struct dentry *from, *to;
};

static int may_rename(const struct rename_sides *s, unsigned int flags)
{
	bool is_dir = S_ISDIR(s->from->inode->mode), exchange = flags & RENAME_EXCHANGE;
	int error = may_delete(s->from_dir, s->from, is_dir);

	if (error)
		return error;
	if (!s->to->inode)
		error = may_create(s->to_dir);
	else
		error = may_delete(s->to_dir, s->to,
				   exchange ? S_ISDIR(s->to->inode->mode) : is_dir);
	if (error)
		return error;
	if (!s->from_dir->ops->rename)
		return -EPERM;
	/* A directory that changes its parent has its ".." rewritten. */
	if (s->from_dir != s->to_dir) {
		if (is_dir)
			error = inode_permission(s->from->inode, MAY_WRITE);
		if (!error && exchange && S_ISDIR(s->to->inode->mode))
			error = inode_permission(s->to->inode, MAY_WRITE);
		if (error)
			return error;
	}
	return (s->from->flags | s->to->flags) & DENTRY_MOUNTPOINT ? -EBUSY : 0;
}

/* One entry's way from here to there, told by the names they still have. */
static void notify_way(struct inode *from_dir, struct dentry *from, struct inode *to_dir,
		       const struct dentry *to)
{
	uint32_t kind = notify_kind(from->inode), cookie = notify_cookie();

	notify_entry_slow(from_dir, NOTIFY_MOVED_FROM | kind, from->name, from->name_length,
			  cookie);
	notify_entry_slow(to_dir, NOTIFY_MOVED_TO | kind, to->name, to->name_length, cookie);
	if (from_dir == to_dir)
		notify_entry_slow(from_dir, NOTIFY_RENAMED | kind, from->name, from->name_length,
				  0);
}

/* It is done but for the dentry cache, and cannot fail any more. */
static void notify_rename(const struct rename_sides *s, bool exchange)
{
	struct inode *target = s->to->inode;

	notify_way(s->from_dir, s->from, s->to_dir, s->to);
	if (target && !exchange && !S_ISDIR(target->mode))
		notify_inode_slow(target, NOTIFY_ATTRIB);
	notify_inode_slow(s->from->inode, NOTIFY_MOVE_SELF);
	if (exchange) {
		notify_way(s->to_dir, s->to, s->from_dir, s->from);
		notify_inode_slow(target, NOTIFY_MOVE_SELF);
	}
}

/* All are locked that lose or gain a name. */
static int rename_locked(const struct rename_sides *s, unsigned int flags)
{
	struct inode *target = s->to->inode;
	struct dentry_move move;
	int error;

	error = may_rename(s, flags);
	if (error)
		return error;
	error = dentry_move_prepare(&move, s->from, s->to, flags & RENAME_EXCHANGE);
	if (error)
		return error;
	error = s->from_dir->ops->rename(s->from_dir, s->from, s->to_dir, s->to, flags);
	if (error) {
		dentry_move_cancel(&move);
		return error;
	}
	if (target && !(flags & RENAME_EXCHANGE)) {
		inode_unnamed(target);
		if (S_ISDIR(target->mode))
			target->flags |= INODE_DEAD;
	}
	if (notify_wanted())
		notify_rename(s, flags & RENAME_EXCHANGE);
	dentry_move(&move);
	return 0;
}

/* The directories are locked. */
static int rename_here(const struct rename_sides *s, unsigned int flags)
{
	struct inode *target = s->to->inode;
	int error;

	if (target == s->from->inode)
		return 0;
	if (target)
		rwsem_write(&target->rwsem);
	error = rename_locked(s, flags);
	if (target)
		rwsem_write_done(&target->rwsem);
	return error;
}

static int check_names(const struct walk *from, const struct walk *to, const struct rename_sides *s,
		       const struct dentry *trap, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;

	if (!s->from->inode)
		return -ENOENT;
	if (flags & RENAME_NOREPLACE && s->to->inode)
		return -EEXIST;
	if (exchange) {
		if (!s->to->inode)
			return -ENOENT;
		if (to->trailing && !S_ISDIR(s->to->inode->mode))
			return -ENOTDIR;
	}
	if (!S_ISDIR(s->from->inode->mode) && (from->trailing || (!exchange && to->trailing)))
		return -ENOTDIR;
	if (s->from == trap)
		return -EINVAL;
	if (s->to == trap)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

int do_rename(int from_fd, const char *from_name, int to_fd, const char *to_name,
	      unsigned int flags)
{
	struct rename_sides s;
	struct dentry *trap;
	WALK(from);
	WALK(to);
	int error;

	error = walk_to_parent(&from, from_fd, from_name, 0);
	if (error)
		return error;
	error = is_err(to_name) ? (int)ptr_err(to_name) : walk_to_parent(&to, to_fd, to_name, 0);
	if (error)
		goto out_from;
	error = -EXDEV;
	if (from.path.mount != to.path.mount)
		goto out;
	error = -EBUSY;
	if (from.last_type != LAST_NAME)
		goto out;
	if (to.last_type != LAST_NAME) {
		error = flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
		goto out;
	}
	error = mount_want_write(from.path.mount);
	if (error)
		goto out;

	s.from_dir = from.inode;
	s.to_dir = to.inode;
	trap = lock_both(from.path.dentry, to.path.dentry);
	s.from = walk_lookup_locked(from.path.dentry, &from.last);
	error = is_err(s.from) ? (int)ptr_err(s.from) : 0;
	if (error)
		goto out_unlock;
	if (!s.from->inode) {
		error = -ENOENT;
		s.to = NULL;
		goto out_put;
	}
	s.to = walk_lookup_locked(to.path.dentry, &to.last);
	if (is_err(s.to)) {
		error = (int)ptr_err(s.to);
		s.to = NULL;
		goto out_put;
	}
	error = check_names(&from, &to, &s, trap, flags);
	if (!error)
		error = rename_here(&s, flags);
out_put:
	unlock_both(from.path.dentry, to.path.dentry);
	if (s.to)
		dentry_put(s.to);
	dentry_put(s.from);
	goto out_drop;
out_unlock:
	unlock_both(from.path.dentry, to.path.dentry);
out_drop:
	mount_drop_write(from.path.mount);
out:
	walk_drop(&to);
out_from:
	walk_drop(&from);
	return error;
}
