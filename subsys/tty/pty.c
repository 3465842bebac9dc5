// SPDX-License-Identifier: MIT
// Pseudo-terminals: the master behind /dev/ptmx feeds a terminal's input queue and reads its
// output queue.

#include "pty.h"

#include <core/errno.h>
#include <core/files.h>
#include <core/init.h>
#include <core/lib/xarray.h>
#include <core/printk.h>
#include <core/slab.h>

#define CHUNK 256

static struct mutex ptys_lock = MUTEX_INIT(ptys_lock, "pty table");
static struct xarray ptys;   /* [ptys_lock, RCU] index -> struct pty */
static uint64_t last_serial; /* [ptys_lock] */

static struct pty *pty_of(struct tty *tty)
{
	return container_of(tty, struct pty, tty);
}

/* ---- the terminal's side ---- */

static bool slave_closed(const struct pty *pty)
{
	return pty->tty.was_open && !pty->tty.opens;
}

/* What poll says of the master's reading side. */
static unsigned int readable(const struct pty *pty)
{
	unsigned int ready = slave_closed(pty) ? POLLHUP : 0;

	if (tty_out_ready(&pty->tty))
		ready |= POLLIN | POLLRDNORM;
	if (pty->tty.packet && pty->tty.packet_status)
		ready |= POLLIN | POLLRDNORM | POLLPRI;
	return ready;
}

static void pty_kick(struct tty *tty)
{
	struct pty *pty = pty_of(tty);
	unsigned int ready = readable(pty);

	if (ready)
		wait_wake(&pty->master_read, 0, ready);
}

static void pty_unthrottle(struct tty *tty)
{
	wait_wake(&pty_of(tty)->master_write, 0, POLLOUT | POLLWRNORM);
}

static void pty_news(struct tty *tty, int code)
{
	struct pty *pty = pty_of(tty);

	if (code == POLL_IN ? !READ_ONCE(tty->holding)
			    : __atomic_exchange_n(&pty->master_unsent, false, __ATOMIC_SEQ_CST))
		wait_wake_sigio(&pty->master_async, code);
}

static void pty_free(struct tty *tty)
{
	kfree(pty_of(tty));
}

static const struct tty_driver driver = {.kick = pty_kick,
					 .unthrottle = pty_unthrottle,
					 .news = pty_news,
					 .release = pty_free,
					 .instant = true};

/* ---- the table ---- */

struct pty *pty_find(unsigned int index)
{
	struct pty *pty;

	rcu_read_lock();
	pty = xarray_load(&ptys, index);
	if (pty && !refcount_get_unless_zero(&pty->tty.refs))
		pty = NULL;
	rcu_read_unlock();
	return pty;
}

uint64_t pty_serial(unsigned int index)
{
	const struct pty *pty;
	uint64_t serial;

	rcu_read_lock();
	pty = xarray_load(&ptys, index);
	serial = pty ? pty->serial : 0;
	rcu_read_unlock();
	return serial;
}

int pty_next(unsigned int index)
{
	uint64_t at = index;
	bool found;

	rcu_read_lock();
	found = xarray_find(&ptys, &at, PTY_MAX - 1) != NULL;
	rcu_read_unlock();
	return found ? (int)at : -1;
}

static int table_add(struct pty *pty)
{
	uint64_t index;
	int error;

	mutex_lock(&ptys_lock);
	index = xarray_free_index(&ptys, 0, devpts_max() - 1);
	if (index == UINT64_MAX) {
		error = -ENOSPC;
	} else {
		pty->index = (unsigned int)index;
		pty->serial = ++last_serial;
		pty->tty.dev = PTY_SLAVE_DEV(pty->index);
		error = xarray_store(&ptys, index, pty, GFP_KERNEL);
	}
	mutex_unlock(&ptys_lock);
	return error;
}

static void table_remove(struct pty *pty)
{
	mutex_lock(&ptys_lock);
	xarray_erase(&ptys, pty->index);
	mutex_unlock(&ptys_lock);
}

int pty_open_slave(unsigned int index, struct file *file)
{
	struct pty *pty = pty_find(index);
	unsigned long flags;
	bool locked;

	if (!pty)
		return -EIO;
	flags = spin_lock_irqsave(&pty->tty.lock);
	locked = pty->locked;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	if (locked) {
		tty_put(&pty->tty);
		return -EIO;
	}
	return tty_open_file(&pty->tty, file);
}

/* ---- the master ---- */

/* Wait until there is output: 0, -EIO when the slave is closed and all is read, -EAGAIN,
 * -ERESTARTSYS. */
static int master_wait_output(struct file *file, struct pty *pty)
{
	WAIT_ENTRY(entry);
	int error;

	for (;;) {
		wait_prepare(&pty->master_read, &entry, THREAD_INTERRUPTIBLE);
		unsigned long flags = spin_lock_irqsave(&pty->tty.lock);
		unsigned int ready = readable(pty);
		spin_unlock_irqrestore(&pty->tty.lock, flags);

		error = ready & POLLIN		   ? 0
			: ready & POLLHUP	   ? -EIO
			: file->flags & O_NONBLOCK ? -EAGAIN
						   : 1;
		if (error <= 0)
			break;
		error = sched_wait(THREAD_INTERRUPTIBLE, KTIME_MAX);
		if (error)
			break;
	}
	wait_finish(&pty->master_read, &entry);
	return error;
}

