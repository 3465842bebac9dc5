/* SPDX-License-Identifier: MIT */
/*
 * subsys/fs/inotify/internal.h - an instance (the file a program reads) has watches, each on an inode.
 *
 * Watches, their masks and the tables that find them change under watch_mutex, under which events are
 * given out too; so a watch and its instance stay while an event is on its way. A watch holds its
 * inode. The queue has a lock of its own.
 */
#ifndef SUBSYS_FS_INOTIFY_INTERNAL_H
#define SUBSYS_FS_INOTIFY_INTERNAL_H

#include <core/cred.h>
#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/lib/xarray.h>
#include <core/mutex.h>
#include <core/notify.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/wait.h>

#define IN_UNMOUNT     0x2000u
#define IN_Q_OVERFLOW  0x4000u
#define IN_IGNORED     0x8000u
#define IN_ONLYDIR     0x01000000u
#define IN_DONT_FOLLOW 0x02000000u
#define IN_EXCL_UNLINK 0x04000000u
#define IN_MASK_CREATE 0x10000000u
#define IN_MASK_ADD    0x20000000u
#define IN_ONESHOT     0x80000000u

/* As a program reads it; the name follows, filled with NULs to a multiple of this size. */
struct inotify_record {
	int32_t wd;
	uint32_t mask, cookie, length;
};
_Static_assert(sizeof(struct inotify_record) == 16, "struct inotify_event is 16 bytes");

struct inotify_event {
	struct list link;
	struct inotify_record record;
	char name[]; /* record.length bytes */
};

struct inotify {
	struct spinlock lock;
	struct list events; /* [lock] */
	unsigned int count; /* [lock] */
	size_t bytes;	    /* [lock] what reading them all would give */
	struct inotify_event
		*lost; /* [lock] the overflow event; on the list or its link is empty */
	struct wait_queue wait;
	unsigned int max_events; /* as the limit was when it was made */
	struct user *user;	 /* whose limits */
	/* [watch_mutex] */
	struct xarray watches; /* by wd */
	int32_t last_wd;
};

struct inotify_watch {
	struct inotify_watch *next; /* [watch_mutex] of the inode: inode->watches is the first */
	struct list all;	    /* [watch_mutex] */
	struct inotify *inotify;
	struct inode *inode; /* reference */
	int32_t wd;
	uint32_t mask; /* [watch_mutex] NOTIFY_* that it is for, IN_EXCL_UNLINK, IN_ONESHOT */
};

extern unsigned int inotify_max_events, inotify_max_instances, inotify_max_watches;
extern struct mutex watch_mutex;

/* queue.c */
/* Append an event, or join it to an equal last one; a full queue gets an overflow event instead. */
void inotify_queue(struct inotify *inotify, int32_t wd, uint32_t mask, uint32_t cookie,
		   const char *name, uint32_t length);
__must_check int inotify_create(unsigned int flags, struct file **file);
struct inotify *inotify_of_file(const struct file *file); /* NULL: another kind of file */

/* watch.c */
/* The watch's number or -errno. mask: as inotify_add_watch's. */
__must_check int inotify_watch_inode(struct inotify *inotify, struct inode *inode, uint32_t mask);
__must_check int inotify_unwatch(struct inotify *inotify, int32_t wd);
void inotify_unwatch_all(struct inotify *inotify);
void inotify_show_watches(struct inotify *inotify, void (*print)(void *, const char *, ...),
			  void *context);

#endif
