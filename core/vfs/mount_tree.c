// SPDX-License-Identifier: MIT
/* Trees of mounts: copying them, putting them somewhere, taking them away. mount_mutex is held, so
 * that the tree stands still while memory is allocated. */
#include "mount.h"

struct mount *mount_next(struct mount *mount, struct mount *top)
{
	if (!list_empty(&mount->children))
		return list_first(&mount->children, struct mount, sibling);
	while (mount != top) {
		if (mount->sibling.next != &mount->parent->children)
			return list_entry(mount->sibling.next, struct mount, sibling);
		mount = mount->parent;
	}
	return NULL;
}

void mount_topmost(struct path *path)
{
	struct mount *above;

	mutex_lock(&mount_mutex);
	while ((above = mount_find(path->mount, path->dentry)) != NULL) {
		struct path next = {.mount = above, .dentry = above->root};

		path_get(&next);
		path_put(path);
		*path = next;
	}
	mutex_unlock(&mount_mutex);
}

bool mount_below(const struct mount *mount, const struct mount *top)
{
	while (mount && mount != top)
		mount = mount->parent;
	return mount != NULL;
}

/* ---- copies ---- */

static int copy_one(struct mount *source, struct dentry *root, enum copy_kind kind,
		    struct mount **out)
{
	struct mount *copy;
	int error;

	/* A tree may be large, and there may be a copy of it for every mount. */
	resched_point();
	if (signal_fatal_pending())
		return -EINTR;
	if (mount_count >= MOUNT_LIMIT)
		return -ENOSPC;
	copy = mount_create(source->super, root, source->flags, source->source);
	if (!copy)
		return -ENOMEM;
	copy->fresh = true;
	error = propagation_copy(copy, source, kind);
	if (error) {
		mount_put(copy);
		return error;
	}
	source->twin = copy;
	*out = copy;
	return 0;
}

/* The next one to copy: what is unbindable, or outside of the part that is shown, stays behind with
 * all that is mounted on it. */
static struct mount *next_to_copy(struct mount *mount, struct mount *top, const struct dentry *root)
{
	struct mount *next = mount_next(mount, top);

	while (next && (next->unbindable ||
			(next->parent == top && !dentry_below(next->mountpoint, root)))) {
		struct mount *skipped = next;

		while (next && mount_below(next, skipped))
			next = mount_next(next, top);
	}
	return next;
}

int mount_copy(struct mount *source, struct dentry *root, bool whole, enum copy_kind kind,
	       struct mount **out)
{
	struct mount *mount, *copy, *top;
	int error = copy_one(source, root, kind, &top);

	if (error)
		return error;
	for (mount = source; whole && (mount = next_to_copy(mount, source, root)) != NULL;) {
		error = copy_one(mount, mount->root, kind, &copy);
		if (error) {
			mount_discard(top);
			return error;
		}
		mount_change_begin();
		mount_attach(copy, mount->parent->twin, mount->mountpoint);
		mount_change_end();
	}
	*out = top;
	return 0;
}

/* ---- ends ---- */

/* Out of the tree for good. Change begun. */
static void end(struct mount *mount, struct list *gone)
{
	mount_detach(mount);
	propagation_leave(mount);
	list_add_tail(&mount->all, gone);
}

void mount_release_all(struct list *gone)
{
	while (!list_empty(gone)) {
		struct mount *mount = list_first(gone, struct mount, all);
		struct path was_on = mount->was_on;

		list_del_init(&mount->all);
		mount->was_on = (struct path){NULL, NULL};
		mount_put(mount);
		if (was_on.mount)
			path_put(&was_on);
	}
}

/* All that is mounted below top. Change begun. */
static void end_children(struct mount *top, struct list *gone)
{
	struct mount *leaf;

	while (!list_empty(&top->children)) {
		leaf = top;
		while (!list_empty(&leaf->children))
			leaf = list_first(&leaf->children, struct mount, sibling);
		end(leaf, gone);
	}
}

void mount_discard(struct mount *top)
{
	struct list gone = LIST_INIT(gone);

	mount_change_begin();
	end_children(top, &gone);
	mount_change_end();
	propagation_leave(top);
	/* The superblock has other mounts: nothing here is the last. */
	mount_release_all(&gone);
	mount_put(top);
}

void mount_dissolve(struct mount *top)
{
	struct list gone = LIST_INIT(gone);
	bool never_placed;

	mutex_lock(&mount_mutex);
	never_placed = top->fresh;
	if (never_placed) {
		mount_change_begin();
		end_children(top, &gone);
		mount_change_end();
		propagation_leave(top);
		top->fresh = false;
	}
	mutex_unlock(&mount_mutex);
	mount_release_all(&gone);
	if (never_placed)
		mount_put(top); /* the reference that its place would have had */
}

/* ---- placing ---- */

static void settle(struct mount *top)
{
	struct mount *mount;

	for (mount = top; mount; mount = mount_next(mount, top)) {
		mount->fresh = false;
		mount->place = NULL;
	}
}

/* A propagated copy goes beneath what is mounted there already. Change begun. The references of the
 * place it leaves are those it gets: only the parent's and mountpoint's are exchanged. */
