/* SPDX-License-Identifier: MIT */
/*
 * subsys/tty/tty.h - a terminal: settings, an input queue that the line discipline edits, an
 * output queue that a driver empties, and the session it controls.
 *
 * All queue and setting changes happen under tty->lock (irq-saving), because input arrives in
 * interrupt context and is echoed there. Signals that input causes are sent after the lock is
 * given up. Lock order: tasklist, tty->lock. Readers take read_lock, writers write_lock (sleeping)
 * first, so that a line and a write are one piece each.
 *
 * Drivers: the serial console (serial.c) and pseudo-terminals (pty.c); a pty has one struct tty,
 * whose input queue the master fills and whose output queue it reads.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include "termios.h"

#include <core/mutex.h>
#include <core/poll.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/spinlock.h>
#include <core/thread.h>
#include <core/uio.h>
#include <core/vfs.h>
#include <core/wait.h>

#define TTY_QUEUE 4096u /* a power of two; Linux's line limit */

struct tty;

struct tty_driver {
	/* [tty->lock] There may be output to take away. */
	void (*kick)(struct tty *tty);
	/* Room in the input queue again: whoever fills it may go on. [tty->lock] */
	void (*unthrottle)(struct tty *tty);
	/* Output was queued (POLL_IN) or there is room for input (POLL_OUT): for O_ASYNC at the other
	 * end. Without locks. NULL: nobody is there. */
	void (*news)(struct tty *tty, int code);
	void (*release)(struct tty *tty); /* last reference gone; after a grace period */
	bool instant; /* what is queued counts as sent: nobody waits for it, none is told of */
};

struct tty {
	struct refcount refs;
	struct rcu_head rcu;
	const struct tty_driver *driver;
	void *private; /* the driver's */
	dev_t dev;
	struct spinlock lock;
	struct mutex read_lock, write_lock;

	struct termios2 termios; /* [lock] */
	struct winsize size;	 /* [lock] */

	/* Input: in[tail..head) as counts that wrap at 2^32; lines end before canon. [lock] */
	uint8_t in[TTY_QUEUE];
	uint64_t line_end[TTY_QUEUE / 64]; /* bit: this character ends a line */
	uint64_t end_file[TTY_QUEUE / 64]; /* bit: this line end is VEOF: not given to the reader */
	uint32_t in_tail, in_head, canon;
	bool erasing;	      /* [lock] ECHOPRT: a slash is due */
	bool literal;	      /* [lock] VLNEXT came: the next character is taken as it is */
	uint32_t line_column; /* [lock] column where the present line's echo began */

	/* Output: [lock] */
	uint8_t out[TTY_QUEUE];
	uint32_t out_tail, out_head;
	uint32_t column;
	bool stopped;	      /* [lock] by XOFF or TCOOFF */
	bool stopped_by_call; /* [lock] by TCOOFF: XON does not end it */
	/* Of an instant terminal: echo that came while it was stopped waits behind here. [lock] */
	bool holding;
	uint32_t held;
	/* Where the output of what is being typed began, which a signal's character throws away; and how much of it is not echo
	 * that a stop can still keep. [lock] */
	uint32_t batch, batch_column, shown;

	struct wait_queue read_wait, write_wait;
	struct wait_queue async_wait; /* files with O_ASYNC; woken without locks */
	bool unsent;		      /* [lock] somebody has more to write: O_ASYNC tells of room */
	struct pid *session, *group;  /* [lock, changed under tasklist too] references */
	unsigned int opens;	      /* [lock] open slave files */
	bool was_open;		      /* [lock] a last close is an end of file for a pty's master */
	bool hung_up;		      /* [lock] for good */
	bool exclusive;		      /* [lock] TIOCEXCL */
	bool packet;		      /* [lock] pty: TIOCPKT */
	uint8_t packet_status;	      /* [lock] */
};

