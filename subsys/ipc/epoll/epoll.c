// SPDX-License-Identifier: MIT
/*
 * epoll: the system calls, and the collecting of events.
 *
 * The ready list holds items that may be ready; each is asked again when its events are collected.
 * An item is taken off the list before it is asked, so that a wake-up during the asking puts it
 * back. A level-triggered item that was ready goes back to the tail; an edge-triggered one waits
 * for its next wake-up; a one-shot one is disarmed.
 */
#include "internal.h"

#include <core/signal.h>
#include <core/syscall.h>
#include <core/time.h>
#include <hal/abi.h>

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPIOCSPARAMS 0x40088a01u
#define EPIOCGPARAMS 0x80088a02u

#define EXCLUSIVE_OK (POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

void epoll_release(struct file *file);

/* Off the list, to be asked. It stays counted until settle(): who looks meanwhile waits for
 * epoll->lock, and not for a wake-up that need not come. epoll->lock held, from here to there. */
static struct epoll_item *next_ready(struct epoll *epoll)
{
	unsigned long flags = spin_lock_irqsave(&epoll->ready_lock);
	struct epoll_item *item = NULL;

	if (!list_empty(&epoll->ready)) {
		item = list_first(&epoll->ready, struct epoll_item, ready_link);
		list_del(&item->ready_link);
		item->ready = false;
	}
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	return item;
}

/* It has been asked: does it go back on the list? Nobody is woken. */
static void settle(struct epoll_item *item, bool back)
{
	struct epoll *epoll = item->epoll;
	unsigned long flags = spin_lock_irqsave(&epoll->ready_lock);

	if (back && !item->ready) {
		item->ready = true;
		list_add_tail(&item->ready_link, &epoll->ready);
	} else { /* a wake-up that has put it back has counted it, too */
		epoll->ready_count--;
	}
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
}

static bool has_ready(const struct epoll *epoll)
{
	return READ_ONCE(epoll->ready_count) != 0;
}

static unsigned int epoll_poll(struct file *file, struct poll_table *table)
{
	struct epoll *epoll = file->private;
	unsigned int mask = 0, n;

	poll_wait(table, &epoll->poll_wait);
	if (!has_ready(epoll))
		return 0;
	mutex_lock(&epoll->lock);
	n = READ_ONCE(epoll->ready_count);
	while (n-- && !mask) {
		struct epoll_item *item = next_ready(epoll);

		if (!item)
			break;
		if (epoll_item_poll(item))
			mask = POLLIN | POLLRDNORM;
		settle(item, mask != 0);
		resched_point();
	}
	mutex_unlock(&epoll->lock);
	return mask;
}

static void epoll_show_fdinfo(struct file *file, void (*print)(void *ctx, const char *format, ...),
			      void *ctx)
{
	struct epoll *epoll = file->private;

	mutex_lock(&epoll->lock);
	for (struct rb_node *node = rb_first(&epoll->items); node; node = rb_next(node)) {
		struct epoll_item *item = rb_entry(node, struct epoll_item, node);

		print(ctx, "tfd: %8d events: %8x data: %16llx  pos:%lli ino:%llx sdev:%x\n",
		      item->fd, item->events, (unsigned long long)item->data,
		      (long long)item->file->pos, (unsigned long long)item->file->inode->ino,
		      (unsigned int)item->file->inode->super->dev);
	}
	mutex_unlock(&epoll->lock);
}

/* What there is asks about busy polling, which needs network devices that can be asked. */
static long epoll_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	(void)file, (void)arg;
	return command == EPIOCSPARAMS || command == EPIOCGPARAMS ? -EOPNOTSUPP : -EINVAL;
}

const struct file_ops epoll_ops = {.poll = epoll_poll,
				   .ioctl = epoll_ioctl,
				   .seek = file_seek_ignored,
				   .release = epoll_release,
				   .show_fdinfo = epoll_show_fdinfo,
				   .traits = FILE_NO_SPLICE};

/* ---- create, ctl ---- */

