// SPDX-License-Identifier: MIT
/*
 * The path walk.
 *
 * It begins in RCU mode: nothing is referenced or written; w->sequence says which state of the
 * present dentry we rely on, and each step checks the parent's count after it has read the child's.
 * What RCU mode cannot do (a name that is not cached, a magic link) is done in reference mode,
 * which a walk enters where it stands (walk_unlazy) or, failing that, by beginning again: -ECHILD.
 * Symlinks do not recurse: what is left of the path behind a link waits on a stack of 40.
 */
#include "internal.h"

static void link_release(struct walk_link *link)
{
	if (link->owned)
		kfree(link->owned);
	if (link->inode)
		inode_put(link->inode);
	*link = (struct walk_link){NULL, NULL, NULL};
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

static void read_fs_path(struct fs_context *fs, const struct path *which, struct path *path,
			 uint32_t *sequence)
{
	uint32_t before;

	do {
		before = sequence_read(&fs->sequence);
		*path = *which;
		*sequence = sequence_read(&path->dentry->sequence);
	} while (sequence_changed(&fs->sequence, before));
}

static void need_root(struct walk *w)
{
	if (w->root.mount)
		return;
	if (w->rcu) {
		read_fs_path(current->fs, &current->fs->root, &w->root, &w->root_sequence);
	} else {
		fs_root(&w->root);
		w->root_referenced = true;
	}
}

static int jump_to_root(struct walk *w)
{
	if (unlikely(w->flags & LOOKUP_BENEATH))
		return -EXDEV;
	need_root(w);
	if (unlikely(w->flags & LOOKUP_NO_XDEV && w->path.mount && w->path.mount != w->root.mount))
		return -EXDEV;
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
	}
	w->inode = w->path.dentry->inode;
	return 0;
}

static inline int may_search(struct inode *inode)
{
	if (likely((READ_ONCE(inode->mode) & 0111) == 0111 && !inode->ops->permission))
		return 0;
	return inode_permission(inode, MAY_EXEC);
}

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
	return error;
}

/* ---- links ---- */

enum follow { FOLLOW_NOT, FOLLOW_INNER, FOLLOW_LAST }; /* is a link followed, and is it the last? */

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
		w->link_owner = w->trailing_link = (struct walk_link){NULL, NULL, NULL};
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
		return 1; /* step_rcu looked: there is a link */
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
	w->link_owner =
		(struct walk_link){.inode = inode_get(inode), .owned = owned ? w->link : NULL};
	error = 1;
out:
	if (!w->rcu)
		path_put(link);
	return error;
}

/* ---- one component ---- */

static void walk_replace(struct walk *w, const struct path *next)
{
	struct path old = w->path;

	w->path = *next;
	w->inode = next->dentry->inode;
	dentry_put(old.dentry);
	mount_put(old.mount);
}

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

/* Of w->last, which w->inode does not have: nothing is in a removed directory, however long its name. */
static int absent_error(const struct walk *w)
{
	return w->last.length > NAME_MAX && !(w->inode->flags & INODE_DEAD) ? -ENAMETOOLONG
									    : -ENOENT;
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

/* The cache does not have it. renames: the count before it was asked. */
static int step_rcu_absent(struct walk *w, uint32_t renames, enum follow follow)
{
	struct dentry *parent = w->path.dentry;

	if (!(parent->super->type->flags & FS_COMPLETE) || w->flags & LOOKUP_CACHED ||
	    renames & 1 || sequence_changed(&dentry_rename_sequence, renames) ||
	    sequence_changed(&parent->sequence, w->sequence))
		return leave_rcu_and_step(w, follow);
	return absent_error(w);
}

/* A negative dentry, one that its file system must confirm, a mount point, or a link. */
static int step_rcu_special(struct walk *w, struct dentry *dentry, uint32_t sequence,
			    enum follow follow)
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
	if (S_ISLNK(READ_ONCE(inode->mode)) && follow) {
		if (!READ_ONCE(inode->link))
			return leave_rcu_and_step(w, follow);
		return follow_link(w, &next, inode, follow);
	}
	w->path = next;
	w->inode = inode;
	w->sequence = sequence;
	return 0;
}

static inline __attribute__((always_inline)) int step_rcu(struct walk *w, const struct name *name,
							  enum follow follow)
{
	struct dentry *parent = w->path.dentry, *dentry;
	uint32_t renames = load_acquire(&dentry_rename_sequence), sequence;
	struct inode *inode;

	dentry = dentry_find_rcu(parent, name, &sequence);
	if (unlikely(!dentry))
		return step_rcu_absent(w, renames, follow);
	inode = rcu_dereference(dentry->inode);
	if (sequence_changed(&parent->sequence, w->sequence))
		return -ECHILD;
	if (unlikely(!inode || dentry->ops || READ_ONCE(dentry->flags) & DENTRY_MOUNTPOINT ||
		     S_ISLNK(READ_ONCE(inode->mode))))
		return step_rcu_special(w, dentry, sequence, follow);
	if (sequence_changed(&dentry->sequence, sequence))
		return -ECHILD;
	w->path.dentry = dentry;
	w->inode = inode;
	w->sequence = sequence;
	return 0;
}

static int step_otherwise(struct walk *w, enum follow follow)
{
	if (w->last_type == LAST_NAME)
		return step_ref(w, follow);
	return w->last_type == LAST_DOTDOT ? step_up(w) : 0;
}

/* To w->last, which name is, too. */
static inline __attribute__((always_inline)) int step(struct walk *w, const struct name *name,
						      enum follow follow)
{
	if (likely(w->rcu && w->last_type == LAST_NAME))
		return step_rcu(w, name, follow);
	return step_otherwise(w, follow);
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
	w->link_owner = (struct walk_link){NULL, NULL, NULL};
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
	struct walk_link done = w->stack[--w->depth];
	int error = step(w, &w->last, FOLLOW_INNER);

	link_release(&done);
	return error;
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
	if (unlikely(error < 0))
		walk_drop(w);
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
		w->link_owner = (struct walk_link){NULL, NULL, NULL};
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
