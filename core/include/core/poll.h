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
