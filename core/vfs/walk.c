// SPDX-License-Identifier: MIT
/*
 * The path walk.
 *
 * Here a path is taken apart and walked component by component, and plain steps are taken; the
 * others (mounts, "..", links, names that are not cached) are in walk_step.c.
 *
 * It begins in RCU mode: nothing is referenced or written; w->sequence says which state of the
 * present dentry we rely on, and each step checks the parent's count after it has read the child's.
 * What RCU mode cannot do (a name that is not cached, a magic link) is done in reference mode,
 * which a walk enters where it stands (walk_unlazy) or, failing that, by beginning again: -ECHILD.
 * Symlinks do not recurse: what is left of the path behind a link waits on a stack of 40.
 */
#include "walk.h"

/* ---- what a walk holds, and in which mode ---- */

static void link_release(struct walk_link *link)
{
	if (link->owned)
		kfree(link->owned);
	if (link->path.mount)
		path_put(&link->path);
	*link = (struct walk_link){NULL, {NULL, NULL}, NULL};
}

static void walk_release_links(struct walk *w)
{
	while (w->depth)
		link_release(&w->stack[--w->depth]);
	link_release(&w->link_owner);
	link_release(&w->trailing_link);
	if (w->stack != w->inline_stack) {
		kfree(w->stack);
		w->stack = w->inline_stack;
	}
}

void walk_drop(struct walk *w)
{
	if (w->rcu) {
		rcu_read_unlock();
		w->rcu = false;
		fd_put(w->base);
	} else if (w->path.mount) {
		path_put(&w->path);
	}
	w->path.mount = NULL;
	if (unlikely(w->root_referenced)) {
		path_put(&w->root);
		w->root_referenced = false;
	}
	if (unlikely(w->link_count))
		walk_release_links(w);
}

bool walk_end_rcu(struct walk *w)
{
	bool good = !sequence_changed(&w->path.dentry->sequence, w->sequence) &&
		    READ_ONCE(mount_sequence) == w->mounts;

	mount_used(w->path.mount);
	walk_drop(w);
	return good;
}

int walk_unlazy(struct walk *w)
{
	struct path path = w->path;

	ASSERT(w->rcu);
	/* Links on the stack are not referenced: too much to make good. */
	if (unlikely(w->link_count && (w->depth || w->trailing_link.rest)))
		goto fail;
	if (!refcount_get_unless_zero(&path.mount->refs))
		goto fail;
	if (!refcount_get_unless_zero(&path.dentry->refs)) {
		rcu_read_unlock();
		w->rcu = false;
		mount_put(path.mount);
		goto fail_left;
	}
	rcu_read_unlock();
	w->rcu = false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* see mount_change_begin() */
	if (sequence_changed(&mount_sequence, w->mounts) ||
	    sequence_changed(&path.dentry->sequence, w->sequence)) {
		path_put(&path);
		goto fail_left;
	}
	fd_put(w->base);
	w->base.referenced = false;
	w->root.mount = NULL;
	return 0;
fail:
	rcu_read_unlock();
	w->rcu = false;
fail_left:
	fd_put(w->base);
	w->base.referenced = false;
	w->path.mount = NULL;
	return -ECHILD;
}

/* ---- where it begins ---- */

static int jump_to_root(struct walk *w)
{
	if (unlikely(w->flags & LOOKUP_BENEATH))
		return -EXDEV;
	/* Before the root is looked up: as on Linux a link to an absolute path leads away, unless the walk began at
	 * the root or has gone up. */
	if (unlikely(w->flags & LOOKUP_NO_XDEV && w->path.mount && w->path.mount != w->root.mount))
		return -EXDEV;
	need_root(w);
	if (w->rcu) {
		w->path = w->root;
		w->sequence = w->root_sequence;
	} else {
		struct path old = w->path;

		path_get(&w->root);
		w->path = w->root;
		if (old.mount)
			path_put(&old);
	}
	w->inode = w->path.dentry->inode;
	return 0;
}

static int begin_at_fd(struct walk *w, int dirfd, const char *name)
{
	struct fd fd = fd_get_path(dirfd);

	if (!fd.file)
		return -EBADF;
	if (unlikely(w->flags & LOOKUP_OPENER) && fd.file->cred != current->cred &&
	    !capable(CAP_DAC_READ_SEARCH)) {
		fd_put(fd);
		return -ENOENT;
	}
	if (*name && !S_ISDIR(fd.file->inode->mode)) {
		fd_put(fd);
		return -ENOTDIR;
	}
	w->path = fd.file->path;
	if (w->rcu) {
		w->base = fd;
		w->sequence = sequence_read(&w->path.dentry->sequence);
	} else {
		path_get(&w->path);
		fd_put(fd);
	}
	return 0;
}

