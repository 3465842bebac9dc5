/* SPDX-License-Identifier: MIT */
/* core/poll.h - readiness: what a file's poll operation does, shared by poll, select and epoll. */
#ifndef CORE_POLL_H
#define CORE_POLL_H

#include <core/types.h>
#include <core/wait.h>

#define POLLIN	   0x0001u
#define POLLPRI	   0x0002u
#define POLLOUT	   0x0004u
#define POLLERR	   0x0008u
#define POLLHUP	   0x0010u
#define POLLNVAL   0x0020u
#define POLLRDNORM 0x0040u
#define POLLRDBAND 0x0080u
#define POLLWRNORM 0x0100u
#define POLLWRBAND 0x0200u
#define POLLMSG	   0x0400u
#define POLLRDHUP  0x2000u

/* What a signal about a file tells: si_code. */
#define POLL_IN	 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

/*
 * A part of the key that a queue is woken with: this is also an event of which O_ASYNC files tell
 * their owners, once for each such wake-up. Above the POLL* bits, so that nobody else is concerned.
 * Such wake-ups may not come under tasklist or what is taken inside it.
 */
#define WAKE_SIGIO(code) ((unsigned long)(code) << 32)
#define WAKE_ANY	 0xfffffffful /* POLL* bits: everybody looks again, as with key 0 */
/* Nothing but that. Who sleeps on the queue may wake too, and looks again. */
static inline void wait_wake_sigio(struct wait_queue *queue, int code)
{
	if (wait_active(queue))
		wait_wake(queue, 0, WAKE_SIGIO(code));
}

/* Given to a file's poll operation, which calls poll_wait() for each queue that will be woken when
 * its answer changes, and then returns what is ready NOW. With table NULL (or add NULL) only the
 * answer is wanted. */
struct poll_table {
	void (*add)(struct poll_table *table, struct wait_queue *queue);
};

static inline void poll_wait(struct poll_table *table, struct wait_queue *queue)
{
	if (table && table->add)
		table->add(table, queue);
}

#endif