/* What there is, behind a byte of status in packet mode: news are read alone. How many bytes, 0 if
 * another reader was faster or it was flushed, or -EFAULT. */
static ssize_t read_output(struct pty *pty, struct uio *uio)
{
	uint8_t chunk[CHUNK], status = 0;
	ssize_t done = 0;

	while (uio->left && !status) {
		unsigned long flags = spin_lock_irqsave(&pty->tty.lock);
		size_t most = MIN(uio->left, sizeof(chunk)), n = 0;

		if (pty->tty.packet && !done && readable(pty) & POLLIN) {
			status = pty->tty.packet_status;
			pty->tty.packet_status = 0;
			chunk[n++] = status;
		}
		if (!status) {
			n += tty_take_output(&pty->tty, chunk + n, most - n);
			if (!tty_out_used(&pty->tty) && tty_out_room(&pty->tty))
				wait_wake(&pty->tty.write_wait, 0, POLLOUT | POLLWRNORM);
		}
		spin_unlock_irqrestore(&pty->tty.lock, flags);
		if (n == 0)
			break;
		tty_async_room(&pty->tty);
		if (uio_copy_to(uio, chunk, n) != n)
			return done ? done : -EFAULT;
		done += (ssize_t)n;
	}
	return done;
}

static ssize_t master_read(struct file *file, struct uio *uio, __attribute__((unused)) loff_t *pos)
{
	struct pty *pty = file->private;
	ssize_t done;

	if (!uio->left)
		return 0;
	do {
		int error = master_wait_output(file, pty);

		if (error)
			return error;
		done = read_output(pty, uio);
	} while (!done);
	return done;
}

static bool writable(const struct pty *pty)
{
	return !pty->master_stopped && ldisc_room(&pty->tty);
}

static bool input_room(struct pty *pty)
{
	unsigned long flags = spin_lock_irqsave(&pty->tty.lock);
	bool room = writable(pty);

	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return room;
}

static ssize_t master_write(struct file *file, struct uio *uio, __attribute__((unused)) loff_t *pos)
{
	struct pty *pty = file->private;
	uint8_t chunk[CHUNK];
	ssize_t done = 0;
	int error = 0;

	while (uio->left && !error) {
		size_t n = uio_copy_from(uio, chunk, MIN(uio->left, sizeof(chunk))), at = 0;

		if (n == 0) {
			error = -EFAULT;
			break;
		}
		while (at < n) {
			size_t took = READ_ONCE(pty->master_stopped)
					      ? 0
					      : ldisc_receive(&pty->tty, chunk + at, n - at);

			at += took;
			done += (ssize_t)took;
			if (at == n)
				break;
			WRITE_ONCE(pty->master_unsent, true);
			error = file->flags & O_NONBLOCK
					? -EAGAIN
					: wait_event_interruptible(&pty->master_write,
								   input_room(pty));
			if (error)
				break;
		}
		/* A full line drops what comes: there may never be a wait. */
		if (uio->left && signal_pending())
			break;
		resched_point();
	}
	return done ? done : error;
}

static unsigned int master_poll(struct file *file, struct poll_table *table)
{
	struct pty *pty = file->private;
	unsigned int ready;

	poll_wait(table, &pty->master_read);
	poll_wait(table, &pty->master_write);
	unsigned long flags = spin_lock_irqsave(&pty->tty.lock);
	ready = readable(pty);
	if (writable(pty))
		ready |= POLLOUT | POLLWRNORM;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return ready;
}

static int master_async(struct file *file, struct poll_table *table)
{
	struct pty *pty = file->private;

	/* Its owner is not the slave's group, whose terminal this is not. */
	return tty_async(NULL, file, &pty->master_async, table);
}

static long set_flag(struct pty *pty, bool *flag, unsigned long arg)
{
	int value;

	if (copy_from_user(&value, arg, sizeof(value)))
		return -EFAULT;
	unsigned long flags = spin_lock_irqsave(&pty->tty.lock);
	if (flag == &pty->tty.packet && value && !*flag)
		pty->tty.packet_status = 0;
	*flag = value != 0;
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return 0;
}

static const struct file_ops no_ops = {.open = NULL}; /* until the file is the slave's */

/* A new descriptor for the slave, as glibc's openpty() asks for it: the node's name is looked up
 * here, whatever its mode, so that ttyname() finds the descriptor's. */