static int walk_begin(struct walk *w, int dirfd, const char *name, unsigned int flags, bool no_rcu)
{
	int error = 0;

	w->path.mount = NULL;
	w->root.mount = NULL;
	w->root_referenced = w->trailing = false;
	w->flags = flags;
	w->depth = w->link_count = 0;
	w->base = (struct fd){NULL, false};
	w->stack = w->inline_stack;
	/* A scoped walk keeps its floor referenced: rare, so always in reference mode. */
	w->rcu = !no_rcu && !(flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT));
	if (!*name && !(flags & LOOKUP_EMPTY))
		return w->rcu = false, -ENOENT;
	if (w->rcu) {
		rcu_read_lock();
		w->mounts = sequence_read(&mount_sequence);
	}
	if (*name == '/' && !(flags & LOOKUP_IN_ROOT)) {
		error = jump_to_root(w);
	} else if (dirfd == AT_FDCWD) {
		if (w->rcu)
			read_fs_path(current->fs, &current->fs->cwd, &w->path, &w->sequence);
		else
			fs_cwd(&w->path);
	} else {
		error = begin_at_fd(w, dirfd, name);
	}
	if (error)
		return error;
	if (unlikely(flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT))) {
		w->root = w->path;
		path_get(&w->root);
		w->root_referenced = true;
		w->mounts = sequence_read(&mount_sequence);
		w->renames = sequence_read(&dentry_rename_sequence);
	}
	w->inode = w->path.dentry->inode;
	return 0;
}

/* ---- a step ---- */

static inline __attribute__((always_inline)) int step_rcu(struct walk *w, const struct name *name,
							  enum follow follow)
{
	struct dentry *parent = w->path.dentry, *dentry;
	uint32_t renames = load_acquire(&dentry_rename_sequence), sequence;
	struct inode *inode;

	dentry = dentry_find_rcu(parent, name, &sequence);
	if (unlikely(!dentry))
		return walk_step_absent(w, renames, follow);
	inode = rcu_dereference(dentry->inode);
	if (sequence_changed(&parent->sequence, w->sequence))
		return -ECHILD;
	if (unlikely(!inode || dentry->ops || READ_ONCE(dentry->flags) & DENTRY_MOUNTPOINT ||
		     S_ISLNK(READ_ONCE(inode->mode))))
		return walk_step_special(w, dentry, sequence, follow);
	if (sequence_changed(&dentry->sequence, sequence))
		return -ECHILD;
	w->path.dentry = dentry;
	w->inode = inode;
	w->sequence = sequence;
	return 0;
}

/* To w->last, which name is, too. */
static inline __attribute__((always_inline)) int step(struct walk *w, const struct name *name,
						      enum follow follow)
{
	if (likely(w->rcu && w->last_type == LAST_NAME))
		return step_rcu(w, name, follow);
	return walk_step_otherwise(w, follow);
}

/* ---- the loop over components ---- */

static int push(struct walk *w, const char *rest)
{
	if (w->depth == ARRAY_SIZE(w->inline_stack) && w->stack == w->inline_stack) {
		struct walk_link *stack =
			kmalloc(WALK_LINKS * sizeof(*stack), w->rcu ? GFP_ATOMIC : GFP_KERNEL);

		if (!stack)
			return -ENOMEM;
		memcpy(stack, w->inline_stack, sizeof(w->inline_stack));
		w->stack = stack;
	}
	w->stack[w->depth] = w->link_owner;
	w->stack[w->depth++].rest = rest;
	w->link_owner = (struct walk_link){NULL, {NULL, NULL}, NULL};
	return 0;
}

/* The next component of name into *found and w->last; returns what is behind it. */
static inline const char *scan(struct walk *w, const char *name, struct name *found)
{
	const char *p = name;
	unsigned int byte = (unsigned char)*p; /* not NUL, not a slash */
	uint32_t hash = 0;

	do {
		hash = (hash ^ byte) * 0x01000193u;
		byte = (unsigned char)*++p;
	} while (byte > '/' || (byte && byte != '/')); /* most bytes are above: one test */
	*found = (struct name){.text = name, .length = (uint32_t)(p - name), .hash = hash};
	w->last = *found;
	w->last_type = LAST_NAME;
	if (unlikely(*name == '.')) {
		if (found->length == 1)
			w->last_type = LAST_DOT;
		else if (found->length == 2 && name[1] == '.')
			w->last_type = LAST_DOTDOT;
	}
	return p;
}

/* The target that a step found is walked now; what is behind the link waits. Returns where to go on, or err_ptr. */
static const char *enter_link(struct walk *w, const char *rest)
{
	int error;

	if (!*w->link)
		return err_ptr(-ENOENT);
	error = push(w, rest);
	if (!error && *w->link == '/')
		error = jump_to_root(w);
	return error ? err_ptr(error) : w->link;
}

/* The target is at its end: what is behind the link. */
static const char *leave_link(struct walk *w)
{
	struct walk_link *done = &w->stack[--w->depth];
	const char *rest = done->rest;

	link_release(done);
	return rest;
}

/* The last component of a target: its string belongs to the link, which lives until the step is done. */
static int step_and_leave_link(struct walk *w)
{
	int error = step(w, &w->last, FOLLOW_INNER);

	link_release(&w->stack[--w->depth]);
	return error;
}

