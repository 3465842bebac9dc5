// SPDX-License-Identifier: MIT
// Terminals as files: open, read, write, poll, close, hang-up.

#include "tty.h"

#include <core/errno.h>
#include <core/slab.h>

#define CHUNK 256

/* What Linux gives a new terminal. */
static const struct termios2 sane = {
	.base =
		{
			.iflag = ICRNL | IXON,
			.oflag = OPOST | ONLCR,
			.cflag = B38400 | CS8 | CREAD | HUPCL,
			.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
			.cc = {[VINTR] = 3,
			       [VQUIT] = 28,
			       [VERASE] = 127,
			       [VKILL] = 21,
			       [VEOF] = 4,
			       [VMIN] = 1,
			       [VSTART] = 17,
			       [VSTOP] = 19,
			       [VSUSP] = 26,
			       [VREPRINT] = 18,
			       [VDISCARD] = 15,
			       [VWERASE] = 23,
			       [VLNEXT] = 22},
		},
	.ispeed = 38400,
	.ospeed = 38400,
};

void tty_init(struct tty *tty, const struct tty_driver *driver, dev_t dev)
{
	*tty = (struct tty){.driver = driver, .dev = dev, .termios = sane};
	refcount_set(&tty->refs, 1);
	spin_init(&tty->lock, "tty");
	mutex_init(&tty->read_lock, "tty read");
	mutex_init(&tty->write_lock, "tty write");
	wait_queue_init(&tty->read_wait);
	wait_queue_init(&tty->write_wait);
	wait_queue_init(&tty->async_wait);
}

void tty_get(struct tty *tty)
{
	refcount_get(&tty->refs);
}

static void tty_free(struct rcu_head *head)
{
	struct tty *tty = container_of(head, struct tty, rcu);

	if (tty->session)
		pid_put(tty->session);
	if (tty->group)
		pid_put(tty->group);
	tty->driver->release(tty);
}

void tty_put(struct tty *tty)
{
	if (refcount_put(&tty->refs))
		rcu_call(&tty->rcu, tty_free);
}

static bool hung_up(struct tty *tty)
{
	return READ_ONCE(tty->hung_up);
}

int tty_open_file(struct tty *tty, struct file *file)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	int error = tty->exclusive && tty->opens && !capable(CAP_SYS_ADMIN) ? -EBUSY
		    : tty->hung_up					    ? -EIO
									    : 0;

	if (!error) {
		tty->opens++;
		tty->was_open = true;
	}
	spin_unlock_irqrestore(&tty->lock, flags);
	if (error) {
		tty_put(tty);
		return error;
	}
	file->private = tty;
	file->ops = &tty_file_ops;
	job_open(tty, file);
	return 0;
}

static void tty_release(struct file *file)
{
	struct tty *tty = file->private;
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	tty->opens--;
	tty->driver->kick(tty); /* the last one: a pty's master learns of it */
	if (!tty->opens)
		tty->exclusive = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	tty_put(tty);
}

/* ---- reading ---- */

/* VMIN and VTIME: how many bytes to wait for, and until when (0: not at all). */
struct patience {
	size_t least;
	ktime_t between; /* between bytes, after the first; KTIME_MAX: none */
	ktime_t first;	 /* for the first byte */
};

static struct patience patience_of(struct tty *tty, size_t n)
{
	struct patience p = {1, KTIME_MAX, KTIME_MAX};
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	if (!(tty->termios.base.lflag & ICANON)) {
		ktime_t tenths = tty->termios.base.cc[VTIME] * (NSEC_PER_SEC / 10);
		size_t min = tty->termios.base.cc[VMIN];

		if (min) {
			p.least = MIN(min, n);
			if (tenths)
				p.between = tenths;
		} else {
			p.first = tenths;
		}
	}
	spin_unlock_irqrestore(&tty->lock, flags);
	return p;
}