static void attach_beneath(struct mount *copy, struct dentry *mountpoint)
{
	struct mount *above = mount_find(copy->place, mountpoint);

	if (above)
		mount_detach(above);
	mount_attach(copy, copy->place, mountpoint);
	if (above) {
		struct path was_on = above->was_on;

		above->was_on = (struct path){NULL, NULL};
		mount_attach(above, copy, copy->root);
		/* Not the last ones: copy holds the same. */
		mount_put(was_on.mount);
		dentry_put(was_on.dentry);
	}
}

int mount_may_target(const struct mount *parent, const struct dentry *dentry)
{
	if (dentry_removed(dentry) || mount_gone(parent))
		return -ENOENT;
	return mount_placed(parent) ? 0 : -EINVAL;
}

/* May top be mounted here? Change begun, or mount_mutex held. */
static int may_place(const struct mount *top, const struct mount *parent,
		     const struct dentry *dentry)
{
	int error = mount_may_target(parent, dentry);

	if (error)
		return error;
	if (S_ISDIR(dentry->inode->mode) != S_ISDIR(top->root->inode->mode))
		return -ENOTDIR;
	return mount_count >= MOUNT_LIMIT ? -ENOSPC : 0;
}

int mount_place(struct mount *top, const struct path *target)
{
	struct list copies = LIST_INIT(copies);
	struct mount *parent = target->mount, *above, *copy;
	struct dentry *dentry = target->dentry;
	struct rwsem *rwsem;
	int error;

	while ((above = mount_find(parent, dentry)) != NULL) {
		parent = above;
		dentry = above->root;
	}
	rwsem = &dentry->inode->rwsem;
	rwsem_write(rwsem);
	error = may_place(top, parent, dentry);
	if (!error)
		error = propagation_copies(top, parent, dentry, &copies);
	if (error) {
		rwsem_write_done(rwsem);
		while (!list_empty(&copies)) {
			copy = list_first(&copies, struct mount, all);
			list_del_init(&copy->all);
			mount_discard(copy);
		}
		return error;
	}
	mount_change_begin();
	mount_attach(top, parent, dentry);
	settle(top);
	while (!list_empty(&copies)) {
		copy = list_first(&copies, struct mount, all);
		list_del_init(&copy->all);
		attach_beneath(copy, dentry);
		settle(copy);
	}
	mount_change_end();
	rwsem_write_done(rwsem);
	return 0;
}

void mount_take(struct mount *top, struct path *was_on)
{
	mount_change_begin();
	mount_lift(top);
	mount_change_end();
	*was_on = top->was_on;
	top->was_on = (struct path){NULL, NULL};
}

/* ---- removing ---- */

/* The only mount on this one, if it covers all of it. */
static struct mount *covering(const struct mount *mount)
{
	struct mount *first = list_empty(&mount->children)
				      ? NULL
				      : list_first(&mount->children, struct mount, sibling);

	return first && first->sibling.next == &mount->children && first->mountpoint == mount->root
		       ? first
		       : NULL;
}

/* The inverse of attach_beneath, but that mount still is there. Change begun. */
static void uncover(struct mount *mount, struct mount *above)
{
	struct path was_on;

	mount_detach(above);
	was_on = above->was_on;
	above->was_on = (struct path){NULL, NULL};
	mount_attach(above, mount->parent, mount->mountpoint);
	/* Not the last ones: mount is in the tree, and holds its root. */
	mount_put(was_on.mount);
	dentry_put(was_on.dentry);
}

struct removal {
	const struct mount *top; /* what goes with all that is on it */
	struct list *gone;
};

/* What was mounted elsewhere by propagation goes too, unless something is mounted in it. What covers it
 * all takes its place. */
static void end_copy(struct mount *mount, struct mount *child, void *context)
{
	const struct removal *removal = context;
	struct mount *above = covering(child);

	(void)mount;
	if (child == removal->top || (!above && !list_empty(&child->children)))
		return;
	if (above)
		uncover(child, above);
	end(child, removal->gone);
}

static void check_busy(struct mount *mount, struct mount *child, void *busy)
{
	unsigned int refs = covering(child) ? 2 : 1;

	(void)mount;
	if ((refs == 2 || list_empty(&child->children)) && refcount_read(&child->refs) > refs)
		*(bool *)busy = true;
}

bool mount_in_use(const struct mount *mount)
{
	return !list_empty(&mount->children) || refcount_read(&mount->refs) > 2;
}

int mount_remove_unused(struct mount *mount, struct list *gone)
{
	struct mount *parent = mount->parent;
	struct dentry *mountpoint = mount->mountpoint;
	struct removal removal = {.top = mount, .gone = gone};
	bool busy;

	mount_change_begin();
	busy = mount_in_use(mount);
	if (!busy)
		propagation_for_each(parent, mountpoint, check_busy, &busy);
	if (!busy) {
		propagation_for_each(parent, mountpoint, end_copy, &removal);
		end(mount, gone);
	}
	mount_change_end();
	return busy ? -EBUSY : 0;
}

void mount_remove_tree(struct mount *top, struct list *gone)
{
	struct removal removal = {.top = top, .gone = gone};
	struct mount *leaf;

	mount_change_begin();
	while (top->attached) {
		leaf = top;
		while (!list_empty(&leaf->children))
			leaf = list_first(&leaf->children, struct mount, sibling);
		propagation_for_each(leaf->parent, leaf->mountpoint, end_copy, &removal);
		if (leaf->attached)
			end(leaf, gone);
	}
	mount_change_end();
}
