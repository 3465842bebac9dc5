// SPDX-License-Identifier: MIT
/* Events on files, from the operations that cause them to whoever watches the inodes concerned. */
#include "internal.h"

#include <core/notify.h>

const struct notify_ops *notify_ops;
unsigned int notify_watches;
static uint32_t last_cookie; /* atomic */

uint32_t notify_cookie(void)
{
	return __atomic_add_fetch(&last_cookie, 1, __ATOMIC_RELAXED);
}

static bool watched(struct inode *inode)
{
	return READ_ONCE(inode->watches) != NULL || READ_ONCE(inode->dnotify) != NULL;
}

static void give(struct inode *inode, const struct notify_event *event)
{
	if (READ_ONCE(inode->dnotify))
		dnotify_event(inode, event);
	if (READ_ONCE(inode->watches))
		notify_ops->event(inode, event);
}

/* Is the directory that dentry is in watched? Then the dentry of that directory, with a reference. */
static struct dentry *watched_parent(struct dentry *dentry)
{
	const struct dentry *parent;
	bool wanted;

	rcu_read_lock();
	parent = rcu_dereference(dentry->parent);
	wanted = parent != dentry && watched(parent->inode);
	rcu_read_unlock();
	return wanted ? dentry_parent_of(dentry) : NULL;
}

static void tell_parent(struct dentry *parent, struct dentry *dentry, uint32_t mask)
{
	char name[NAME_MAX + 1] __uninitialized;
	struct notify_event event = {.mask = mask, .name = name};

	/* It may be renamed at any time. */
	spin_lock(&dentry->lock);
	event.length = dentry->name_length;
	memcpy(name, dentry->name, event.length + 1);
	spin_unlock(&dentry->lock);
	event.unlinked = READ_ONCE(dentry->flags) & DENTRY_UNHASHED;
	give(parent->inode, &event);
}

void notify_dentry_slow(struct dentry *dentry, uint32_t mask)
{
	struct dentry *parent = watched_parent(dentry);

	mask |= notify_kind(dentry->inode);
	if (parent) {
		tell_parent(parent, dentry, mask);
		dentry_put(parent);
	}
	notify_inode_slow(dentry->inode, mask);
}

void notify_inode_slow(struct inode *inode, uint32_t mask)
{
	struct notify_event event = {.mask = mask};

	if (watched(inode))
		give(inode, &event);
}

void notify_entry_slow(struct inode *dir, uint32_t mask, const char *name, uint32_t length,
		       uint32_t cookie)
{
	struct notify_event event = {
		.mask = mask, .cookie = cookie, .name = name, .length = length};

	if (watched(dir))
		give(dir, &event);
}
