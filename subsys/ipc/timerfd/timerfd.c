// SPDX-License-Identifier: MIT
/* timerfd: a timer whose expirations are read from a descriptor. */
#include <core/cred.h>
#include <core/errno.h>
#include <core/files.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/time.h>
#include <core/vfs.h>
#include <core/wait.h>

#define CLOCK_REALTIME	     0
#define CLOCK_MONOTONIC	     1
#define CLOCK_BOOTTIME	     7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9

#define TFD_TIMER_ABSTIME	1u
#define TFD_TIMER_CANCEL_ON_SET 2u

struct timerfd {
	struct spinlock lock; /* irq-saving: the timer's function takes it */
	struct timer timer;
	ktime_t expires;  /* [lock] as now_of() counts; KTIME_MAX: disarmed */
	ktime_t interval; /* [lock] 0: once */
	uint64_t ticks;	  /* [lock] since the last read */
	int clock;
	bool real_absolute, cancel_on_set; /* [lock] */
	bool cancelled;			   /* [lock] told once, to who asks for it then */
	struct wait_queue wait;
	struct wait_entry clock_set; /* on clock_was_set */
};

struct user_itimerspec {
	int64_t interval_sec, interval_nsec, value_sec, value_nsec;
};

static bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

/* lock held: only who asked for a point of the real-time clock follows its steps. */
static ktime_t now_of(const struct timerfd *t)
{
	return t->real_absolute ? clock_realtime() : clock_monotonic();
}

/* lock held */
static void start(struct timerfd *t)
{
	timer_start(&t->timer, t->real_absolute ? clock_real_to_monotonic(t->expires) : t->expires);
}

/* Count what has expired until now and move expires on. lock held. */
static void catch_up(struct timerfd *t, ktime_t now)
{
	if (t->expires > now)
		return;
	if (t->interval) {
		t->ticks += ktime_forward(&t->expires, t->interval, now);
		t->expires = MIN(t->expires, KTIME_MAX - 1); /* it stays armed */
	} else {
		t->ticks++;
		t->expires = KTIME_MAX;
	}
}

static void fire(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);
	unsigned long flags = spin_lock_irqsave(&t->lock);
	bool ticked;

	catch_up(t, now_of(t));
	ticked = t->ticks != 0;
	/* A periodic timer is armed again by the reader: nobody needs to be woken twice. */
	spin_unlock_irqrestore(&t->lock, flags);
	if (ticked)
		wait_wake(&t->wait, 0, POLLIN);
}

/* The wall clock was stepped: absolute timers of it move; some wanted to be told. */
static bool clock_stepped(struct wait_entry *entry, unsigned long key)
{
	struct timerfd *t = container_of(entry, struct timerfd, clock_set);
	unsigned long flags = spin_lock_irqsave(&t->lock);
	bool tell = false;

	(void)key;
	if (t->real_absolute && t->expires != KTIME_MAX)
		start(t);
	if (t->cancel_on_set) {
		tell = t->cancelled = true;
		t->ticks++;
	}
	spin_unlock_irqrestore(&t->lock, flags);
	if (tell)
		wait_wake(&t->wait, 0, POLLIN);
	return false;
}

/* lock held */
static bool take_cancelled(struct timerfd *t)
{
	bool cancelled = t->cancelled && t->cancel_on_set;

	if (cancelled)
		t->cancelled = false;
	return cancelled;
}

/* What a read gives: expirations, 0, or -ECANCELED. */
static int64_t take(struct timerfd *t)
{
	unsigned long flags = spin_lock_irqsave(&t->lock);
	int64_t result;

	if (take_cancelled(t)) {
		t->ticks = 0;
		result = -ECANCELED;
	} else {
		if (t->interval)
			catch_up(t, now_of(t));
		result = (int64_t)t->ticks;
		t->ticks = 0;
		if (result && t->interval)
			start(t);
	}
	spin_unlock_irqrestore(&t->lock, flags);
	return result;
}

static ssize_t timerfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct timerfd *t = file->private;
	int64_t ticks;
	int error;

	(void)pos;
	if (uio->left < sizeof(ticks))
		return -EINVAL;
	ticks = take(t);
	if (!ticks) {
		if (io_nonblock(file, uio))
			return -EAGAIN;
		error = wait_event_interruptible(&t->wait, (ticks = take(t)) != 0);
		if (error)
			return error;
	}
	if (ticks < 0)
		return (ssize_t)ticks;
	return uio_copy_to(uio, &ticks, sizeof(ticks)) == sizeof(ticks) ? (ssize_t)sizeof(ticks)
									: -EFAULT;
}

static unsigned int timerfd_poll(struct file *file, struct poll_table *table)
{
	struct timerfd *t = file->private;

	poll_wait(table, &t->wait);
	return READ_ONCE(t->ticks) ? POLLIN : 0;
}

static void timerfd_release(struct file *file)
{
	struct timerfd *t = file->private;

	wait_remove(&clock_was_set, &t->clock_set);
	(void)timer_cancel_sync(&t->timer); /* whether it was queued is of no interest */
	kfree(t);
}

/* lock held. */
static struct user_itimerspec remaining(struct timerfd *t)
{
	ktime_t now = now_of(t), left;

	if (t->interval)
		catch_up(t, now);
	left = t->expires == KTIME_MAX || t->expires <= now ? 0 : t->expires - now;
	return (struct user_itimerspec){
		.interval_sec = (int64_t)(t->interval / NSEC_PER_SEC),
		.interval_nsec = (int64_t)(t->interval % NSEC_PER_SEC),
		.value_sec = (int64_t)(left / NSEC_PER_SEC),
		.value_nsec = (int64_t)(left % NSEC_PER_SEC),
	};
}

