// SPDX-License-Identifier: MIT
// Sparse arrays: radix trees of 64-way nodes, lock-free for readers.
//
// A node knows the shift of the index bits it decides, so that a reader who loaded any root, old or
// new, reads a consistent tree: trees grow at the top by a new root whose slot 0 is the old one,
// and shrink only by emptied nodes, which live on for a grace period.

#include <core/assert.h>
#include <core/errno.h>
#include <core/lib/string.h>
#include <core/lib/xarray.h>
#include <core/rcu.h>
#include <core/slab.h>

#define BITS  6u
#define SLOTS (1u << BITS)

struct xnode {
	unsigned int shift;
	uint64_t used; // bit N: slot N is not NULL; set after the slot, cleared before it
	union {
		struct xnode *parent; // while it is in the tree; NULL: root
		struct rcu_head rcu;
	};
	void *slot[SLOTS];
};

static struct xnode *to_node(const void *p)
{
	return (struct xnode *)((uintptr_t)p & ~1ul);
}

static bool is_node(const void *p)
{
	return (uintptr_t)p & 1;
}

static void *node_entry(struct xnode *node)
{
	return (void *)((uintptr_t)node | 1);
}

static bool covers(const struct xnode *node, uint64_t index)
{
	unsigned int bits = node->shift + BITS;

	return bits >= 64 || index >> bits == 0;
}

static unsigned int slot_of(const struct xnode *node, uint64_t index)
{
	return (unsigned int)(index >> node->shift) & (SLOTS - 1);
}

// Writers exclude one another: no atomic update is needed, only one store that readers see whole.
static void mark_used(struct xnode *node, unsigned int slot)
{
	store_release(&node->used, node->used | (uint64_t)1 << slot);
}

static void mark_unused(struct xnode *node, unsigned int slot)
{
	store_release(&node->used, node->used & ~((uint64_t)1 << slot));
}

static struct xnode *node_new(unsigned int shift, struct xnode *parent, unsigned int gfp)
{
	struct xnode *node = kzalloc(sizeof(*node), gfp);

	if (node) {
		node->shift = shift;
		node->parent = parent;
	}
	return node;
}

static void node_done(struct rcu_head *head)
{
	kfree(container_of(head, struct xnode, rcu));
}

void xarray_init(struct xarray *x)
{
	x->root = NULL;
}

void *xarray_load(const struct xarray *x, uint64_t index)
{
	void *p = rcu_dereference(x->root);
	struct xnode *node;

	if (!is_node(p))
		return index == 0 ? p : NULL;
	node = to_node(p);
	if (!covers(node, index))
		return NULL;
	for (;;) {
		p = rcu_dereference(node->slot[slot_of(node, index)]);
		if (!is_node(p))
			return p;
		node = to_node(p);
	}
}

void xarray_load_range(const struct xarray *x, uint64_t index, unsigned int count, void **out)
{
	while (count) {
		void *p = rcu_dereference(x->root);
		struct xnode *node;
		unsigned int slot;

		if (!is_node(p)) {
			for (; count; count--)
				*out++ = index++ == 0 ? p : NULL;
			return;
		}
		node = to_node(p);
		if (!covers(node, index)) {
			for (; count; count--)
				*out++ = NULL;
			return;
		}
		while (node && node->shift) {
			p = rcu_dereference(node->slot[slot_of(node, index)]);
			node = p ? to_node(p) : NULL;
		}
		// The rest of one leaf, present or not.
		slot = (unsigned int)index & (SLOTS - 1);
		do {
			*out++ = node ? rcu_dereference(node->slot[slot]) : NULL;
			index++;
		} while (--count && ++slot < SLOTS);
	}
}

static void clear_slot(struct xnode *node, uint64_t index)
{
	unsigned int slot = slot_of(node, index);

	mark_unused(node, slot);
	rcu_assign_pointer(node->slot[slot], NULL);
}

// Drop the nodes on the way to index that are empty, from node upwards.
static void prune(struct xarray *x, struct xnode *node, uint64_t index)
{
	while (node && node->used == 0) {
		struct xnode *parent = node->parent;

		if (parent)
			clear_slot(parent, index);
		else
			rcu_assign_pointer(x->root, NULL);
		rcu_call(&node->rcu, node_done);
		node = parent;
	}
}

void *xarray_erase(struct xarray *x, uint64_t index)
{
	void *p = x->root;
	struct xnode *node;

	if (!is_node(p)) {
		if (index == 0)
			rcu_assign_pointer(x->root, NULL);
		return index == 0 ? p : NULL;
	}
	node = to_node(p);
	if (!covers(node, index))
		return NULL;
	while (is_node(p = node->slot[slot_of(node, index)]))
		node = to_node(p);
	if (!p)
		return NULL;
	clear_slot(node, index);
	prune(x, node, index);
	return p;
}

