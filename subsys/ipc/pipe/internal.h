/* SPDX-License-Identifier: MIT */
/* subsys/ipc/pipe/internal.h - a pipe: a ring of pages between readers and writers. */
#ifndef SUBSYS_IPC_PIPE_INTERNAL_H
#define SUBSYS_IPC_PIPE_INTERNAL_H

#include <core/errno.h>
#include <core/files.h>
#include <core/lib/string.h>
#include <core/page.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

#define PIPE_SLOTS 16u	    /* by default: 64 KiB */
#define PIPE_MAX   1048576u /* bytes, for those without CAP_SYS_RESOURCE */
#define PIPE_LARGEST \
	(256u << 20) /* bytes, for anybody: what one allocation of slots is good for on Linux */

struct pipe_slot {
	struct page *page;
	uint32_t offset, length;
	bool packet; /* one write of packet mode: read whole or cut, never joined */
	bool shared; /* tee or splice: other slots may show the page, it is not used again */
	bool open;   /* came from a write: the next small one may be appended to the page */
};

struct pipe {
	struct mutex lock;
	struct wait_queue read_wait, write_wait, open_wait;
	unsigned int head, tail; /* [lock] slots written and read; they only grow */
	unsigned int size;	 /* [lock] slots, a power of two */
	struct pipe_slot *slots; /* [lock] */
	/* [lock] a read is news to writers when so many slots were used before it: size; once a write
	 * end has had O_ASYNC, 0: its owner is told of each */
	unsigned int news_at;
	unsigned int readers, writers, files; /* [lock]; files: [inode rwsem] */
	unsigned int read_opens, write_opens; /* [lock] how often an end was opened: FIFO partners
						 wait for a change */
	bool anonymous;			      /* pipe(2)'s: opening an end again waits for nobody */
	struct page *spare;		      /* [lock] an empty page kept for the next write */
};

static inline struct pipe *pipe_of(const struct file *file)
{
	return file->private;
}
static inline bool pipe_empty(const struct pipe *pipe)
{
	return READ_ONCE(pipe->head) == READ_ONCE(pipe->tail);
}
static inline bool pipe_full(const struct pipe *pipe)
{
	return READ_ONCE(pipe->head) - READ_ONCE(pipe->tail) >= READ_ONCE(pipe->size);
}
static inline struct pipe_slot *pipe_slot(struct pipe *pipe, unsigned int at)
{
	return &pipe->slots[at & (pipe->size - 1)];
}

extern const struct file_ops pipe_ops;

/* Sleep until there is something to read or no writer, or (write) room or no reader. The lock is
 * dropped and retaken. 0 or -ERESTARTSYS. */
__must_check int pipe_wait(struct pipe *pipe, bool write);
void pipe_wake_readers(struct pipe *pipe);
void pipe_wake_writers(struct pipe *pipe);
static inline unsigned int pipe_used(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}
/* Slots have been emptied of a pipe that had so many: wake who waits, and tell O_ASYNC's owners. */
void pipe_made_room(struct pipe *pipe, unsigned int used);
/* The slot at the tail is used up. lock held. */
void pipe_slot_done(struct pipe *pipe);
/* What is there, up to uio->left, and (packets) no more than one packet. lock held. Bytes, or -EFAULT if there
 * were none. */
ssize_t pipe_take(struct pipe *pipe, struct uio *uio, bool packets);
/* A new page with the next n bytes (up to a page). lock held; there is room. Bytes or -errno. */
ssize_t pipe_add_page(struct pipe *pipe, struct uio *uio, size_t n, bool packet, bool open);
/* The pipe of a file, or NULL. */
struct pipe *pipe_of_file(const struct file *file);
ssize_t pipe_read(struct file *file, struct uio *uio, loff_t *pos);
/* vfs_pipe_fill. */
ssize_t pipe_fill(struct file *out, struct file *in, loff_t *pos, size_t length);
ssize_t pipe_write(struct file *file, struct uio *uio, loff_t *pos);

#endif
