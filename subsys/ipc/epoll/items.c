// SPDX-License-Identifier: MIT
/*
 * The items of epoll instances: adding, changing, removing, and what happens when a watched file
 * wakes its queues.
 *
 * An item refers to its file without a reference and hangs on the file's list; the file's end
 * removes it. epoll_files_lock serialises the ends of files and of instances, the removing of
 * instances from instances, and their adding, which must not close a circle, nest deeper than five
 * or make too many paths by which a file wakes. Order: epoll_files_lock, epoll->lock (outer before
 * inner), a wait queue's lock, ready_lock.
 */
#include "internal.h"

#include <core/init.h>

#define NESTING	      5
#define ITEMS_AT_ONCE 256 /* of a file, under its spinlock */

static struct mutex epoll_files_lock = MUTEX_INIT(epoll_files_lock, "epoll files");

/* ---- readiness ---- */

bool epoll_item_ready(struct epoll_item *item, unsigned long key)
{
	struct epoll *epoll = item->epoll;
	unsigned int events = READ_ONCE(item->events);
	unsigned long flags;
	bool added;

	if (!(events & ~EPOLL_PRIVATE) || (key && !(key & events)))
		return false;
	flags = spin_lock_irqsave(&epoll->ready_lock);
	added = !item->ready;
	if (added) {
		item->ready = true;
		list_add_tail(&item->ready_link, &epoll->ready);
		epoll->ready_count++;
	}
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	/* One that is awake already counts for nobody: it may be busy with what woke it. */
	bool woke = wait_active(&epoll->waiters) && wait_wake(&epoll->waiters, 1, 0);

	if (wait_active(&epoll->poll_wait))
		wait_wake(&epoll->poll_wait, 0, POLLIN | POLLRDNORM);
	return woke || !(events & EPOLLEXCLUSIVE);
}

void epoll_item_unready(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;
	unsigned long flags = spin_lock_irqsave(&epoll->ready_lock);

	if (item->ready) {
		item->ready = false;
		list_del(&item->ready_link);
		epoll->ready_count--;
	}
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
}

static bool hook_wake(struct wait_entry *entry, unsigned long key)
{
	return epoll_item_ready(container_of(entry, struct epoll_hook, entry)->item, key);
}

unsigned int epoll_item_poll(struct epoll_item *item)
{
	return item->file->ops->poll(item->file, NULL) & item->events;
}

struct hook_table {
	struct poll_table table;
	struct epoll_item *item;
};

static void hang(struct poll_table *table, struct wait_queue *queue)
{
	struct epoll_item *item = container_of(table, struct hook_table, table)->item;

	for (unsigned int i = 0; i < ARRAY_SIZE(item->hooks); i++) {
		struct epoll_hook *hook = &item->hooks[i];

		if (hook->queue)
			continue;
		hook->entry = (struct wait_entry){.wake = hook_wake,
						  .exclusive = item->events & EPOLLEXCLUSIVE};
		list_init(&hook->entry.link);
		hook->item = item;
		hook->queue = queue;
		wait_add(queue, &hook->entry);
		return;
	}
	item->no_memory = true;
}

/* ---- the tree ---- */

static int compare(const struct epoll_item *item, const struct file *file, int fd)
{
	if (item->file != file)
		return (uintptr_t)file < (uintptr_t)item->file ? -1 : 1;
	return fd < item->fd ? -1 : fd > item->fd;
}

static struct epoll_item *find(struct epoll *epoll, const struct file *file, int fd)
{
	struct rb_node *node = epoll->items.node;

