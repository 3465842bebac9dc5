// SPDX-License-Identifier: MIT
// Red-black trees: insertion and removal with rotations, keeping augmented data of every touched
// subtree right.

#include <core/lib/rbtree.h>

static struct rb_node *parent_of(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_colour & ~1ul);
}

static bool is_black(const struct rb_node *n)
{
	return !n || (n->parent_colour & 1);
}

static void set_black(struct rb_node *n)
{
	n->parent_colour |= 1;
}

static void set_red(struct rb_node *n)
{
	n->parent_colour &= ~1ul;
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->parent_colour = (unsigned long)parent | (n->parent_colour & 1);
}

static void update(struct rb_root *root, struct rb_node *n)
{
	if (root->update)
		root->update(n);
}

void rb_updated(struct rb_root *root, struct rb_node *node)
{
	if (!root->update)
		return;
	for (; node; node = parent_of(node))
		root->update(node);
}

/* Put `to` where `from` hangs in its parent. */
static void replace_child(struct rb_root *root, struct rb_node *from, struct rb_node *to)
{
	struct rb_node *parent = parent_of(from);

	if (!parent)
		root->node = to;
	else if (parent->left == from)
		parent->left = to;
	else
		parent->right = to;
	if (to)
		set_parent(to, parent);
}

/* Lift the right (left) child of n into n's place. */
static void rotate(struct rb_root *root, struct rb_node *n, bool left)
{
	struct rb_node *child = left ? n->right : n->left;
	struct rb_node *inner = left ? child->left : child->right;

	replace_child(root, n, child);
	if (left) {
		n->right = inner;
		child->left = n;
	} else {
		n->left = inner;
		child->right = n;
	}
	if (inner)
		set_parent(inner, n);
	set_parent(n, child);
	update(root, n);
	update(root, child);
}

void rb_insert(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	       struct rb_node **link)
{
	node->parent_colour = (unsigned long)parent; /* red */
	node->left = node->right = NULL;
	*link = node;
	rb_updated(root, node);

	while ((parent = parent_of(node)) && !is_black(parent)) {
		struct rb_node *grand = parent_of(parent);
		bool parent_left = grand->left == parent;
		struct rb_node *uncle = parent_left ? grand->right : grand->left;

		if (!is_black(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (node == (parent_left ? parent->right : parent->left)) {
			rotate(root, parent, parent_left);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate(root, grand, !parent_left);
		break;
	}
	set_black(root->node);
}

/* The next count nodes as a subtree. All its levels are full but the lowest, whose nodes are red; so many are black. */
static struct rb_node *build(struct rb_root *root, struct rb_node **next, size_t count,
			     unsigned int black)
{
	struct rb_node *left = count > 1 ? build(root, next, count / 2, black - 1) : NULL;
	struct rb_node *node = *next;

	*next = node->right;
	node->parent_colour = black != 0;
	node->left = left;
	node->right = count > 2 ? build(root, next, (count - 1) / 2, black - 1) : NULL;
	if (left)
		set_parent(left, node);
	if (node->right)
		set_parent(node->right, node);
	update(root, node);
	return node;
}

void rb_build(struct rb_root *root, struct rb_node *first, size_t count)
{
	unsigned int black = 0;

	while ((count + 1) >> (black + 1))
		black++;
	root->node = count ? build(root, &first, count, black) : NULL;
}

/* The subtree at node (may be empty), child of parent, is one black short: mend it. */
static void mend_erase(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
	while (parent && is_black(node)) {
		bool left = parent->left == node;
		struct rb_node *sibling = left ? parent->right : parent->left;

		if (!is_black(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, left);
			sibling = left ? parent->right : parent->left;
		}
		struct rb_node *near = left ? sibling->left : sibling->right;
		struct rb_node *far = left ? sibling->right : sibling->left;

		if (is_black(near) && is_black(far)) {
			set_red(sibling);
			node = parent;
			parent = parent_of(node);
			continue;
		}
		if (is_black(far)) {
			set_black(near);
			set_red(sibling);
			rotate(root, sibling, !left);
			far = sibling;
			sibling = near;
		}
		sibling->parent_colour =
			(sibling->parent_colour & ~1ul) | (parent->parent_colour & 1);
		set_black(parent);
		set_black(far);
		rotate(root, parent, left);
		node = root->node;
		break;
	}
	if (node)
		set_black(node);
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *child, *parent;
	bool black;

	if (node->left && node->right) {
		/* Its successor, which has no left child, takes its place. */
		struct rb_node *next = node->right;

		while (next->left)
			next = next->left;
		child = next->right;
		parent = parent_of(next);
		black = is_black(next);
		if (parent == node) {
			parent = next;
		} else {
			parent->left = child;
			if (child)
				set_parent(child, parent);
			next->right = node->right;
			set_parent(next->right, next);
		}
		next->left = node->left;
		set_parent(next->left, next);
		replace_child(root, node, next);
		next->parent_colour = (next->parent_colour & ~1ul) | (node->parent_colour & 1);
	} else {
		child = node->left ? node->left : node->right;
		parent = parent_of(node);
		black = is_black(node);
		replace_child(root, node, child);
	}
	rb_updated(root, parent);
	if (black)
		mend_erase(root, child, parent);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->left)
		n = n->left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->right)
		n = n->right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *n;

	if (node->right) {
		for (n = node->right; n->left; n = n->left)
			;
		return n;
	}
	while ((n = parent_of(node)) && n->right == node)
		node = n;
	return n;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *n;

	if (node->left) {
		for (n = node->left; n->right; n = n->right)
			;
		return n;
	}
	while ((n = parent_of(node)) && n->left == node)
		node = n;
	return n;
}