/* tty.c */
void tty_init(struct tty *tty, const struct tty_driver *driver, dev_t dev);
void tty_get(struct tty *tty);
void tty_put(struct tty *tty); /* any context */
/* Make file one of tty's (consumes a reference to tty); part of open. 0 or -errno. */
__must_check int tty_open_file(struct tty *tty, struct file *file);
/* The async operation of a terminal's file, or (tty NULL) a master's, which hang on that queue. */
__must_check int tty_async(struct tty *tty, struct file *file, struct wait_queue *queue,
			   struct poll_table *table);
/* Is there room for what somebody could not write? Then O_ASYNC's owners are told. Without locks. */
void tty_async_room(struct tty *tty);
/* No more: wake everybody, SIGHUP and SIGCONT for the session's leader, give the terminal up. May sleep. */
void tty_hang_up(struct tty *tty);
extern const struct file_ops tty_file_ops;

/* ldisc.c: [lock] held unless said otherwise */
void ldisc_set(struct tty *tty, const struct termios2 *new);
/* Put n input bytes through the discipline; takes the lock, then sends the signals they caused.
 * Any context. Returns how many were taken (fewer: the queue is full). */
size_t ldisc_receive(struct tty *tty, const uint8_t *data, size_t n);
bool ldisc_readable(const struct tty *tty, size_t least);
bool ldisc_room(const struct tty *tty); /* for input */
/* Take up to n bytes for a reader; *end: stop here even if more was asked for. */
size_t ldisc_take(struct tty *tty, uint8_t *to, size_t n, bool *end);
/* Process and queue output; returns how many of the n bytes fitted. */
size_t ldisc_output(struct tty *tty, const uint8_t *data, size_t n);
void ldisc_flush_input(struct tty *tty);
void ldisc_flush_output(struct tty *tty);
/* Output stops and goes on: by what was typed, or by a call (TCOOFF, TCOON). */
void ldisc_stop(struct tty *tty, bool by_call);
void ldisc_start(struct tty *tty, bool by_call);
/* A byte that goes out as it is, or nowhere after TCOOFF. */
void ldisc_send(struct tty *tty, uint8_t c);
size_t ldisc_pending(const struct tty *tty); /* FIONREAD */
static inline uint32_t tty_in_used(const struct tty *tty)
{
	return tty->in_head - tty->in_tail;
}
static inline uint32_t tty_out_used(const struct tty *tty)
{
	return tty->out_head - tty->out_tail;
}
/* Output that may be taken away, in bytes. */
static inline uint32_t tty_out_ready(const struct tty *tty)
{
	return (tty->holding ? tty->held : tty->out_head) - tty->out_tail;
}
/* Is there room for programs' output? */
static inline bool tty_out_room(const struct tty *tty)
{
	return tty_out_used(tty) < TTY_QUEUE / 2 && !(tty->stopped && tty->driver->instant);
}
/* Take up to n bytes of output (drivers). */
size_t tty_take_output(struct tty *tty, uint8_t *to, size_t n);

/* job.c */
/* May the current process use the terminal now? 0, or -ERESTARTSYS after the signal was sent to
 * its group, or -EIO for an orphaned one. sig: SIGTTIN or SIGTTOU. */
__must_check int job_check(struct tty *tty, int sig);
void job_open(struct tty *tty,
	      const struct file *file); /* becomes the controlling terminal, if that is due */
long job_ioctl(struct tty *tty, const struct file *file, bool master, unsigned int command,
	       unsigned long arg);	     /* -ENOIOCTLCMD: not its */
struct pid *job_foreground(struct tty *tty); /* the group in front, with a reference, or NULL */
void job_signal(struct tty *tty, int sig);   /* to the foreground group; takes tty->lock */
void job_disassociate(struct tty *tty);	     /* its session has it no longer; on hang-up */
struct tty *job_terminal(void);		     /* current's, with a reference, or NULL */
#define ENOIOCTLCMD 515

/* ioctl.c */
long tty_ioctl(struct file *file, struct tty *tty, bool master, unsigned int command,
	       unsigned long arg);

/* pty.c */
__must_check int pty_open_slave(unsigned int index, struct file *file);

#endif