	while (node) {
		struct epoll_item *item = rb_entry(node, struct epoll_item, node);
		int order = compare(item, file, fd);

		if (!order)
			return item;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}

static void insert(struct epoll *epoll, struct epoll_item *item)
{
	struct rb_node **link = &epoll->items.node, *parent = NULL;

	while (*link) {
		struct epoll_item *other = rb_entry(*link, struct epoll_item, node);

		parent = *link;
		link = compare(other, item->file, item->fd) < 0 ? &parent->left : &parent->right;
	}
	rb_insert(&epoll->items, &item->node, parent, link);
}

/* epoll->lock held. */
static void destroy(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;

	for (unsigned int i = 0; i < ARRAY_SIZE(item->hooks); i++) {
		if (item->hooks[i].queue)
			wait_remove(item->hooks[i].queue, &item->hooks[i].entry);
	}
	spin_lock(&item->file->epoll_lock);
	list_del(&item->file_link);
	spin_unlock(&item->file->epoll_lock);
	epoll_item_unready(item);
	rb_erase(&epoll->items, &item->node);
	kfree(item);
}

/* ---- circles and paths ---- */

/* A walk meets each instance once, however many ways lead to it. */
static uint64_t walk;

/* How many levels of instances inner watches; NESTING: too many, or outer is among them.
 * epoll_files_lock held. */
static unsigned int levels_below(struct epoll *inner, const struct epoll *outer, unsigned int depth)
{
	unsigned int most = 0;

	if (inner == outer || depth >= NESTING)
		return NESTING;
	if (inner->walk == walk)
		return inner->levels;
	mutex_lock(&inner->lock);
	for (struct rb_node *node = rb_first(&inner->items); node && most < NESTING;
	     node = rb_next(node)) {
		struct epoll *next = epoll_of(rb_entry(node, struct epoll_item, node)->file);

		if (next)
			most = MAX(most, 1 + levels_below(next, outer, depth + 1));
		resched_point();
	}
	mutex_unlock(&inner->lock);
	inner->walk = walk;
	inner->levels = most;
	return most;
}

/* How many levels of instances watch this one. epoll_files_lock held. */
static unsigned int levels_above(struct epoll *epoll)
{
	unsigned int most = 0;
	struct epoll_item *item;

	if (epoll->walk == walk)
		return epoll->levels;
	list_for_each_entry (item, &epoll->file->epolls, file_link) {
		most = MAX(most, 1 + levels_above(item->epoll));
		resched_point();
	}
	epoll->walk = walk;
	epoll->levels = most;
	return most;
}

/* By how many paths of each length a file may wake instances that nobody watches. Those that watch it
 * themselves are its own matter: any number. */
static const unsigned int path_limits[NESTING] = {UINT32_MAX, 500, 100, 50, 10};

/* Is there a path too many among those that lead up from item? epoll_files_lock held, and the lock of
 * item's list when it is not an instance's, which only epoll_files_lock changes. */
static bool too_many_paths(const struct epoll_item *item, unsigned int counts[NESTING],
			   unsigned int depth)
{
	const struct file *above = item->epoll->file;
	const struct epoll_item *next;

	if (depth >= NESTING)
		return true;
	if (list_empty(&above->epolls))
		return ++counts[depth] > path_limits[depth];
	list_for_each_entry (next, &above->epolls, file_link) {
		if (too_many_paths(next, counts, depth + 1))
			return true;
	}
	return false;
}

/* Among those that lead up from file, which is no instance? Each file is looked at once in a walk.
 * epoll_files_lock held: nobody else walks the list, where place, which is no item, keeps ours. */
static bool file_wakes_too_many(struct file *file)
{
	unsigned int counts[NESTING] = {0}, passed = 0;
	struct epoll_item *item;
	struct list place;
	bool many = false;

	spin_lock(&file->epoll_lock);
	item = list_first(&file->epolls, struct epoll_item, file_link);
	if (item->walk == walk) {
		spin_unlock(&file->epoll_lock);
		return false;
	}
	item->walk = walk;
	list_add(&place, &file->epolls);
	while (!many && place.next != &file->epolls) {
		item = list_entry(place.next, struct epoll_item, file_link);
		many = too_many_paths(item, counts, 0);
		list_del(&place);
		list_add(&place, &item->file_link);
		if (++passed % ITEMS_AT_ONCE == 0) {
			spin_unlock(&file->epoll_lock);
			resched_point();
			spin_lock(&file->epoll_lock);
		}
	}
	list_del(&place);
	spin_unlock(&file->epoll_lock);
	return many;
}

/* Is there a file with too many paths among those that item leads to? epoll_files_lock and
 * item->epoll->lock held. */
static bool wakes_too_many(struct epoll_item *item)
{
	struct epoll *inner = epoll_of(item->file);
	bool many = false;

	if (!inner)
		return file_wakes_too_many(item->file);
	if (inner->walk == walk)
		return false;
	inner->walk = walk;
	mutex_lock(&inner->lock);
	for (struct rb_node *node = rb_first(&inner->items); node && !many; node = rb_next(node)) {
		many = wakes_too_many(rb_entry(node, struct epoll_item, node));
		resched_point();
	}
	mutex_unlock(&inner->lock);
	return many;
}

/* Would epoll watch itself by way of inner, or be one level too much? epoll_files_lock held. */
static bool nests_badly(struct epoll *epoll, struct epoll *inner)
{
	unsigned int below;

	walk++;
	below = levels_below(inner, epoll, 0);
	return below >= NESTING || below + 1 + levels_above(epoll) >= NESTING;
}

/* ---- add, modify, remove ---- */

/* count: epoll_files_lock is held, and paths get longer or more. epoll->lock held. */
static int add_item(struct epoll *epoll, struct file *file, int fd, unsigned int events,
		    uint64_t data, bool count)
{
	struct hook_table hooks;
	struct epoll_item *item;
	unsigned int now;

	if (find(epoll, file, fd))
		return -EEXIST;
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return -ENOMEM;
	item->epoll = epoll;
	item->file = file;
	item->fd = fd;
	item->events = events | POLLERR | POLLHUP;
	item->data = data;
	list_init(&item->ready_link);
	insert(epoll, item);
	spin_lock(&file->epoll_lock);
	list_add_tail(&item->file_link, &file->epolls);
	spin_unlock(&file->epoll_lock);
	if (count) {
		walk++;
		if (wakes_too_many(item)) {
			destroy(item);
			return -EINVAL;
		}
	}
	hooks.table.add = hang;
	hooks.item = item;
	now = file->ops->poll(file, &hooks.table) & item->events;
	if (item->no_memory) {
		destroy(item);
		return -ENOMEM;
	}
	if (now)
		(void)epoll_item_ready(item, 0);
	return 0;
}

static bool is_watched(struct file *file)
{
	bool watched;

	spin_lock(&file->epoll_lock);
	watched = !list_empty(&file->epolls);
	spin_unlock(&file->epoll_lock);
	return watched;
}

int epoll_add(struct epoll *epoll, struct file *file, int fd, unsigned int events, uint64_t data)
{
	struct epoll *inner = epoll_of(file);
	bool count = inner != NULL;
	int error = 0;

	if (!count) {
		mutex_lock(&epoll->lock);
		/* Who comes to watch us after this finds the new item when he counts: his is on our
		 * file's list before he asks for our lock. */
		count = is_watched(epoll->file);
		if (!count)
			error = add_item(epoll, file, fd, events, data, false);
		mutex_unlock(&epoll->lock);
		if (!count)
			return error;
	}
	mutex_lock(&epoll_files_lock);
	if (inner && nests_badly(epoll, inner))
		error = -ELOOP;
	if (!error) {
		mutex_lock(&epoll->lock);
		error = add_item(epoll, file, fd, events, data, true);
		mutex_unlock(&epoll->lock);
	}
	mutex_unlock(&epoll_files_lock);
	return error;
}

int epoll_modify(struct epoll *epoll, struct file *file, int fd, unsigned int events, uint64_t data)
{
	struct epoll_item *item;
	int error = -ENOENT;

	mutex_lock(&epoll->lock);
	item = find(epoll, file, fd);
	if (item && item->events & EPOLLEXCLUSIVE) {
		error = -EINVAL;
	} else if (item) {
		item->data = data;
		WRITE_ONCE(item->events, events | POLLERR | POLLHUP);
		/* Wake functions that saw the old set have been, or see the new one; what is ready
		 * now we see. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (epoll_item_poll(item))
			(void)epoll_item_ready(item, 0);
		error = 0;
	}
	mutex_unlock(&epoll->lock);
	return error;
}

int epoll_remove(struct epoll *epoll, struct file *file, int fd)
{
	bool nested = epoll_of(file) != NULL;
	struct epoll_item *item;

	if (nested) /* a walk may be on its way up through the item */
		mutex_lock(&epoll_files_lock);
	mutex_lock(&epoll->lock);
	item = find(epoll, file, fd);
	if (item)
		destroy(item);
	mutex_unlock(&epoll->lock);
	if (nested)
		mutex_unlock(&epoll_files_lock);
	return item ? 0 : -ENOENT;
}

/* ---- ends ---- */

static void file_gone(struct file *file)
{
	mutex_lock(&epoll_files_lock);
	for (;;) {
		struct epoll_item *item = NULL;

		spin_lock(&file->epoll_lock);
		if (!list_empty(&file->epolls))
			item = list_first(&file->epolls, struct epoll_item, file_link);
		spin_unlock(&file->epoll_lock);
		if (!item)
			break;
		struct epoll *epoll = item->epoll;

		mutex_lock(&epoll->lock);
		destroy(item);
		mutex_unlock(&epoll->lock);
		resched_point();
	}
	mutex_unlock(&epoll_files_lock);
}

void epoll_release(struct file *file);

void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private;
	struct rb_node *node;

	mutex_lock(&epoll_files_lock);
	mutex_lock(&epoll->lock);
	while ((node = rb_first(&epoll->items)) != NULL) {
		destroy(rb_entry(node, struct epoll_item, node));
		resched_point();
	}
	mutex_unlock(&epoll->lock);
	mutex_unlock(&epoll_files_lock);
	kfree(epoll);
}

static int epoll_init(void)
{
	file_epoll_release = file_gone;
	return 0;
}
INIT_CORE(epoll_init);
