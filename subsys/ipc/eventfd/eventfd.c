// SPDX-License-Identifier: MIT
/* eventfd: a 64-bit counter that writes add to and reads take from. */
#include <core/errno.h>
#include <core/files.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

#define EFD_SEMAPHORE 1u

struct eventfd {
	struct spinlock lock;
	uint64_t count; /* [lock] at most UINT64_MAX - 1 */
	struct wait_queue wait;
	bool semaphore;
	uint32_t id; /* tells it from others in fdinfo */
};

/* Take what a read takes; 0: nothing there. */
static uint64_t take(struct eventfd *e)
{
	uint64_t value;

	spin_lock(&e->lock);
	value = e->semaphore && e->count ? 1 : e->count;
	WRITE_ONCE(e->count, e->count - value);
	spin_unlock(&e->lock);
	return value;
}

static bool add(struct eventfd *e, uint64_t value)
{
	bool fits;

	spin_lock(&e->lock);
	fits = UINT64_MAX - e->count > value;
	if (fits)
		WRITE_ONCE(e->count, e->count + value);
	spin_unlock(&e->lock);
	return fits;
}

static ssize_t eventfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct eventfd *e = file->private;
	uint64_t value;
	int error;

	(void)pos;
	if (uio->left < sizeof(value))
		return -EINVAL;
	value = take(e);
	if (!value) {
		if (io_nonblock(file, uio))
			return -EAGAIN;
		error = wait_event_interruptible(&e->wait, (value = take(e)) != 0);
		if (error)
			return error;
	}
	if (wait_active(&e->wait))
		wait_wake(&e->wait, 1, POLLOUT);
	return uio_copy_to(uio, &value, sizeof(value)) == sizeof(value) ? (ssize_t)sizeof(value)
									: -EFAULT;
}

static ssize_t eventfd_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct eventfd *e = file->private;
	uint64_t value;
	int error;

	(void)pos;
	if (uio->left != sizeof(value))
		return -EINVAL;
	if (uio_copy_from(uio, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	if (!add(e, value)) {
		if (io_nonblock(file, uio))
			return -EAGAIN;
		error = wait_event_interruptible(&e->wait, add(e, value));
		if (error)
			return error;
	}
	if (wait_active(&e->wait))
		wait_wake(&e->wait, 1, POLLIN);
	return sizeof(value);
}

static unsigned int eventfd_poll(struct file *file, struct poll_table *table)
{
	struct eventfd *e = file->private;
	uint64_t count;

	poll_wait(table, &e->wait);
	count = READ_ONCE(e->count);
	return (count ? POLLIN : 0) | (count < UINT64_MAX - 1 ? POLLOUT : 0);
}

static void eventfd_release(struct file *file)
{
	kfree(file->private);
}

static void eventfd_show_fdinfo(struct file *file,
				void (*print)(void *ctx, const char *format, ...), void *ctx)
{
	struct eventfd *e = file->private;

	print(ctx, "eventfd-count: %16llx\neventfd-id: %u\neventfd-semaphore: %d\n",
	      (unsigned long long)READ_ONCE(e->count), e->id, e->semaphore);
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.seek = file_seek_ignored,
	.release = eventfd_release,
	.traits = FILE_WRITES_APART | FILE_NO_SPLICE,
	.show_fdinfo = eventfd_show_fdinfo,
};

static long create(unsigned int initial, unsigned int flags)
{
	static uint32_t last_id;
	struct eventfd *e;
	struct file *file;
	int result;

	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	spin_init(&e->lock, "eventfd");
	wait_queue_init(&e->wait);
	e->count = initial;
	e->semaphore = flags & EFD_SEMAPHORE;
	e->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	result = file_anonymous(
		"anon_inode:[eventfd]", &eventfd_ops, e, O_RDWR | (flags & O_NONBLOCK),
		FILE_READ | FILE_WRITE | FILE_STREAM | FILE_SEEKABLE | FILE_NOWAIT, &file);
	if (result) {
		kfree(e);
		return result;
	}
	result = fd_install(file, 0, flags & O_CLOEXEC);
	if (result < 0)
		file_put_now(file);
	return result;
}

SYSCALL(eventfd)
{
	return create((unsigned int)args->arg[0], 0);
}

SYSCALL(eventfd2)
{
	return create((unsigned int)args->arg[0], (unsigned int)args->arg[1]);
}
