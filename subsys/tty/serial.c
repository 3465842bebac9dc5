// SPDX-License-Identifier: MIT
// The console's serial port as a terminal, and the device nodes /dev/console and /dev/tty.

#include "tty.h"

#include <core/errno.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <hal/serial.h>

#define SERIAL_NO_IRQ (~0u) /* HAL_IRQ_NONE */
#define POLL_INTERVAL (10 * NSEC_PER_MSEC)

static struct tty port;
static struct timer poll_timer; /* only for a port without an interrupt */

/* Move output to the transmitter until it is full; then the interrupt goes on. */
static void serial_kick(struct tty *tty)
{
	while (!tty->stopped && tty_out_used(tty)) {
		uint32_t at = tty->out_tail & (TTY_QUEUE - 1);
		uint32_t n = MIN(tty_out_used(tty), TTY_QUEUE - at);
		size_t took = hal_serial_write((const char *)&tty->out[at], n);

		tty->out_tail += (uint32_t)took;
		if (took < n) {
			hal_serial_want_room(true);
			return;
		}
	}
	hal_serial_want_room(false);
	if (wait_active(&tty->write_wait))
		wait_wake(&tty->write_wait, 0, POLLOUT | POLLWRNORM);
}

static void serial_release(__attribute__((unused)) struct tty *tty)
{
	panic("the console's terminal was released"); /* the driver's own reference is never given up */
}

static const struct tty_driver driver = {.kick = serial_kick, .release = serial_release};

static void serial_interrupt(__attribute__((unused)) void *arg)
{
	uint8_t data[64];
	size_t n;

	while ((n = hal_serial_read((char *)data, sizeof(data))) > 0)
		ldisc_receive(
			&port, data,
			n); /* what finds no room is lost, as on a line without flow control */
	unsigned long flags = spin_lock_irqsave(&port.lock);
	serial_kick(&port);
	spin_unlock_irqrestore(&port.lock, flags);
	tty_async_room(&port);
}

static void serial_poll(struct timer *timer)
{
	serial_interrupt(NULL);
	timer_start(timer, clock_monotonic() + POLL_INTERVAL);
}

static int serial_open(__attribute__((unused)) struct inode *inode, struct file *file)
{
	tty_get(&port);
	return tty_open_file(&port, file);
}

static int console_open(__attribute__((unused)) struct inode *inode, struct file *file)
{
	file->flags |=
		O_NOCTTY; /* the console never becomes a controlling terminal by being opened */
	tty_get(&port);
	return tty_open_file(&port, file);
}

static int own_open(__attribute__((unused)) struct inode *inode, struct file *file)
{
	struct tty *tty = job_terminal();

	file->flags |= O_NOCTTY;
	return tty ? tty_open_file(tty, file) : -ENXIO;
}

static const struct file_ops serial_ops = {.open = serial_open};
static const struct file_ops console_ops = {.open = console_open};
static const struct file_ops own_ops = {.open = own_open};

static int serial_init(void)
{
	unsigned int major, minor;
	const char *name = hal_serial_name(&major, &minor);
	unsigned int irq = hal_serial_irq();
	int error;

	tty_init(&port, &driver, MKDEV(major, minor));
	error = irq == SERIAL_NO_IRQ ? -ENODEV : irq_register(irq, name, serial_interrupt, NULL);
	if (error) {
		printk(LOG_NOTICE "%s: no interrupt line, polling\n", name);
		timer_init(&poll_timer, serial_poll);
		timer_start(&poll_timer, clock_monotonic() + POLL_INTERVAL);
	}
	error = chrdev_register(major, minor, 1, name, &serial_ops);
	if (!error)
		error = chrdev_register(5, 1, 1, "console", &console_ops);
	if (!error)
		error = chrdev_register(5, 0, 1, "tty", &own_ops);
	if (!error)
		error = devfs_add(name, S_IFCHR | 0600, MKDEV(major, minor));
	if (!error)
		error = devfs_add("console", S_IFCHR | 0600, MKDEV(5, 1));
	if (!error)
		error = devfs_add("tty", S_IFCHR | 0666, MKDEV(5, 0));
	return error;
}
INIT_SUBSYS(serial_init);
