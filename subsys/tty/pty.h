/* SPDX-License-Identifier: MIT */
/* subsys/tty/pty.h - the table of pseudo-terminals, between the master device (pty.c) and the file
 * system that shows the slaves (devpts.c). */
#ifndef TTY_PTY_H
#define TTY_PTY_H

#include "tty.h"

#define PTY_MAX 1024u /* at one time */

struct pty {
	struct tty tty;
	unsigned int index;
	uint64_t serial; /* of no other that ever was, whatever its number and its address */
	uid_t uid;	 /* of the one who opened the master: owns the slave's node */
	gid_t gid;
	umode_t mode;
	struct wait_queue master_read, master_write;
	struct wait_queue master_async; /* masters with O_ASYNC; woken without locks */
	bool master_stopped;		/* TCOOFF: it types nothing */
	bool master_unsent;		/* the master has more to write: O_ASYNC tells of room */
	bool locked;			/* [tty.lock] until unlockpt() */
};

/* The pseudo-terminal with that number, with a reference, or NULL. */
struct pty *pty_find(unsigned int index);
/* The serial of the one with that number, or 0. */
uint64_t pty_serial(unsigned int index);
/* The first number >= index that is in use, or -1. */
int pty_next(unsigned int index);

/* How many pseudo-terminals there may be, as the mount option max says: at least 1. */
unsigned int devpts_max(void);
/* Owner and mode of a new one's slave, as the mount options say and by who makes it. */
void devpts_own(struct pty *pty);

#define PTY_SLAVE_DEV(index) MKDEV(136u + (index) / 256, (index) % 256)

#endif
