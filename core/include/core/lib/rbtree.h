/* SPDX-License-Identifier: MIT */
/* core/lib/rbtree.h - red-black trees, embedded; an optional callback keeps data of subtrees
 * (augmentation) right. */
#ifndef CORE_LIB_RBTREE_H
#define CORE_LIB_RBTREE_H

#include <stdbool.h>
#include <stddef.h>

struct rb_node {
	unsigned long parent_colour; /* parent address | 1 when black */
	struct rb_node *left, *right;
};

struct rb_root {
	struct rb_node *node;
	/* Recompute node's subtree data from its children; NULL when there is none. */
	void (*update)(struct rb_node *node);
};

/* Insert node as the child of parent at *link (found by the caller's descent; parent NULL: the
 * tree is empty), then rebalance. */
void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	       struct rb_node **link);
/* Make the tree, which is empty, of count nodes in their order, each on the right of the one before: first->right is
 * the second. Cheaper than as many insertions. */
void rb_build(struct rb_root *root, struct rb_node *first, size_t count);
void rb_erase(struct rb_root *root, struct rb_node *node);
/* Tell the tree that node's own data changed: update it and all above. */
void rb_updated(struct rb_root *root, struct rb_node *node);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_entry(p, type, member) ((type *)(void *)((char *)(p) - offsetof(type, member)))

#endif