static long create(unsigned int flags)
{
	struct epoll *epoll;
	struct file *file;
	int error;

	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	epoll = kzalloc(sizeof(*epoll), GFP_KERNEL);
	if (!epoll)
		return -ENOMEM;
	mutex_init(&epoll->lock, "epoll");
	spin_init(&epoll->ready_lock, "epoll ready");
	list_init(&epoll->ready);
	wait_queue_init(&epoll->waiters);
	wait_queue_init(&epoll->poll_wait);
	error = file_anonymous("anon_inode:[eventpoll]", &epoll_ops, epoll, O_RDWR,
			       FILE_READ | FILE_WRITE | FILE_STREAM | FILE_SEEKABLE, &file);
	if (error) {
		kfree(epoll);
		return error;
	}
	epoll->file = file;
	error = fd_install(file, 0, flags & O_CLOEXEC);
	if (error < 0)
		file_put_now(file);
	return error;
}

SYSCALL(epoll_create)
{
	return (int)args->arg[0] <= 0 ? -EINVAL : create(0);
}

SYSCALL(epoll_create1)
{
	return create((unsigned int)args->arg[0]);
}

static long control(struct file *epoll_file, struct file *file, int fd, int operation,
		    struct hal_abi_epoll_event *event)
{
	struct epoll *epoll = epoll_of(epoll_file);
	unsigned int events =
		event->events & ~EPOLLWAKEUP; /* there is no suspend to be kept from */

	if (!file->ops->poll)
		return -EPERM;
	if (!epoll || file == epoll_file)
		return -EINVAL;
	if (operation != EPOLL_CTL_DEL && events & EPOLLEXCLUSIVE) {
		if (operation == EPOLL_CTL_MOD || epoll_of(file) || events & ~EXCLUSIVE_OK)
			return -EINVAL;
	}
	switch (operation) {
	case EPOLL_CTL_ADD:
		return epoll_add(epoll, file, fd, events, event->data);
	case EPOLL_CTL_DEL:
		return epoll_remove(epoll, file, fd);
	case EPOLL_CTL_MOD:
		return epoll_modify(epoll, file, fd, events, event->data);
	default:
		return -EINVAL;
	}
}

SYSCALL(epoll_ctl)
{
	int operation = (int)args->arg[1], number = (int)args->arg[2];
	struct hal_abi_epoll_event event = {0};
	struct fd epoll, fd;
	long error = -EBADF;

	if (operation != EPOLL_CTL_DEL && copy_from_user(&event, args->arg[3], sizeof(event)))
		return -EFAULT;
	epoll = fd_get((int)args->arg[0]);
	if (!epoll.file)
		return error;
	fd = fd_get(number);
	if (fd.file)
		error = control(epoll.file, fd.file, number, operation, &event);
	fd_put(fd);
	fd_put(epoll);
	return error;
}

/* ---- wait ---- */

/* Copy out what is ready, at most max: how many, -EFAULT, or -EINTR: who dies takes nothing along. */
static int collect(struct epoll *epoll, unsigned long user, int max)
{
	int count = 0;
	unsigned int n;

	mutex_lock(&epoll->lock);
	n = READ_ONCE(epoll->ready_count);
	while (count < max && n--) {
		struct hal_abi_epoll_event event;
		struct epoll_item *item;
		unsigned int ready;

		resched_point();
		if (unlikely(signal_fatal_pending())) {
			count = count ? count : -EINTR;
			break;
		}
		item = next_ready(epoll);
		if (!item)
			break;
		ready = epoll_item_poll(item);
		if (!ready) {
			settle(item, false);
			continue;
		}
		event = (struct hal_abi_epoll_event){.events = ready, .data = item->data};
		if (copy_to_user(user + (unsigned long)count * sizeof(event), &event,
				 sizeof(event))) {
			settle(item, true);
			count = count ? count : -EFAULT;
			break;
		}
		count++;
		if (item->events & EPOLLONESHOT)
			WRITE_ONCE(item->events, item->events & EPOLL_PRIVATE);
		settle(item, !(item->events & (EPOLLONESHOT | EPOLLET)));
	}
	mutex_unlock(&epoll->lock);
	/* Others may be waiting for what is left, or for what we could not store. */
	if (count && has_ready(epoll) && wait_active(&epoll->waiters))
		wait_wake(&epoll->waiters, 1, 0);
	return count;
}