static long open_peer(struct pty *pty, unsigned long open_flags)
{
	char name[24];
	struct file *file;
	struct path path;
	int error;

	if (open_flags & ~(unsigned long)(O_ACCMODE | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	snprintf(name, sizeof(name), "/dev/pts/%u", pty->index);
	error = path_lookup(AT_FDCWD, name, 0, &path);
	if (!error && (uintptr_t)path.dentry->inode->private != pty->serial) {
		path_put(&path);
		error = -ENODEV;
	}
	if (error)
		return error == -ENOENT ? -ENODEV : error;
	error = file_for_path(&path, &no_ops, NULL, (unsigned int)open_flags,
			      FILE_READ | FILE_WRITE | FILE_STREAM, &file);
	path_put(&path);
	if (error)
		return error;
	error = pty_open_slave(pty->index, file);
	if (!error) {
		error = fd_install(file, 0, open_flags & O_CLOEXEC);
		if (error >= 0)
			return error;
	}
	file_put(file);
	return error;
}

#define MASTER_START 17 /* its settings are never changed: they are the slave's that TCSETS sets */
#define MASTER_STOP  19

/* Of the master's own output, which is what is typed. */
static long master_flow(struct pty *pty, unsigned long what)
{
	uint8_t c = what == TCIOFF ? MASTER_STOP : MASTER_START;

	switch (what) {
	case TCOOFF:
	case TCOON:
		WRITE_ONCE(pty->master_stopped, what == TCOOFF);
		wait_wake(&pty->master_write, 0, POLLOUT | POLLWRNORM);
		return 0;
	case TCIOFF:
	case TCION:
		if (!READ_ONCE(pty->master_stopped))
			(void)ldisc_receive(&pty->tty, &c, 1);
		return 0;
	default:
		return -EINVAL;
	}
}

/* What waits to be read goes; what was typed has arrived. */
static long master_flush(struct pty *pty, unsigned long what)
{
	unsigned long flags;

	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what == TCOFLUSH)
		return 0;
	flags = spin_lock_irqsave(&pty->tty.lock);
	pty->tty.out_tail += tty_out_ready(&pty->tty);
	if (tty_out_room(&pty->tty))
		wait_wake(&pty->tty.write_wait, 0, POLLOUT | POLLWRNORM);
	spin_unlock_irqrestore(&pty->tty.lock, flags);
	return 0;
}

static long master_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct pty *pty = file->private;
	int value;

	switch (command) {
	case TIOCGPTN:
		value = (int)pty->index;
		return copy_to_user(arg, &value, sizeof(value));
	case TIOCSPTLCK:
		return set_flag(pty, &pty->locked, arg);
	case TIOCGPTLCK:
		value = pty->locked;
		return copy_to_user(arg, &value, sizeof(value));
	case TIOCPKT:
		return set_flag(pty, &pty->tty.packet, arg);
	case TIOCGPKT:
		value = pty->tty.packet;
		return copy_to_user(arg, &value, sizeof(value));
	case TIOCGPTPEER:
		return open_peer(pty, arg);
	case TIOCINQ: { /* what the master can read */
		unsigned long flags = spin_lock_irqsave(&pty->tty.lock);

		value = (int)tty_out_ready(&pty->tty);
		spin_unlock_irqrestore(&pty->tty.lock, flags);
		return copy_to_user(arg, &value, sizeof(value));
	}
	case TCXONC:
		return master_flow(pty, arg);
	case TCFLSH:
		return master_flush(pty, arg);
	default:
		return tty_ioctl(file, &pty->tty, true, command, arg);
	}
}

static void master_release(struct file *file)
{
	struct pty *pty = file->private;

	table_remove(pty);
	tty_hang_up(&pty->tty);
	tty_put(&pty->tty);
}

static const struct file_ops master_ops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.async = master_async,
	.ioctl = master_ioctl,
	.release = master_release,
};

static int master_open(__attribute__((unused)) struct inode *inode, struct file *file)
{
	struct pty *pty = kzalloc(sizeof(*pty), GFP_KERNEL);
	int error;

	if (!pty)
		return -ENOMEM;
	tty_init(&pty->tty, &driver, 0);
	pty->tty.termios.base.cflag &= ~HUPCL; /* there is no line */
	wait_queue_init(&pty->master_read);
	wait_queue_init(&pty->master_write);
	wait_queue_init(&pty->master_async);
	pty->locked = true;
	devpts_own(pty);
	error = table_add(pty);
	if (error) {
		kfree(pty);
		return error;
	}
	file->private = pty;
	file->ops = &master_ops;
	file->flags |= O_NOCTTY;
	return 0;
}

static const struct file_ops ptmx_ops = {.open = master_open};

static int slave_open(struct inode *inode, struct file *file)
{
	return pty_open_slave((MAJOR(inode->rdev) - 136) * 256 + MINOR(inode->rdev), file);
}

static const struct file_ops slave_ops = {.open = slave_open};

static int pty_init(void)
{
	int error;

	xarray_init(&ptys);
	error = chrdev_register(5, 2, 1, "ptmx", &ptmx_ops);
	for (unsigned int i = 0; i < PTY_MAX / 256 && !error; i++)
		error = chrdev_register(136 + i, 0, 256, "pts", &slave_ops);
	if (!error)
		error = devfs_add("ptmx", S_IFCHR | 0666, MKDEV(5, 2));
	return error;
}
INIT_SUBSYS(pty_init);
