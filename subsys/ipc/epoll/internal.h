/* SPDX-License-Identifier: MIT */
/* subsys/ipc/epoll/internal.h - an epoll instance and the files it watches. */
#ifndef SUBSYS_IPC_EPOLL_INTERNAL_H
#define SUBSYS_IPC_EPOLL_INTERNAL_H

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/rbtree.h>
#include <core/mutex.h>
#include <core/poll.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP    (1u << 29)
#define EPOLLONESHOT   (1u << 30)
#define EPOLLET	       (1u << 31)
#define EPOLL_PRIVATE  (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

struct epoll {
	struct mutex lock;	     /* items; held while events are collected */
	struct rb_root items;	     /* [lock] by (file, fd) */
	struct spinlock ready_lock;  /* irq-saving: wake functions take it */
	struct list ready;	     /* [ready_lock] */
	unsigned int ready_count;    /* [ready_lock] on the list, or being asked */
	struct wait_queue waiters;   /* epoll_wait */
	struct wait_queue poll_wait; /* who polls the epoll file itself */
	struct file *file;	     /* no reference: it owns us */
	/* [epoll_files_lock] What the walk of that number has found: the levels below or above. */
	uint64_t walk;
	unsigned int levels;
};

struct epoll_item;

struct epoll_hook {
	struct wait_entry entry;
	struct wait_queue *queue; /* NULL: unused */
	struct epoll_item *item;
};

struct epoll_item {
	struct rb_node node;	/* [epoll->lock] */
	struct list ready_link; /* [ready_lock] */
	bool ready;		/* [ready_lock] on the ready list */
	struct list file_link;	/* [file->epoll_lock] */
	struct epoll *epoll;
	struct file *file; /* no reference: a file that goes takes its items along */
	int fd;
	unsigned int events; /* [epoll->lock], read by wake functions */
	uint64_t data;
	bool no_memory;
	uint64_t
		walk; /* [epoll_files_lock] the last that has counted the file's paths, on its first item */
	struct epoll_hook hooks[2]; /* no file here has more than two queues */
};

extern const struct file_ops epoll_ops;

static inline struct epoll *epoll_of(const struct file *file)
{
	return file->ops == &epoll_ops ? file->private : NULL;
}

/* What is ready of what the item asked for, now. May sleep. epoll->lock held. */
unsigned int epoll_item_poll(struct epoll_item *item);
/* Put the item on the ready list and wake; key: what happened. Any context. */
bool epoll_item_ready(struct epoll_item *item, unsigned long key);
/* Take it off the ready list if it is there. */
void epoll_item_unready(struct epoll_item *item);

__must_check int epoll_add(struct epoll *epoll, struct file *file, int fd, unsigned int events,
			   uint64_t data);
__must_check int epoll_modify(struct epoll *epoll, struct file *file, int fd, unsigned int events,
			      uint64_t data);
__must_check int epoll_remove(struct epoll *epoll, struct file *file, int fd);

#endif