static int wait_ready(struct epoll *epoll, ktime_t deadline)
{
	WAIT_ENTRY(entry);
	int error = 0;

	entry.exclusive = true;
	for (;;) {
		wait_prepare(&epoll->waiters, &entry, THREAD_INTERRUPTIBLE);
		if (has_ready(epoll))
			break;
		error = sched_wait(THREAD_INTERRUPTIBLE, deadline);
		if (error)
			break;
	}
	wait_finish(&epoll->waiters, &entry);
	return error;
}

/* deadline 0: do not wait. */
static long epoll_wait_until(int number, unsigned long user, int max, ktime_t deadline)
{
	struct epoll *epoll;
	struct fd fd;
	long result;

	if (max <= 0 || max > INT32_MAX / (int)sizeof(struct hal_abi_epoll_event))
		return -EINVAL;
	if (!hal_user_range(hal_user_ptr(void, user),
			    (size_t)max * sizeof(struct hal_abi_epoll_event)))
		return -EFAULT;
	fd = fd_get(number);
	if (!fd.file)
		return -EBADF;
	epoll = epoll_of(fd.file);
	result = epoll ? 0 : -EINVAL;
	while (!result) {
		if (has_ready(epoll))
			result = collect(epoll, user, max);
		if (result || !deadline)
			break;
		if (signal_pending()) {
			result = -EINTR;
			break;
		}
		int error = wait_ready(epoll, deadline);

		if (error) {
			/* What came with it woke us, perhaps, and nobody else. */
			if (has_ready(epoll))
				result = collect(epoll, user, max);
			if (!result && error != -ETIMEDOUT)
				result = -EINTR;
			break;
		}
	}
	fd_put(fd);
	return result;
}

static ktime_t deadline_ms(int timeout)
{
	if (timeout < 0)
		return KTIME_MAX;
	return timeout ? ktime_add(clock_monotonic(), (uint64_t)timeout * NSEC_PER_MSEC) : 0;
}

static long wait_masked(const struct syscall_args *args, ktime_t deadline)
{
	long result =
		signal_set_temporary_mask(hal_user_ptr(const void, args->arg[4]), args->arg[5]);

	if (result)
		return result;
	result = epoll_wait_until((int)args->arg[0], args->arg[1], (int)args->arg[2], deadline);
	if (current->restore_mask && result != -EINTR) {
		current->restore_mask = false;
		signal_set_mask(current->saved_mask);
	}
	return result;
}

SYSCALL(epoll_wait)
{
	return epoll_wait_until((int)args->arg[0], args->arg[1], (int)args->arg[2],
				deadline_ms((int)args->arg[3]));
}

SYSCALL(epoll_pwait)
{
	return wait_masked(args, deadline_ms((int)args->arg[3]));
}

SYSCALL(epoll_pwait2)
{
	struct {
		int64_t sec, nsec;
	} time;
	ktime_t deadline = KTIME_MAX;

	if (args->arg[3]) {
		if (copy_from_user(&time, args->arg[3], sizeof(time)))
			return -EFAULT;
		if (time.sec < 0 || time.nsec < 0 || time.nsec >= (int64_t)NSEC_PER_SEC)
			return -EINVAL;
		if (!time.sec && !time.nsec)
			deadline = 0;
		else if ((uint64_t)time.sec < INT64_MAX / NSEC_PER_SEC)
			deadline = ktime_add(clock_monotonic(), (uint64_t)time.sec * NSEC_PER_SEC +
									(uint64_t)time.nsec);
	}
	return wait_masked(args, deadline);
}
