// SPDX-License-Identifier: MIT
/* The memory devices, major 1: null, zero, full, kmsg. (random and urandom: subsys/dev/random.) */
#include <core/errno.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/poll.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/time.h>
#include <core/vfs.h>
#include <core/wait.h>

#define MAJOR_MEM     1
#define FACILITY_USER 1

static ssize_t null_read(struct file *file, struct uio *uio, loff_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return 0;
}

static ssize_t null_write(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t n = uio->left;

	(void)file, (void)pos;
	uio_advance(uio, n);
	return (ssize_t)n;
}

static loff_t null_seek(struct file *file, loff_t offset, int whence)
{
	(void)offset, (void)whence;
	return file->pos = 0;
}

static ssize_t zero_read(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t done = 0;

	(void)file, (void)pos;
	while (uio->left) {
		size_t n = MIN(uio->left, PAGE_SIZE * 16), moved = uio_zero(uio, n);

		done += (ssize_t)moved;
		if (moved < n)
			return done ? done : -EFAULT;
		if (likely(!uio->left))
			break;
		if (signal_pending())
			break;
		resched_point();
	}
	return done;
}

/* A private mapping is anonymous memory. So is a shared one, by FILE_ZERO, unless the file is open
 * for reading only: that memory keeps its zeroes, and its name in /proc. */
static int zero_mmap(struct file *file, struct vma *vma)
{
	(void)file, (void)vma;
	return 0;
}

/* Neither null nor zero ever makes anybody wait. */
static int null_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->mode |= FILE_NOWAIT;
	return 0;
}

static int zero_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->mode |= FILE_NOWAIT | FILE_ZERO;
	return 0;
}

static ssize_t full_write(struct file *file, struct uio *uio, loff_t *pos)
{
	(void)file, (void)uio, (void)pos;
	return -ENOSPC;
}

/* ---- kmsg: each read is one record, each write one line of the log ---- */

static int kmsg_open(struct inode *inode, struct file *file)
{
	(void)inode;
	/* The position of a reader is a sequence number of the log, kept apart from file->pos. */
	uint64_t *sequence = kmalloc(sizeof(*sequence), GFP_KERNEL);

	if (!sequence)
		return -ENOMEM;
	*sequence = printk_first();
	file->private = sequence;
	return 0;
}

static void kmsg_release(struct file *file)
{
	kfree(file->private);
}

static ssize_t kmsg_read(struct file *file, struct uio *uio, loff_t *pos)
{
	uint64_t *sequence = file->private;
	char *buf;
	size_t n;
	int error;

	(void)pos;
	if (READ_ONCE(*sequence) >= printk_next()) {
		if (READ_ONCE(file->flags) & O_NONBLOCK)
			return -EAGAIN;
		error = printk_wait(READ_ONCE(*sequence));
		if (error)
			return error;
	}
	buf = kmalloc(PRINTK_RECORD_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	n = printk_record(sequence, buf);
	ssize_t result = (ssize_t)n;

	if (n > uio->left)
		result = -EINVAL;
	else if (uio_copy_to(uio, buf, n) != n)
		result = -EFAULT;
	kfree(buf);
	return result;
}

static ssize_t kmsg_write(struct file *file, struct uio *uio, loff_t *pos)
{
	size_t n = uio->left;
	char *buf, *text;
	unsigned int level = 4, facility = FACILITY_USER;

	(void)file, (void)pos;
	if (n > PRINTK_LINE_MAX)
		return -EINVAL;
	buf = kmalloc(PRINTK_LINE_MAX + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (uio_copy_from(uio, buf, n) != n) {
		kfree(buf);
		return -EFAULT;
	}
	buf[n] = '\0';
	text = buf;
	if (text[0] == '<') { /* "<N>text": facility and level */
		char *end = strchr(text, '>');
		unsigned long long value;

		if (end && end - text < 6) {
			*end = '\0';
			if (!parse_u64(text + 1, 10, &value)) {
				level = value & 7;
				if (value >> 3 & 0xff) /* the kernel's is not for others */
					facility = value >> 3 & 0xff;
				text = end + 1;
			} else {
				*end = '>';
			}
		}
	}
	printk_line((int)(facility << 3 | level), text, strlen(text));
	kfree(buf);
	return (ssize_t)n;
}

static loff_t kmsg_seek(struct file *file, loff_t offset, int whence)
{
	uint64_t *sequence = file->private;

	if (offset)
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET:
	case SEEK_DATA: /* after the last clear */
		WRITE_ONCE(*sequence, printk_first());
		return 0;
	case SEEK_END:
		WRITE_ONCE(*sequence, printk_next());
		return 0;
	default:
		return -EINVAL;
	}
}

static struct wait_queue kmsg_pollers = WAIT_QUEUE_INIT(kmsg_pollers);
static struct timer kmsg_timer; /* runs while there are some */
static uint64_t kmsg_told; /* what the next record was when they were woken last; the timer's */

static void kmsg_look(struct timer *timer)
{
	uint64_t next = printk_next();

	if (kmsg_told != next)
		wait_wake(&kmsg_pollers, 0, POLLIN | POLLRDNORM);
	kmsg_told = next;
	if (wait_active(&kmsg_pollers))
		timer_start(timer, clock_monotonic() + PRINTK_INTERVAL);
}

static unsigned int kmsg_poll(struct file *file, struct poll_table *table)
{
	uint64_t *sequence = file->private;

	poll_wait(table, &kmsg_pollers);
	/* The timer that is not queued may have seen nobody, or us. */
	if (wait_active(&kmsg_pollers) && !timer_pending(&kmsg_timer))
		timer_start(&kmsg_timer, clock_monotonic() + PRINTK_INTERVAL);
	return READ_ONCE(*sequence) < printk_next() ? POLLIN | POLLRDNORM : 0;
}

static const struct file_ops null_ops = {.open = null_open,
					 .read = null_read,
					 .write = null_write,
					 .seek = null_seek,
					 .traits = FILE_NO_SPLICE_FROM};
static const struct file_ops zero_ops = {.open = zero_open,
					 .read = zero_read,
					 .write = null_write,
					 .seek = null_seek,
					 .mmap = zero_mmap};
static const struct file_ops full_ops = {.read = zero_read,
					 .write = full_write,
					 .seek = null_seek,
					 .traits = FILE_WRITES_APART | FILE_NO_SPLICE_TO};
static const struct file_ops kmsg_ops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.write = kmsg_write,
	.seek = kmsg_seek,
	.poll = kmsg_poll,
};

static int add(unsigned int minor, const char *name, umode_t mode, const struct file_ops *ops)
{
	int error = chrdev_register(MAJOR_MEM, minor, 1, "mem", ops);

	return error ? error : devfs_add(name, S_IFCHR | mode, MKDEV(MAJOR_MEM, minor));
}

static int mem_init(void)
{
	int error = add(3, "null", 0666, &null_ops);

	timer_init(&kmsg_timer, kmsg_look);
	if (!error)
		error = add(5, "zero", 0666, &zero_ops);
	if (!error)
		error = add(7, "full", 0666, &full_ops);
	if (!error)
		error = add(11, "kmsg", 0644, &kmsg_ops);
	return error;
}
INIT_SUBSYS(mem_init);
