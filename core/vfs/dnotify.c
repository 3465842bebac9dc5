// SPDX-License-Identifier: MIT
/*
 * fcntl F_NOTIFY: a signal to the owner of an open directory when something happens in it.
 *
 * A watch belongs to an open file and the descriptor table that asked for it, and goes when that
 * table closes any descriptor of the file. It so never outlives the file, and needs no reference.
 * All change under one mutex, under which events are given out too.
 */
#include "internal.h"

#include <core/poll.h>

#define DN_ACCESS    0x01u
#define DN_MODIFY    0x02u
#define DN_CREATE    0x04u
#define DN_DELETE    0x08u
#define DN_RENAME    0x10u
#define DN_ATTRIB    0x20u
#define DN_MULTISHOT 0x80000000u

struct dnotify {
	struct dnotify *next; /* of the inode: inode->dnotify is the first */
	struct file *file;
	const struct files *files;
	int fd;
	uint32_t mask; /* DN_* */
};

static struct mutex dnotify_mutex = MUTEX_INIT(dnotify_mutex, "dnotify");

/* Which DN_* an event is. */
static uint32_t kinds_of(uint32_t event)
{
	return (event & NOTIFY_ACCESS ? DN_ACCESS : 0) | (event & NOTIFY_MODIFY ? DN_MODIFY : 0) |
	       (event & NOTIFY_ATTRIB ? DN_ATTRIB : 0) | (event & NOTIFY_RENAMED ? DN_RENAME : 0) |
	       (event & (NOTIFY_CREATE | NOTIFY_MOVED_TO) ? DN_CREATE : 0) |
	       (event & (NOTIFY_DELETE | NOTIFY_MOVED_FROM) ? DN_DELETE : 0);
}

/* dnotify_mutex held: end the watch that *link points to. */
static void end_watch(struct dnotify **link)
{
	struct dnotify *watch = *link;

	WRITE_ONCE(*link, watch->next);
	__atomic_fetch_sub(&notify_watches, 1, __ATOMIC_RELAXED);
	kfree(watch);
}

/* dnotify_mutex held: the link to the watch of this file and table, or to NULL. */
static struct dnotify **find(struct file *file, const struct files *files)
{
	struct dnotify **link = &file->inode->dnotify;

	while (*link && ((*link)->file != file || (*link)->files != files))
		link = &(*link)->next;
	return link;
}

void dnotify_close(struct file *file, const struct files *files)
{
	struct dnotify **link;

	mutex_lock(&dnotify_mutex);
	link = find(file, files);
	if (*link)
		end_watch(link);
	mutex_unlock(&dnotify_mutex);
}

/* Add mask to the file's watch; *fresh is the one to use if there is none. */
static void watch(struct file *file, int fd, uint32_t mask, struct dnotify **fresh)
{
	struct dnotify **link;

	mutex_lock(&dnotify_mutex);
	link = find(file, current->files);
	if (*link) {
		(*link)->fd = fd;
		(*link)->mask |= mask;
	} else {
		**fresh = (struct dnotify){file->inode->dnotify, file, current->files, fd, mask};
		__atomic_fetch_add(&notify_watches, 1, __ATOMIC_RELAXED);
		WRITE_ONCE(file->inode->dnotify, *fresh);
		*fresh = NULL;
	}
	mutex_unlock(&dnotify_mutex);
}

long dnotify_fcntl(struct file *file, int fd, uint32_t mask)
{
	struct dnotify *fresh;
	int error;

	if (!(mask & ~DN_MULTISHOT)) {
		dnotify_close(file, current->files);
		return 0;
	}
	if (!S_ISDIR(file->inode->mode))
		return -ENOTDIR;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return -ENOMEM;
	error = file_owner_default(file, NULL);
	if (!error)
		watch(file, fd, mask, &fresh);
	kfree(fresh);
	/* Another thread may have closed it since, and seen no watch. */
	if (!error && !fd_means(fd, file))
		dnotify_close(file, current->files);
	return error;
}

void dnotify_event(struct inode *inode, const struct notify_event *event)
{
	uint32_t kinds = kinds_of(event->mask);
	struct dnotify **link;

	/* Of what is watched itself, a directory's own events count as well. */
	if (!kinds || (!event->name && !(event->mask & NOTIFY_ISDIR)))
		return;
	mutex_lock(&dnotify_mutex);
	for (link = &inode->dnotify; *link;) {
		struct dnotify *at = *link;

		if (!(at->mask & kinds)) {
			link = &at->next;
			continue;
		}
		file_signal_owner(at->file, at->fd, POLL_MSG);
		if (at->mask & DN_MULTISHOT)
			link = &at->next;
		else
			end_watch(link);
	}
	mutex_unlock(&dnotify_mutex);
}