/* Wait for input: 0 when there is some, -ETIMEDOUT, -EAGAIN, -ERESTARTSYS; 1: end of file. */
static int wait_input(struct file *file, struct tty *tty, size_t least, ktime_t deadline)
{
	WAIT_ENTRY(entry);
	int error = 0;

	for (;;) {
		wait_prepare(&tty->read_wait, &entry, THREAD_INTERRUPTIBLE);
		unsigned long flags = spin_lock_irqsave(&tty->lock);
		bool ready = ldisc_readable(tty, least);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (ready)
			break;
		if (hung_up(tty)) {
			error = 1;
			break;
		}
		if (file->flags & O_NONBLOCK) {
			error = -EAGAIN;
			break;
		}
		error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		if (error)
			break;
	}
	wait_finish(&tty->read_wait, &entry);
	return error;
}

/* Whoever types may be waiting until readers have made room, which they do as long as there is
 * something for them. */
static bool throttled(const struct tty *tty)
{
	return tty_in_used(tty) >= TTY_QUEUE / 2 && ldisc_readable(tty, 1);
}

static ssize_t read_input(struct file *file, struct uio *uio)
{
	struct tty *tty = file->private;
	struct patience patience = patience_of(tty, uio->left);
	ktime_t deadline =
		patience.first == KTIME_MAX ? KTIME_MAX : clock_monotonic() + patience.first;
	uint8_t chunk[CHUNK];
	size_t done = 0;
	bool end = false;

	while (uio->left && !end) {
		if (done < patience.least) {
			size_t least = patience.between == KTIME_MAX ? patience.least - done : 1;
			int error = wait_input(file, tty, least, deadline);

			if (error == -EAGAIN && least > 1) { /* O_NONBLOCK takes what there is */
				unsigned long flags = spin_lock_irqsave(&tty->lock);
				bool some = ldisc_readable(tty, 1);
				spin_unlock_irqrestore(&tty->lock, flags);
				if (some)
					error = 0;
			}
			if (error == -EAGAIN && !patience.first)
				error = -ETIMEDOUT; /* VMIN and VTIME 0: nothing is an answer */
			if (error == 1 || error == -ETIMEDOUT)
				break;
			if (error)
				return done ? (ssize_t)done : error;
		}
		unsigned long flags = spin_lock_irqsave(&tty->lock);
		bool waited = throttled(tty);
		size_t n = ldisc_take(tty, chunk, MIN(uio->left, sizeof(chunk)), &end);
		bool canonical = tty->termios.base.lflag & ICANON;
		bool freed = waited && !throttled(tty);
		if (freed && tty->driver->unthrottle)
			tty->driver->unthrottle(tty);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (freed && tty->driver->news)
			tty->driver->news(tty, POLL_OUT);

		if (n && uio_copy_to(uio, chunk, n) != n)
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		/* Nothing at all: another reader was faster, or it was flushed. We wait on. */
		if (end || (n == 0 && done >= patience.least) ||
		    (canonical && n && n < sizeof(chunk)))
			break;
		if (n && patience.between != KTIME_MAX)
			deadline = clock_monotonic() + patience.between;
	}
	return (ssize_t)done;
}

/* Whoever has it may be waiting for the other end. */
static int lock_side(struct file *file, struct mutex *side)
{
	if (file->flags & O_NONBLOCK)
		return mutex_trylock(side) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(side);
}

static ssize_t tty_read(struct file *file, struct uio *uio, __attribute__((unused)) loff_t *pos)
{
	struct tty *tty = file->private;
	ssize_t result;

	if (!uio->left)
		return 0;
	result = job_check(tty, SIGTTIN);
	if (!result)
		result = lock_side(file, &tty->read_lock);
	if (result)
		return result;
	result = read_input(file, uio);
	mutex_unlock(&tty->read_lock);
	return result;
}

/* ---- writing ---- */

static int wait_room(struct file *file, struct tty *tty)
{
	WAIT_ENTRY(entry);
	int error = 0;

	wait_prepare(&tty->write_wait, &entry, THREAD_INTERRUPTIBLE);
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool room = tty_out_room(tty);
	tty->driver->kick(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!room && !hung_up(tty))
		error = file->flags & O_NONBLOCK ? -EAGAIN
						 : sched_wait(THREAD_INTERRUPTIBLE, KTIME_MAX);
	wait_finish(&tty->write_wait, &entry);
	return error;
}

