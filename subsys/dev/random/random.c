// SPDX-License-Identifier: MIT
/* /dev/random, /dev/urandom and getrandom(2): doors to core's generator (core/random.h), which is
 * seeded when user programs begin, so nobody waits. */
#include <core/errno.h>
#include <core/init.h>
#include <core/random.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/vfs.h>

#define GRND_NONBLOCK 1u
#define GRND_RANDOM   2u
#define GRND_INSECURE 4u

static ssize_t fill(struct uio *uio)
{
	unsigned char part[256];
	ssize_t done = 0;

	while (uio->left) {
		size_t n = MIN(uio->left, sizeof(part)), moved;

		random_bytes(part, n);
		moved = uio_copy_to(uio, part, n);
		done += (ssize_t)moved;
		if (moved < n) {
			done = done ? done : -EFAULT;
			break;
		}
		if (done % 4096 == 0) {
			if (signal_pending())
				break;
			resched_point();
		}
	}
	__builtin_memset(part, 0, sizeof(part));
	return done;
}

static ssize_t random_read(struct file *file, struct uio *uio, loff_t *pos)
{
	(void)file, (void)pos;
	return fill(uio);
}

static ssize_t random_write(struct file *file, struct uio *uio, loff_t *pos)
{
	unsigned char part[64];
	ssize_t done = 0;

	(void)file, (void)pos;
	while (uio->left) {
		size_t n = MIN(uio->left, sizeof(part)), moved = uio_copy_from(uio, part, n);

		random_stir(part, moved);
		done += (ssize_t)moved;
		if (moved < n)
			return done ? done : -EFAULT;
		resched_point();
	}
	return done;
}

static loff_t random_seek(struct file *file, loff_t offset, int whence)
{
	(void)offset, (void)whence;
	return file->pos = 0;
}

static unsigned int random_poll(struct file *file, struct poll_table *table)
{
	(void)file, (void)table;
	return POLLIN | POLLRDNORM;
}

/* SIGIO when there are random numbers: there are, since boot. */
static int random_async(struct file *file, struct poll_table *table)
{
	(void)file, (void)table;
	return 0;
}

static long random_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	int32_t bits = 256;

	(void)file;
	if (command == 0x80045200u) /* RNDGETENTCNT */
		return copy_to_user(arg, &bits, sizeof(bits));
	return -EINVAL;
}

static int random_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->mode |= FILE_NOWAIT;
	return 0;
}

static const struct file_ops random_ops = {
	.open = random_open,
	.read = random_read,
	.write = random_write,
	.seek = random_seek,
	.poll = random_poll,
	.async = random_async,
	.ioctl = random_ioctl,
};

/* It never made anybody wait, and so was never given an operation to ask whether it would. */
static const struct file_ops urandom_ops = {
	.open = random_open,
	.read = random_read,
	.write = random_write,
	.seek = random_seek,
	.async = random_async,
	.ioctl = random_ioctl,
};

SYSCALL(getrandom)
{
	unsigned long buf = args->arg[0];
	size_t n = args->arg[1];
	unsigned int flags = (unsigned int)args->arg[2];
	struct iovec iov;
	struct uio uio;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	n = MIN(n, (size_t)INT32_MAX & PAGE_MASK);
	if (!hal_user_range(hal_user_ptr(void, buf), n))
		return -EFAULT;
	uio_init_user(&uio, &iov, buf, n);
	return fill(&uio);
}

static int random_init(void)
{
	int error = chrdev_register(1, 8, 1, "mem", &random_ops);

	if (!error)
		error = chrdev_register(1, 9, 1, "mem", &urandom_ops);
	if (!error)
		error = devfs_add("random", S_IFCHR | 0666, MKDEV(1, 8));
	if (!error)
		error = devfs_add("urandom", S_IFCHR | 0666, MKDEV(1, 9));
	return error;
}
INIT_SUBSYS(random_init);
