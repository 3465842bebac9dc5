// SPDX-License-Identifier: MIT
/* What chmod and chown said of the system's files, those that tell of no process: their inodes come and go, and so what
 * differs from the entry is kept here. */
#include "internal.h"

#include <core/mutex.h>

struct change {
	struct list link;
	const struct proc_entry *entry;
	umode_t mode;
	uid_t uid;
	gid_t gid;
};
static struct list changes = LIST_INIT(changes);
static struct mutex changes_lock = MUTEX_INIT(changes_lock, "proc modes");

static struct change *change_of(const struct proc_entry *entry)
{
	struct change *change;

	list_for_each_entry (change, &changes, link)
		if (change->entry == entry)
			return change;
	return NULL;
}

void proc_recall(struct inode *inode, const struct proc_entry *entry)
{
	const struct change *change;

	inode->uid = inode->gid = 0;
	if (likely(list_empty(&changes)))
		return;
	mutex_lock(&changes_lock);
	change = change_of(entry);
	if (change) {
		inode->mode = change->mode;
		inode->uid = change->uid;
		inode->gid = change->gid;
	}
	mutex_unlock(&changes_lock);
}

int proc_remember(const struct inode *inode, const struct attributes *a)
{
	const struct proc_entry *entry = proc_of(inode)->entry;
	struct change *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL), *old;

	if (!fresh)
		return -ENOMEM;
	fresh->entry = entry;
	fresh->mode = a->valid & ATTR_MODE ? a->mode : inode->mode;
	fresh->uid = a->valid & ATTR_UID ? a->uid : inode->uid;
	fresh->gid = a->valid & ATTR_GID ? a->gid : inode->gid;
	mutex_lock(&changes_lock);
	old = change_of(entry);
	if (old)
		list_del(&old->link);
	if (fresh->mode != entry->mode || fresh->uid || fresh->gid) {
		list_add_tail(&fresh->link, &changes);
		fresh = NULL;
	}
	mutex_unlock(&changes_lock);
	kfree(old);
	kfree(fresh);
	return 0;
}