int xarray_store(struct xarray *x, uint64_t index, void *p, unsigned int gfp)
{
	struct xnode *node;
	void *slot;

	ASSERT(!is_node(p));
	if (!p) {
		xarray_erase(x, index);
		return 0;
	}
	if (!is_node(x->root)) {
		if (index == 0) {
			rcu_assign_pointer(x->root, p);
			return 0;
		}
		node = node_new(0, NULL, gfp);
		if (!node)
			return -ENOMEM;
		if (x->root) {
			node->slot[0] = x->root;
			node->used = 1;
		} else { // nothing below: it can stand as high as it must, as long as nobody sees it
			while (!covers(node, index))
				node->shift += BITS;
		}
		rcu_assign_pointer(x->root, node_entry(node));
	}
	node = to_node(x->root);
	while (!covers(node, index)) {
		struct xnode *top = node_new(node->shift + BITS, NULL, gfp);

		if (!top)
			return -ENOMEM;
		top->slot[0] = node_entry(node);
		top->used = 1;
		node->parent = top;
		rcu_assign_pointer(x->root, node_entry(top));
		node = top;
	}
	for (;;) {
		unsigned int number = slot_of(node, index);
		void **place = &node->slot[number];

		slot = *place;
		if (node->shift == 0) {
			rcu_assign_pointer(*place, p);
			mark_used(node, number);
			return 0;
		}
		if (!slot) {
			struct xnode *child = node_new(node->shift - BITS, node, gfp);

			if (!child) {
				prune(x, node, index);
				return -ENOMEM;
			}
			rcu_assign_pointer(*place, node_entry(child));
			mark_used(node, number);
			node = child;
		} else {
			node = to_node(slot);
		}
	}
}

// The first slot in use of node, from that of *at on; *at becomes the first index it covers. NULL:
// there is none, and *at is the first index behind the node (0 behind the last of all).
static void *next_used(const struct xnode *node, uint64_t *at)
{
	unsigned int from = slot_of(node, *at), slot;
	uint64_t used = load_acquire(&node->used) >> from;
	void *p;

	for (; used; used &= used - 1) {
		slot = from + (unsigned int)__builtin_ctzll(used);
		p = rcu_dereference(node->slot[slot]);
		if (!p) // just erased
			continue;
		if (slot != from)
			*at = ((*at >> node->shift) + (slot - from)) << node->shift;
		return p;
	}
	*at = ((*at >> node->shift) + (SLOTS - from)) << node->shift;
	return NULL;
}

// *leaf: the node that holds what was found; NULL when it is the root itself.
static void *find(const struct xarray *x, uint64_t *index, uint64_t last, const struct xnode **leaf)
{
	uint64_t at = *index;

	*leaf = NULL;
	for (;;) {
		void *p = rcu_dereference(x->root);
		struct xnode *node;

		if (at > last)
			return NULL;
		if (!is_node(p)) {
			if (at == 0 && p)
				*index = 0;
			return at == 0 ? p : NULL;
		}
		node = to_node(p);
		if (!covers(node, at))
			return NULL;
		// Down to the leaf; at an empty slot on to the next of the same node, or up by
		// starting again.
		for (;;) {
			p = next_used(node, &at);
			if (at == 0 && !p) // wrapped
				return NULL;
			if (!p)
				break;
			if (at > last)
				return NULL;
			if (!is_node(p)) {
				*index = at;
				*leaf = node;
				return p;
			}
			node = to_node(p);
		}
	}
}

void *xarray_find(const struct xarray *x, uint64_t *index, uint64_t last)
{
	const struct xnode *leaf;

	return find(x, index, last, &leaf);
}

void *xarray_walk(const struct xarray *x, const void **place, uint64_t *index, uint64_t last)
{
	const struct xnode *leaf = *place;
	uint64_t at = *index;
	void *p;

	// Still in the node of the last entry, unless the step led over its end.
	if (leaf && at & (SLOTS - 1)) {
		p = next_used(leaf, &at);
		if (p) {
			*index = at;
			return at <= last ? p : NULL;
		}
		if (at == 0) // wrapped
			return NULL;
	}
	p = find(x, &at, last, &leaf);
	*index = at;
	*place = leaf;
	return p;
}

uint64_t xarray_free_index(const struct xarray *x, uint64_t from, uint64_t last)
{
	while (from <= last) {
		void *p = rcu_dereference(x->root);
		struct xnode *node;

		if (!is_node(p)) {
			if (from > 0 || !p)
				return from;
			from = 1;
			continue;
		}
		node = to_node(p);
		if (!covers(node, from))
			return from;
		while (node->shift) {
			p = rcu_dereference(node->slot[slot_of(node, from)]);
			if (!p)
				return from;
			node = to_node(p);
		}
		do {
			if (!rcu_dereference(node->slot[slot_of(node, from)]))
				return from;
			if (from++ == UINT64_MAX)
				return UINT64_MAX;
		} while (slot_of(node, from) && from <= last);
	}
	return UINT64_MAX;
}

// Deferred like erasure: a reader may still be in the tree.
static void destroy(struct xnode *node)
{
	if (node->shift)
		for (unsigned int i = 0; i < SLOTS; i++)
			if (node->slot[i])
				destroy(to_node(node->slot[i]));
	rcu_call(&node->rcu, node_done);
}

void xarray_destroy(struct xarray *x)
{
	void *p = x->root;

	rcu_assign_pointer(x->root, NULL);
	if (is_node(p))
		destroy(to_node(p));
}
