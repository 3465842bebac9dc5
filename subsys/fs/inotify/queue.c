// SPDX-License-Identifier: MIT
/* The file that events are read from. */
#include "internal.h"

#include <core/sched.h>

#define FIONREAD 0x541bu

unsigned int inotify_max_events = 16384, inotify_max_instances = 128;

/* ---- filling ---- */

static size_t size_of(const struct inotify_event *event)
{
	return sizeof(event->record) + event->record.length;
}

/* lock held. */
static void append(struct inotify *inotify, struct inotify_event *event)
{
	list_add_tail(&event->link, &inotify->events);
	WRITE_ONCE(inotify->count, inotify->count + 1);
	inotify->bytes += size_of(event);
}

/* lock held: does the last event say the same? */
static bool repeated(const struct inotify *inotify, const struct inotify_event *event)
{
	const struct inotify_event *last;

	if (list_empty(&inotify->events))
		return false;
	last = list_last(&inotify->events, struct inotify_event, link);
	return last->record.wd == event->record.wd && last->record.mask == event->record.mask &&
	       last->record.length == event->record.length &&
	       !memcmp(last->name, event->name, last->record.length);
}

void inotify_queue(struct inotify *inotify, int32_t wd, uint32_t mask, uint32_t cookie,
		   const char *name, uint32_t length)
{
	bool news = true;
	uint32_t padded = name ? ALIGN_UP(length + 1, (uint32_t)sizeof(struct inotify_record)) : 0;
	struct inotify_event *event = kzalloc(sizeof(*event) + padded, GFP_KERNEL);

	if (event) {
		event->record = (struct inotify_record){wd, mask, cookie, padded};
		if (name)
			memcpy(event->name, name, length);
	}
	spin_lock(&inotify->lock);
	if (!event || inotify->count >= inotify->max_events) {
		news = list_empty(&inotify->lost->link);
		if (news)
			append(inotify, inotify->lost);
	} else if (!repeated(inotify, event)) {
		append(inotify, event);
		event = NULL;
	} else {
		news = false;
	}
	spin_unlock(&inotify->lock);
	kfree(event);
	if (news && wait_active(&inotify->wait))
		wait_wake(&inotify->wait, 0, POLLIN | POLLRDNORM | WAKE_SIGIO(POLL_IN));
}

/* ---- reading ---- */

static void event_free(struct inotify *inotify, struct inotify_event *event)
{
	if (event != inotify->lost)
		kfree(event);
}

/* The first event if it fits into room: NULL if there is none, or -EINVAL if there is no room. */
static struct inotify_event *take(struct inotify *inotify, size_t room)
{
	struct inotify_event *event = NULL;

	spin_lock(&inotify->lock);
	if (inotify->count) {
		event = list_first(&inotify->events, struct inotify_event, link);
		if (size_of(event) > room) {
			event = err_ptr(-EINVAL);
		} else {
			list_del_init(&event->link);
			WRITE_ONCE(inotify->count, inotify->count - 1);
			inotify->bytes -= size_of(event);
		}
	}
	spin_unlock(&inotify->lock);
	return event;
}

static ssize_t inotify_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inotify *inotify = file->private;
	ssize_t done = 0;

	(void)pos;
	for (;;) {
		struct inotify_event *event = take(inotify, uio->left);
		size_t n;

		if (is_err(event))
			return done ? done : ptr_err(event);
		if (event) {
			n = uio_copy_to(uio, &event->record, sizeof(event->record));
			n += uio_copy_to(uio, event->name, event->record.length);
			if (n != size_of(event))
				done = -EFAULT;
			else
				done += (ssize_t)n;
			event_free(inotify, event);
			if (done < 0)
				return done;
			continue;
		}
		if (done)
			return done;
		if (READ_ONCE(file->flags) & O_NONBLOCK)
			return -EAGAIN;
		int error = wait_event_interruptible(&inotify->wait, READ_ONCE(inotify->count));

		if (error)
			return error;
	}
}

static unsigned int inotify_poll(struct file *file, struct poll_table *table)
{
	struct inotify *inotify = file->private;

	poll_wait(table, &inotify->wait);
	return READ_ONCE(inotify->count) ? POLLIN | POLLRDNORM : 0;
}

static long inotify_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct inotify *inotify = file->private;
	uint32_t bytes;

	if (command != FIONREAD)
		return -ENOTTY;
	spin_lock(&inotify->lock);
	bytes = (uint32_t)inotify->bytes;
	spin_unlock(&inotify->lock);
	return hal_put_user32(hal_user_ptr(void, arg), bytes);
}

static void inotify_show_fdinfo(struct file *file,
				void (*print)(void *ctx, const char *format, ...), void *ctx)
{
	inotify_show_watches(file->private, print, ctx);
}

/* ---- life ---- */

static void destroy(struct inotify *inotify)
{
	while (!list_empty(&inotify->events)) {
		struct inotify_event *event =
			list_first(&inotify->events, struct inotify_event, link);

		list_del_init(&event->link);
		event_free(inotify, event);
	}
	__atomic_fetch_sub(&inotify->user->inotify_instances, 1, __ATOMIC_RELAXED);
	user_put(inotify->user);
	kfree(inotify->lost);
	kfree(inotify);
}

static int inotify_async(struct file *file, struct poll_table *table)
{
	struct inotify *inotify = file->private;

	poll_wait(table, &inotify->wait);
	return 0;
}

static void inotify_release(struct file *file)
{
	struct inotify *inotify = file->private;

	inotify_unwatch_all(inotify);
	destroy(inotify);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.poll = inotify_poll,
	.async = inotify_async,
	.ioctl = inotify_ioctl,
	.seek = file_seek_ignored,
	.traits = FILE_READS_APART | FILE_NO_SPLICE,
	.release = inotify_release,
	.show_fdinfo = inotify_show_fdinfo,
};

struct inotify *inotify_of_file(const struct file *file)
{
	return file->ops == &inotify_ops ? file->private : NULL;
}

int inotify_create(unsigned int flags, struct file **file)
{
	struct user *user = current->cred->user;
	struct inotify *inotify;
	int error;

	if (__atomic_add_fetch(&user->inotify_instances, 1, __ATOMIC_RELAXED) >
	    READ_ONCE(inotify_max_instances)) {
		error = -EMFILE;
		goto fail;
	}
	inotify = kzalloc(sizeof(*inotify), GFP_KERNEL);
	if (inotify)
		inotify->lost = kzalloc(sizeof(*inotify->lost), GFP_KERNEL);
	if (!inotify || !inotify->lost) {
		kfree(inotify);
		error = -ENOMEM;
		goto fail;
	}
	spin_init(&inotify->lock, "inotify");
	list_init(&inotify->events);
	list_init(&inotify->lost->link);
	inotify->lost->record = (struct inotify_record){.wd = -1, .mask = IN_Q_OVERFLOW};
	wait_queue_init(&inotify->wait);
	xarray_init(&inotify->watches);
	inotify->user = user_get(user);
	inotify->max_events = READ_ONCE(inotify_max_events);
	error = file_anonymous("anon_inode:inotify", &inotify_ops, inotify,
			       O_RDONLY | (flags & O_NONBLOCK),
			       FILE_READ | FILE_STREAM | FILE_SEEKABLE, file);
	if (error)
		destroy(inotify);
	return error;
fail:
	__atomic_fetch_sub(&user->inotify_instances, 1, __ATOMIC_RELAXED);
	return error;
}
