// SPDX-License-Identifier: MIT
/*
 * Propagation of mounts. A shared mount is in a peer group: what is mounted on one member is mounted
 * on all. A slave receives from its master's group and gives nothing back. Both are one node here:
 *
 *   id > 0: the members are peers, and the node may at the same time be a slave of another.
 *   id = 0: one member, a slave only.
 *
 * Nodes form trees by master and slaves. A mount without a node is private. When the last member
 * leaves, the node's slaves become slaves of its master, or private if it has none.
 */
#include "mount.h"

#include <core/lib/bitmap.h>

#define ID_LIMIT (1u << 17) /* more than there may be mounts */

struct propagation { /* [mount_mutex] */
	int id;
	struct list members; /* by mount->member */
	struct propagation *master;
	struct list slaves, slave_link;
	struct mount *template; /* while a tree is propagated: what this node's slaves copy */
};

/* ---- nodes ---- */

static uint64_t ids[BITMAP_WORDS(ID_LIMIT)]; /* [mount_mutex] in use */

/* The lowest number that no group has; 0: there is none. */
static int id_take(void)
{
	size_t id = bitmap_next_clear(ids, ID_LIMIT, 1);

	if (id == ID_LIMIT)
		return 0;
	bitmap_set(ids, id);
	return (int)id;
}

static struct propagation *node_new(bool shared, struct propagation *master)
{
	struct propagation *node = kzalloc(sizeof(*node), GFP_ATOMIC);

	if (!node)
		return NULL;
	if (shared && !(node->id = id_take())) {
		kfree(node);
		return NULL;
	}
	list_init(&node->members);
	list_init(&node->slaves);
	list_init(&node->slave_link);
	node->master = master;
	if (master)
		list_add_tail(&node->slave_link, &master->slaves);
	return node;
}

static void join(struct mount *mount, struct propagation *node)
{
	mount->propagation = node;
	list_add_tail(&mount->member, &node->members);
}

static void node_free(struct propagation *node)
{
	while (!list_empty(&node->slaves)) {
		struct propagation *slave =
			list_first(&node->slaves, struct propagation, slave_link);

		list_del_init(&slave->slave_link);
		slave->master = node->master;
		if (node->master) {
			list_add_tail(&slave->slave_link, &node->master->slaves);
		} else if (!slave->id) {
			/* Slave of nobody: private. It has no slaves of its own, not being shared. */
			struct mount *mount = list_first(&slave->members, struct mount, member);

			list_del_init(&mount->member);
			mount->propagation = NULL;
			kfree(slave);
		}
	}
	if (node->master)
		list_del(&node->slave_link);
	if (node->id)
		bitmap_clear(ids, (size_t)node->id);
	kfree(node);
}

void propagation_leave(struct mount *mount)
{
	struct propagation *node = mount->propagation;

	if (!node)
		return;
	list_del_init(&mount->member);
	mount->propagation = NULL;
	if (list_empty(&node->members))
		node_free(node);
}

bool propagation_shared(const struct mount *mount)
{
	return mount->propagation && mount->propagation->id;
}

bool propagation_unbindable(struct mount *top)
{
	struct mount *mount;

	for (mount = top; mount; mount = mount_next(mount, top)) {
		if (mount->unbindable)
			return true;
	}
	return false;
}

void mount_propagation(const struct mount *mount, int *shared, int *master, bool *unbindable)
{
	const struct propagation *node;

	mutex_lock(&mount_mutex);
	node = mount->propagation;
	*shared = node ? node->id : 0;
	*master = node && node->master ? node->master->id : 0;
	*unbindable = mount->unbindable;
	mutex_unlock(&mount_mutex);
}

/* ---- changing ---- */

static int make_shared(struct mount *mount)
{
	struct propagation *node = mount->propagation;

	mount->unbindable = false;
	if (node) {
		if (!node->id)
			node->id = id_take();
		return node->id ? 0 : -ENOMEM;
	}
	node = node_new(true, NULL);
	if (!node)
		return -ENOMEM;
	join(mount, node);
	return 0;
}

