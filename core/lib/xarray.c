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
	unsigned int count; // slots in use
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
	rcu_assign_pointer(node->slot[slot_of(node, index)], NULL);
	while (--node->count == 0) {
		struct xnode *parent = node->parent;

		if (parent)
			rcu_assign_pointer(parent->slot[slot_of(parent, index)], NULL);
		else
			rcu_assign_pointer(x->root, NULL);
		rcu_call(&node->rcu, node_done);
		if (!parent)
			break;
		node = parent;
	}
	return p;
}

// Drop the path of nodes that store made and could not complete.
static void prune(struct xarray *x, struct xnode *node, uint64_t index)
{
	while (node && node->count == 0) {
		struct xnode *parent = node->parent;

		if (parent) {
			rcu_assign_pointer(parent->slot[slot_of(parent, index)], NULL);
			parent->count--;
		} else {
			rcu_assign_pointer(x->root, NULL);
		}
		rcu_call(&node->rcu, node_done);
		node = parent;
	}
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
			node->count = 1;
		}
		// With a single empty node the tree is right already: growth continues below.
		rcu_assign_pointer(x->root, node_entry(node));
	}
	node = to_node(x->root);
	while (!covers(node, index)) {
		struct xnode *top;

		if (node->count == 0) { // fresh, nothing below: it can stand higher at once
			node->shift += BITS;
			continue;
		}
		top = node_new(node->shift + BITS, NULL, gfp);
		if (!top)
			return -ENOMEM;
		top->slot[0] = node_entry(node);
		top->count = 1;
		node->parent = top;
		rcu_assign_pointer(x->root, node_entry(top));
		node = top;
	}
	for (;;) {
		void **place = &node->slot[slot_of(node, index)];

		slot = *place;
		if (node->shift == 0) {
			if (!slot)
				node->count++;
			rcu_assign_pointer(*place, p);
			return 0;
		}
		if (!slot) {
			struct xnode *child = node_new(node->shift - BITS, node, gfp);

			if (!child) {
				prune(x, node, index);
				return -ENOMEM;
			}
			rcu_assign_pointer(*place, node_entry(child));
			node->count++;
			node = child;
		} else {
			node = to_node(slot);
		}
	}
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
			unsigned int slot = slot_of(node, at);

			while (!(p = rcu_dereference(node->slot[slot]))) {
				at = ((at >> node->shift) + 1) << node->shift;
				if (at == 0) // wrapped
					return NULL;
				if (++slot == SLOTS)
					break;
			}
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
		do {
			p = leaf->slot[at & (SLOTS - 1)];
			if (p) {
				*index = at;
				return at <= last ? p : NULL;
			}
		} while (++at & (SLOTS - 1));
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