static void timerfd_show_fdinfo(struct file *file,
				void (*print)(void *ctx, const char *format, ...), void *ctx)
{
	struct timerfd *t = file->private;
	unsigned long flags = spin_lock_irqsave(&t->lock);
	struct user_itimerspec spec = remaining(t);
	uint64_t ticks = t->ticks;
	unsigned int settime = (t->real_absolute ? TFD_TIMER_ABSTIME : 0) |
			       (t->cancel_on_set ? TFD_TIMER_CANCEL_ON_SET : 0);

	spin_unlock_irqrestore(&t->lock, flags);
	print(ctx,
	      "clockid: %d\nticks: %llu\nsettime flags: 0%o\nit_value: (%llu, %llu)\nit_interval: "
	      "(%llu, %llu)\n",
	      t->clock, (unsigned long long)ticks, settime, (unsigned long long)spec.value_sec,
	      (unsigned long long)spec.value_nsec, (unsigned long long)spec.interval_sec,
	      (unsigned long long)spec.interval_nsec);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.seek = file_seek_ignored,
	.release = timerfd_release,
	.traits = FILE_NO_SPLICE,
	.show_fdinfo = timerfd_show_fdinfo,
};

SYSCALL(timerfd_create)
{
	int clock = (int)args->arg[0], result;
	unsigned int flags = (unsigned int)args->arg[1];
	struct timerfd *t;
	struct file *file;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK) ||
	    (!is_realtime(clock) && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
	     clock != CLOCK_BOOTTIME_ALARM))
		return -EINVAL;
	if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) &&
	    !capable(CAP_WAKE_ALARM))
		return -EPERM;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	spin_init(&t->lock, "timerfd");
	wait_queue_init(&t->wait);
	timer_init(&t->timer, fire);
	t->clock = clock;
	t->expires = KTIME_MAX;
	t->clock_set.wake = clock_stepped;
	list_init(&t->clock_set.link);
	result = file_anonymous(
		"anon_inode:[timerfd]", &timerfd_ops, t, O_RDWR | (flags & O_NONBLOCK),
		FILE_READ | FILE_WRITE | FILE_STREAM | FILE_SEEKABLE | FILE_NOWAIT, &file);
	if (result) {
		kfree(t);
		return result;
	}
	wait_add(&clock_was_set, &t->clock_set);
	result = fd_install(file, 0, flags & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

static struct timerfd *timerfd_of(struct fd fd)
{
	return fd.file->ops == &timerfd_ops ? fd.file->private : NULL;
}

static bool valid(int64_t sec, int64_t nsec)
{
	return sec >= 0 && nsec >= 0 && nsec < (int64_t)NSEC_PER_SEC;
}

static ktime_t to_ns(int64_t sec, int64_t nsec)
{
	if ((uint64_t)sec >= INT64_MAX / NSEC_PER_SEC)
		return INT64_MAX;
	return (uint64_t)sec * NSEC_PER_SEC + (uint64_t)nsec;
}

/* 0, or -ECANCELED: it is set, but the clock was too since the program last knew. */
static int set(struct timerfd *t, unsigned int how, const struct user_itimerspec *wanted,
	       struct user_itimerspec *old)
{
	ktime_t value = to_ns(wanted->value_sec, wanted->value_nsec);
	bool absolute = how & TFD_TIMER_ABSTIME;
	unsigned long flags;
	int result = 0;

	(void)timer_cancel_sync(&t->timer);
	flags = spin_lock_irqsave(&t->lock);
	*old = remaining(t);
	t->ticks = 0;
	t->interval = to_ns(wanted->interval_sec, wanted->interval_nsec);
	t->real_absolute = absolute && is_realtime(t->clock);
	t->cancel_on_set = t->real_absolute && how & TFD_TIMER_CANCEL_ON_SET;
	if (!value)
		t->expires = KTIME_MAX;
	else
		t->expires = absolute ? value : ktime_add(now_of(t), value);
	if (value) {
		start(t);
		if (take_cancelled(t))
			result = -ECANCELED;
	}
	spin_unlock_irqrestore(&t->lock, flags);
	return result;
}

SYSCALL(timerfd_settime)
{
	unsigned int flags = (unsigned int)args->arg[1];
	struct user_itimerspec wanted, old;
	struct timerfd *t;
	struct fd fd;
	long error = -EINVAL;

	if (copy_from_user(&wanted, args->arg[2], sizeof(wanted)))
		return -EFAULT;
	if (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) ||
	    !valid(wanted.value_sec, wanted.value_nsec) ||
	    !valid(wanted.interval_sec, wanted.interval_nsec))
		return -EINVAL;
	fd = fd_get((int)args->arg[0]);
	if (!fd.file)
		return -EBADF;
	t = timerfd_of(fd);
	if (t) {
		error = set(t, flags, &wanted, &old);
		if (!error && args->arg[3])
			error = copy_to_user(args->arg[3], &old, sizeof(old));
	}
	fd_put(fd);
	return error;
}

SYSCALL(timerfd_gettime)
{
	struct user_itimerspec now;
	struct timerfd *t;
	struct fd fd = fd_get((int)args->arg[0]);
	long error = -EINVAL;

	if (!fd.file)
		return -EBADF;
	t = timerfd_of(fd);
	if (t) {
		unsigned long flags = spin_lock_irqsave(&t->lock);

		now = remaining(t);
		/* One that is due and queued still is what wakes for the ticks. */
		if (t->ticks && t->interval && !timer_pending(&t->timer))
			start(t);
		spin_unlock_irqrestore(&t->lock, flags);
		error = copy_to_user(args->arg[1], &now, sizeof(now));
	}
	fd_put(fd);
	return error;
}