/* Slave of its peers; of its group's master if it has no peers; else private. */
static int make_slave(struct mount *mount)
{
	struct propagation *node = mount->propagation, *own;

	if (!node || !node->id)
		return 0;
	if (node->members.next->next == &node->members) { /* alone */
		own = node->master ? node_new(false, node->master) : NULL;
		if (node->master && !own)
			return -ENOMEM;
	} else {
		own = node_new(false, node);
		if (!own)
			return -ENOMEM;
	}
	propagation_leave(mount);
	if (own)
		join(mount, own);
	return 0;
}

static int change_one(struct mount *mount, unsigned long type)
{
	switch (type) {
	case MS_SHARED:
		return make_shared(mount);
	case MS_SLAVE:
		return make_slave(mount);
	default:
		propagation_leave(mount);
		mount->unbindable = type == MS_UNBINDABLE;
		return 0;
	}
}

int propagation_change(struct mount *top, unsigned long type, bool rec)
{
	struct mount *mount;

	for (mount = top; mount; mount = rec ? mount_next(mount, top) : NULL) {
		int error = change_one(mount, type);

		if (error)
			return error;
		resched_point();
	}
	return 0;
}

int propagation_copy(struct mount *copy, struct mount *original, enum copy_kind kind)
{
	struct propagation *node = original->propagation;

	copy->unbindable = false;
	if (kind != COPY_PEER) {
		ASSERT(propagation_shared(original));
		node = node_new(kind == COPY_SHARED_SLAVE, node);
	} else if (!node) {
		return 0;
	} else if (!node->id) {
		node = node_new(false, node->master);
	}
	if (!node)
		return -ENOMEM;
	join(copy, node);
	return 0;
}

/* ---- following ---- */

/* The node after this one among start and its slaves, masters first. */
static struct propagation *next_node(struct propagation *node, struct propagation *start)
{
	if (!list_empty(&node->slaves))
		return list_first(&node->slaves, struct propagation, slave_link);
	while (node != start) {
		if (node->slave_link.next != &node->master->slaves)
			return list_entry(node->slave_link.next, struct propagation, slave_link);
		node = node->master;
	}
	return NULL;
}

/* Does mount show the place, so that something can be mounted there? It is in the tree, or just being
 * moved. */
static bool shows(const struct mount *mount, const struct mount *moved, const struct mount *parent,
		  const struct dentry *mountpoint)
{
	return mount != parent && (mount_placed(mount) || mount == moved) &&
	       mount->super == parent->super && dentry_below(mountpoint, mount->root);
}

int propagation_copies(struct mount *top, struct mount *parent, struct dentry *mountpoint,
		       struct list *copies)
{
	struct propagation *start = parent->propagation, *node;
	const struct mount *moved = top->fresh ? NULL : top;
	struct mount *mount, *copy;
	int error;

	if (!propagation_shared(parent))
		return 0;
	error = propagation_change(top, MS_SHARED, true);
	if (error)
		return error;
	for (node = start; node; node = next_node(node, start)) {
		enum copy_kind kind = node == start ? COPY_PEER
				      : node->id    ? COPY_SHARED_SLAVE
						    : COPY_SLAVE;

		node->template = node == start ? top : node->master->template;
		list_for_each_entry (mount, &node->members, member) {
			if (!shows(mount, moved, parent, mountpoint))
				continue;
			error = mount_copy(node->template, node->template->root, true, kind, &copy);
			if (error)
				return error;
			copy->place = mount;
			list_add_tail(&copy->all, copies);
			/* The others of a slave's group are peers of its first copy. */
			if (kind == COPY_SHARED_SLAVE) {
				node->template = copy;
				kind = COPY_PEER;
			}
		}
	}
	return 0;
}

void propagation_for_each(struct mount *parent, struct dentry *mountpoint,
			  void (*visit)(struct mount *mount, struct mount *child, void *context),
			  void *context)
{
	struct propagation *start = parent->propagation, *node;
	struct mount *mount, *child;

	if (!propagation_shared(parent))
		return;
	for (node = start; node; node = next_node(node, start)) {
		list_for_each_entry (mount, &node->members, member) {
			if (mount == parent || !mount->attached)
				continue;
			child = mount_find(mount, mountpoint);
			if (child)
				visit(mount, child, context);
		}
	}
}
