// SPDX-License-Identifier: MIT
// Red-black trees: order, balance, colours and augmentation under random insertion and removal.
// sources: core/lib/rbtree.c

#include <core/lib/rbtree.h>
#include <stdlib.h>
#include <test.h>

struct item {
	struct rb_node node;
	unsigned int key;
	unsigned int sum; // of the subtree's keys: the augmentation
	bool in;
};

static struct item *at(struct rb_node *node)
{
	return rb_entry(node, struct item, node);
}

static void update(struct rb_node *node)
{
	at(node)->sum = at(node)->key + (node->left ? at(node->left)->sum : 0) +
			(node->right ? at(node->right)->sum : 0);
}

static void insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < at(parent)->key ? &parent->left : &parent->right;
	}
	rb_insert(root, &item->node, parent, link);
	item->in = true;
}

// Black height of the subtree; -1 when a rule is broken.
static int check(struct rb_node *node, bool parent_red)
{
	if (!node)
		return 1;
	bool red = !(node->parent_colour & 1);
	int left = check(node->left, red), right = check(node->right, red);
	unsigned int sum = at(node)->sum;

	update(node);
	if ((red && parent_red) || left != right || left < 0 || sum != at(node)->sum)
		return -1;
	return left + !red;
}

TEST(random_operations)
{
	enum { N = 300 };
	static struct item items[N];
	struct rb_root root = {.update = update};

	srand(1);
	for (unsigned int i = 0; i < N; i++)
		items[i].key = (unsigned int)rand() % 1000;
	for (unsigned int round = 0; round < 20000; round++) {
		struct item *item = &items[(unsigned int)rand() % N];

		if (item->in) {
			rb_erase(&root, &item->node);
			item->in = false;
		} else {
			insert(&root, item);
		}
		if (round % 16 == 0)
			REQUIRE(check(root.node, true) > 0);
	}
	unsigned int count = 0, expected = 0, last = 0;

	for (struct rb_node *n = rb_first(&root); n; n = rb_next(n)) {
		CHECK(at(n)->key >= last);
		last = at(n)->key;
		count++;
	}
	for (unsigned int i = 0; i < N; i++)
		expected += items[i].in;
	CHECK_EQ(count, expected);
	count = 0;
	for (struct rb_node *n = rb_last(&root); n; n = rb_prev(n))
		count++;
	CHECK_EQ(count, expected);
}

TEST(data_of_a_node_changes)
{
	struct item items[7] = {0};
	struct rb_root root = {.update = update};

	for (unsigned int i = 0; i < 7; i++) {
		items[i].key = i;
		insert(&root, &items[i]);
	}
	items[6].key = 100;
	rb_updated(&root, &items[6].node);
	CHECK_EQ(at(root.node)->sum, 0 + 1 + 2 + 3 + 4 + 5 + 100);
}

TEST(built_at_once)
{
	enum { N = 300 };
	static struct item items[N];

	for (unsigned int count = 0; count <= N; count++) {
		struct rb_root root = {.update = update};
		unsigned int key = 0;

		for (unsigned int i = 0; i < count; i++) {
			items[i].key = i;
			items[i].node.right = i + 1 < count ? &items[i + 1].node : NULL;
		}
		rb_build(&root, &items[0].node, count);
		CHECK(check(root.node, true) > 0);
		for (struct rb_node *node = rb_first(&root); node; node = rb_next(node))
			CHECK(at(node)->key == key++);
		CHECK(key == count);
		while (root.node) {
			rb_erase(&root, root.node);
			CHECK(check(root.node, true) > 0);
		}
	}
}
