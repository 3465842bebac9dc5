// SPDX-License-Identifier: MIT
/* Watches: made and removed by programs, ended by their inode's end; and the events that reach them. */
#include "internal.h"

#include <core/init.h>

unsigned int inotify_max_watches = 8192;
struct mutex watch_mutex = MUTEX_INIT(watch_mutex, "inotify watches");
static struct list all_watches = LIST_INIT(all_watches); /* [watch_mutex] */

/* ---- coming and going; watch_mutex held ---- */

static void unlink_from_inode(struct inotify_watch *watch)
{
	struct inode *inode = watch->inode;
	struct inotify_watch *at = inode->watches;

	if (at == watch) {
		WRITE_ONCE(inode->watches, watch->next);
		return;
	}
	while (at->next != watch)
		at = at->next;
	at->next = watch->next;
}

/* The end of a watch; its instance is told. The inode is put: nothing of the VFS is held that this
 * could need. */
static void end_watch(struct inotify_watch *watch)
{
	struct inotify *inotify = watch->inotify;

	inotify_queue(inotify, watch->wd, IN_IGNORED, 0, NULL, 0);
	unlink_from_inode(watch);
	list_del(&watch->all);
	(void)xarray_erase(&inotify->watches, (uint64_t)watch->wd);
	__atomic_fetch_sub(&inotify->user->inotify_watches, 1, __ATOMIC_RELAXED);
	inode_put(watch->inode);
	/* Now: an unmounting waits for us while there seem to be watches. */
	__atomic_fetch_sub(&notify_watches, 1, __ATOMIC_RELEASE);
	kfree(watch);
}

/* The instance's watch on this inode, or NULL. */
static struct inotify_watch *find(const struct inotify *inotify, const struct inode *inode)
{
	struct inotify_watch *watch = inode->watches;

	while (watch && watch->inotify != inotify)
		watch = watch->next;
	return watch;
}

static int add(struct inotify *inotify, struct inode *inode, uint32_t mask)
{
	struct user *user = inotify->user;
	struct inotify_watch *watch;
	int error = -ENOSPC;

	if (__atomic_add_fetch(&user->inotify_watches, 1, __ATOMIC_RELAXED) >
		    READ_ONCE(inotify_max_watches) ||
	    inotify->last_wd == INT32_MAX)
		goto fail;
	error = -ENOMEM;
	watch = kzalloc(sizeof(*watch), GFP_KERNEL);
	if (!watch)
		goto fail;
	error = xarray_store(&inotify->watches, (uint64_t)inotify->last_wd + 1, watch, GFP_KERNEL);
	if (error) {
		kfree(watch);
		goto fail;
	}
	watch->inotify = inotify;
	watch->inode = inode_get(inode);
	watch->wd = ++inotify->last_wd;
	watch->mask = mask;
	watch->next = inode->watches;
	list_add_tail(&watch->all, &all_watches);
	__atomic_fetch_add(&notify_watches, 1, __ATOMIC_RELAXED);
	WRITE_ONCE(inode->watches, watch);
	return watch->wd;
fail:
	__atomic_fetch_sub(&user->inotify_watches, 1, __ATOMIC_RELAXED);
	return error;
}

/* ---- for programs ---- */

int inotify_watch_inode(struct inotify *inotify, struct inode *inode, uint32_t mask)
{
	uint32_t kept = mask & (NOTIFY_ALL | IN_EXCL_UNLINK | IN_ONESHOT);
	struct inotify_watch *watch;
	int result;

	mutex_lock(&watch_mutex);
	watch = find(inotify, inode);
	if (!watch) {
		result = add(inotify, inode, kept);
	} else if (mask & IN_MASK_CREATE) {
		result = -EEXIST;
	} else {
		watch->mask = mask & IN_MASK_ADD ? watch->mask | kept : kept;
		result = watch->wd;
	}
	mutex_unlock(&watch_mutex);
	return result;
}

int inotify_unwatch(struct inotify *inotify, int32_t wd)
{
	struct inotify_watch *watch = NULL;

	mutex_lock(&watch_mutex);
	if (wd > 0)
		watch = xarray_load(&inotify->watches, (uint64_t)wd);
	if (watch)
		end_watch(watch);
	mutex_unlock(&watch_mutex);
	return watch ? 0 : -EINVAL;
}

void inotify_unwatch_all(struct inotify *inotify)
{
	struct inotify_watch *watch;
	uint64_t wd = 0;

	mutex_lock(&watch_mutex);
	while ((watch = xarray_find(&inotify->watches, &wd, INT32_MAX)) != NULL)
		end_watch(watch);
	xarray_destroy(&inotify->watches);
	mutex_unlock(&watch_mutex);
}

void inotify_show_watches(struct inotify *inotify, void (*print)(void *, const char *, ...),
			  void *context)
{
	struct inotify_watch *watch;

	mutex_lock(&watch_mutex);
	for (uint64_t wd = 0; (watch = xarray_find(&inotify->watches, &wd, INT32_MAX)); wd++)
		print(context, "inotify wd:%x ino:%llx sdev:%x mask:%x ignored_mask:0\n",
		      (unsigned int)watch->wd, (unsigned long long)watch->inode->ino,
		      (unsigned int)(MAJOR(watch->inode->super->dev) << 20 |
				     MINOR(watch->inode->super->dev)),
		      watch->mask);
	mutex_unlock(&watch_mutex);
}

/* ---- from the VFS ---- */

static void tell(struct inotify_watch *watch, const struct notify_event *event)
{
	uint32_t mask = event->mask;

	if (!(watch->mask & mask & NOTIFY_ALL))
		return;
	if (event->unlinked && watch->mask & IN_EXCL_UNLINK)
		return;
	/* What happens to the watched inode itself does not say what kind it is. */
	if (mask & (NOTIFY_DELETE_SELF | NOTIFY_MOVE_SELF))
		mask &= ~NOTIFY_ISDIR;
	inotify_queue(watch->inotify, watch->wd, mask, event->cookie, event->name, event->length);
	if (watch->mask & IN_ONESHOT)
		end_watch(watch);
}

static void on_event(struct inode *inode, const struct notify_event *event)
{
	struct inotify_watch *watch, *next;

	mutex_lock(&watch_mutex);
	for (watch = inode->watches; watch; watch = next) {
		next = watch->next;
		tell(watch, event);
	}
	if (event->mask & NOTIFY_DELETE_SELF) {
		while (inode->watches)
			end_watch(inode->watches);
	}
	mutex_unlock(&watch_mutex);
}

static void on_unmount(struct super *super)
{
	struct inotify_watch *watch, *next;

	mutex_lock(&watch_mutex);
	list_for_each_entry_safe (watch, next, &all_watches, all) {
		if (watch->inode->super != super)
			continue;
		inotify_queue(watch->inotify, watch->wd, IN_UNMOUNT | notify_kind(watch->inode), 0,
			      NULL, 0);
		end_watch(watch);
	}
	mutex_unlock(&watch_mutex);
}

static const struct notify_ops ops = {.event = on_event, .unmount = on_unmount};

static int inotify_init(void)
{
	notify_ops = &ops;
	return 0;
}
INIT_CORE(inotify_init);