static inline int may_search(struct inode *inode)
{
	if (likely((READ_ONCE(inode->mode) & 0111) == 0111 && !inode->ops->permission))
		return 0;
	return inode_permission(inode, MAY_EXEC);
}

/* Up to the last component of the outermost string. */
static int components(struct walk *w, const char *name)
{
	for (;;) {
		const char *end, *rest;
		struct name last;
		int error;

		while (*name == '/')
			name++;
		if (unlikely(!*name)) {
			w->last_type = LAST_ROOT;
			if (!w->depth)
				return 0;
			name = leave_link(w);
			continue;
		}
		error = may_search(w->inode);
		if (unlikely(error))
			return error;
		end = rest = scan(w, name, &last);
		while (*rest == '/')
			rest++;
		if (likely(*rest)) {
			error = step(w, &last, FOLLOW_INNER);
		} else if (likely(!w->depth)) {
			w->trailing |= rest != end;
			return 0;
		} else {
			rest = w->stack[w->depth - 1].rest;
			error = step_and_leave_link(w);
		}
		if (unlikely(error < 0))
			return error;
		if (unlikely(error)) {
			rest = enter_link(w, rest);
			if (is_err(rest))
				return (int)ptr_err(rest);
		} else if (unlikely(!S_ISDIR(w->inode->mode))) {
			return -ENOTDIR;
		}
		name = rest;
	}
}

static int finish(struct walk *w, int error)
{
	if (unlikely(error < 0)) {
		if (w->path.mount)
			mount_used(w->path.mount);
		walk_drop(w);
	}
	return error;
}

int walk_parent(struct walk *w, int dirfd, const char *name, unsigned int flags, bool no_rcu)
{
	int error = walk_begin(w, dirfd, name, flags, no_rcu);

	if (likely(!error))
		error = components(w, name);
	return finish(w, error);
}

int walk_to_parent(struct walk *w, int dirfd, const char *name, unsigned int flags)
{
	int error = walk_parent(w, dirfd, name, flags, false);

	if (!error && w->rcu) {
		error = finish(w, walk_unlazy(w));
		if (!error)
			w->inode = w->path.dentry->inode;
	}
	if (error == -ECHILD)
		error = walk_parent(w, dirfd, name, flags, true);
	return error;
}

int walk_last(struct walk *w)
{
	bool follow = w->flags & LOOKUP_FOLLOW || w->trailing;
	int error = step(w, &w->last, follow ? FOLLOW_LAST : FOLLOW_NOT);

	if (likely(!error)) {
		if (unlikely((w->trailing || w->flags & LOOKUP_DIRECTORY) &&
			     !S_ISDIR(w->inode->mode)))
			error = -ENOTDIR;
	} else if (error > 0) {
		/* The string that held the component is not needed any more. */
		link_release(&w->trailing_link);
		w->trailing_link = w->link_owner;
		w->trailing_link.rest = w->link;
		w->link_owner = (struct walk_link){NULL, {NULL, NULL}, NULL};
	}
	return finish(w, error);
}

int walk_continue(struct walk *w)
{
	const char *name = w->link;
	int error = *name ? 0 : -ENOENT;

	if (!error && *name == '/')
		error = jump_to_root(w);
	if (!error)
		error = components(w, name);
	return finish(w, error);
}

int walk_path(struct walk *w, int dirfd, const char *name, unsigned int flags, bool no_rcu)
{
	int error = walk_parent(w, dirfd, name, flags, no_rcu);

	while (!error) {
		error = walk_last(w);
		if (likely(error <= 0))
			break;
		error = walk_continue(w);
	}
	return error;
}

int walk_take(struct walk *w, struct path *path)
{
	if (w->rcu) {
		/* No component is left to walk: links may go first. */
		int error;

		if (unlikely(w->link_count))
			link_release(&w->trailing_link);
		error = walk_unlazy(w);
		if (error) {
			walk_drop(w);
			return error;
		}
	}
	*path = w->path;
	w->path.mount = NULL;
	walk_drop(w);
	return 0;
}

/* ---- for everybody ---- */

void path_get(const struct path *path)
{
	mount_get(path->mount);
	(void)dentry_get(path->dentry);
}

void path_put(const struct path *path)
{
	dentry_put(path->dentry);
	mount_used(path->mount);
	mount_put(path->mount);
}

int path_lookup(int dirfd, const char *name, unsigned int flags, struct path *path)
{
	WALK(w);
	int error = walk_path(&w, dirfd, name, flags, false);

	if (likely(!error))
		error = walk_take(&w, path);
	/* The cache alone does not refuse anything. */
	else if (unlikely(flags & LOOKUP_CACHED) && (error == -ECHILD || error == -EACCES))
		return -EAGAIN;
	if (unlikely(error == -ECHILD)) {
		error = walk_path(&w, dirfd, name, flags, true);
		if (!error)
			error = walk_take(&w, path);
	}
	return error;
}