static ssize_t tty_write(struct file *file, struct uio *uio, __attribute__((unused)) loff_t *pos)
{
	struct tty *tty = file->private;
	uint8_t chunk[CHUNK];
	ssize_t done = 0;
	int error = 0;

	if (hung_up(tty))
		return -EIO;
	if (tty->termios.base.lflag & TOSTOP && (error = job_check(tty, SIGTTOU)))
		return error;
	error = lock_side(file, &tty->write_lock);
	if (error)
		return error;
	while (uio->left && !error) {
		size_t n = uio_copy_from(uio, chunk, MIN(uio->left, sizeof(chunk))), at = 0;

		if (n == 0) {
			error = -EFAULT;
			break;
		}
		while (at < n) {
			if (hung_up(tty)) {
				error = -EIO;
				break;
			}
			unsigned long flags = spin_lock_irqsave(&tty->lock);
			size_t took = ldisc_output(tty, chunk + at, n - at);
			tty->unsent = took < n - at;
			spin_unlock_irqrestore(&tty->lock, flags);
			if (took && tty->driver->news)
				tty->driver->news(tty, POLL_IN);
			at += took;
			done += (ssize_t)took;
			if (at < n && (error = wait_room(file, tty)))
				break;
		}
		/* What makes no output (ONOCR) never waits. */
		if (uio->left && done && signal_pending())
			break;
		resched_point();
	}
	mutex_unlock(&tty->write_lock);
	return done ? done : error;
}

static unsigned int tty_poll(struct file *file, struct poll_table *table)
{
	struct tty *tty = file->private;
	unsigned int ready = 0;

	poll_wait(table, &tty->read_wait);
	poll_wait(table, &tty->write_wait);
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	uint8_t min = tty->termios.base.cc[VMIN];
	if (ldisc_readable(tty, tty->termios.base.cc[VTIME] || !min ? 1 : min))
		ready |= POLLIN | POLLRDNORM;
	if (tty_out_room(tty) && !tty->stopped)
		ready |= POLLOUT | POLLWRNORM;
	if (tty->hung_up)
		ready |= POLLHUP | POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR;
	spin_unlock_irqrestore(&tty->lock, flags);
	return ready;
}

int tty_async(struct tty *tty, struct file *file, struct wait_queue *queue,
	      struct poll_table *table)
{
	struct pid *group = tty ? job_foreground(tty) : NULL;
	int error = file_owner_default(file, group);

	if (group)
		pid_put(group);
	if (!error)
		poll_wait(table, queue);
	return error;
}

void tty_async_room(struct tty *tty)
{
	unsigned long flags;
	bool due;

	if (likely(!READ_ONCE(tty->unsent)))
		return;
	flags = spin_lock_irqsave(&tty->lock);
	due = tty->unsent && tty_out_room(tty);
	if (due)
		tty->unsent = false;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (due)
		wait_wake_sigio(&tty->async_wait, POLL_OUT);
}

static int slave_async(struct file *file, struct poll_table *table)
{
	struct tty *tty = file->private;
	int error = hung_up(tty) ? -ENOTTY : tty_async(tty, file, &tty->async_wait, table);

	/* Who hangs up sets the flag first and empties the queue then. */
	return !error && hung_up(tty) ? -ENOTTY : error;
}

static long ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct tty *tty = file->private;

	/* It is no terminal any more, and says so in two ways, as on Linux. */
	if (hung_up(tty))
		return command == TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl(file, tty, false, command, arg);
}

void tty_hang_up(struct tty *tty)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool first = !tty->hung_up;

	tty->hung_up = true;
	ldisc_flush_input(tty);
	ldisc_flush_output(tty);
	wait_wake(&tty->read_wait, 0, POLLHUP | POLLIN);
	wait_wake(&tty->write_wait, 0, POLLHUP | POLLOUT);
	spin_unlock_irqrestore(&tty->lock, flags);
	file_async_end(&tty->async_wait);
	if (first)
		job_disassociate(tty);
}

const struct file_ops tty_file_ops = {
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.async = slave_async,
	.ioctl = ioctl,
	.release = tty_release,
};
