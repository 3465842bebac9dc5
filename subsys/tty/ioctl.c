// SPDX-License-Identifier: MIT
// The terminal's ioctls: settings, window size, flow control, flushing. Job control's are in
// job.c, the master's own in pty.c.

#include "tty.h"

#include <core/errno.h>

/* B0..B38400 and the extended rates of c_cflag's CBAUD, for c_ispeed and c_ospeed. */
#define CBAUD	0010017u
#define CBAUDEX 0010000u
static const uint32_t rates[] = {0,   50,   75,	  110,	134,  150,  200,   300,
				 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
static const uint32_t extended_rates[] = {0,	   57600,   115200,  230400,  460800,  500000,
					  576000,  921600,  1000000, 1152000, 1500000, 2000000,
					  2500000, 3000000, 3500000, 4000000};

static uint32_t rate(uint32_t cflag, uint32_t other)
{
	uint32_t code = cflag & 017;

	if (!(cflag & CBAUDEX))
		return rates[code];
	return code ? extended_rates[code] : other; /* BOTHER: as the number says */
}

/* Output on its way, in bytes. */
static uint32_t unsent(const struct tty *tty)
{
	return tty->driver->instant ? 0 : tty_out_used(tty);
}

/* Wait until the output is gone (tcdrain). 0 or -ERESTARTSYS. */
static int drain(struct tty *tty)
{
	return wait_event_interruptible(&tty->write_wait, !unsent(tty) || tty->hung_up);
}

static long set_termios(struct tty *tty, unsigned int command, unsigned long arg)
{
	bool second = command == TCSETS2 || command == TCSETSW2 || command == TCSETSF2;
	bool flush = command == TCSETSF || command == TCSETSF2;
	struct termios2 new;
	int error = job_check(tty, SIGTTOU);

	if (error)
		return error;
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	new = tty->termios;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (copy_from_user(&new, arg, second ? sizeof(struct termios2) : sizeof(struct termios)))
		return -EFAULT;
	new.ospeed = rate(new.base.cflag, new.ospeed);
	new.ispeed = new.ospeed;
	if (command != TCSETS && command != TCSETS2) {
		error = drain(tty);
		if (error)
			return error;
	}
	flags = spin_lock_irqsave(&tty->lock);
	if (flush)
		ldisc_flush_input(tty);
	ldisc_set(tty, &new);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

static long get_termios(struct tty *tty, size_t size, unsigned long arg)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	struct termios2 copy = tty->termios;

	spin_unlock_irqrestore(&tty->lock, flags);
	return copy_to_user(arg, &copy, size);
}

static long set_size(struct tty *tty, unsigned long arg)
{
	struct winsize size;

	if (copy_from_user(&size, arg, sizeof(size)))
		return -EFAULT;
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	bool changed = size.rows != tty->size.rows || size.columns != tty->size.columns ||
		       size.xpixel != tty->size.xpixel || size.ypixel != tty->size.ypixel;
	tty->size = size;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (changed)
		job_signal(tty, SIGWINCH);
	return 0;
}

static long flow(struct tty *tty, unsigned long what)
{
	int error = job_check(tty, SIGTTOU);

	if (error)
		return error;
	if (what == TCIOFF || what == TCION) {
		uint8_t c = tty->termios.base.cc[what == TCIOFF ? VSTOP : VSTART];
		unsigned long flags = spin_lock_irqsave(&tty->lock);

		if (c)
			ldisc_send(tty, c);
		spin_unlock_irqrestore(&tty->lock, flags);
		return 0;
	}
	if (what > TCIOFF)
		return -EINVAL;
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	if (what == TCOOFF)
		ldisc_stop(tty, true);
	else
		ldisc_start(tty, true);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

static long flush(struct tty *tty, unsigned long what)
{
	int error = job_check(tty, SIGTTOU);

	if (error)
		return error;
	if (what > TCIOFLUSH)
		return -EINVAL;
	unsigned long flags = spin_lock_irqsave(&tty->lock);
	if (what != TCOFLUSH)
		ldisc_flush_input(tty);
	if (what != TCIFLUSH)
		ldisc_flush_output(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

/* As if it had been typed, or for the master to read. Others' typing is not to be forged. */
static long type_byte(struct tty *tty, bool master, unsigned long arg)
{
	unsigned long flags;
	uint8_t c;

	if (!capable(CAP_SYS_ADMIN))
		return -EIO;
	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (!master) {
		(void)ldisc_receive(tty, &c, 1);
		return 0;
	}
	flags = spin_lock_irqsave(&tty->lock);
	ldisc_send(tty, c);
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

static long put_int(unsigned long arg, int value)
{
	return copy_to_user(arg, &value, sizeof(value));
}

static long set_discipline(unsigned long arg)
{
	int which;

	if (copy_from_user(&which, arg, sizeof(which)))
		return -EFAULT;
	return which == 0 ? 0 : -EINVAL; /* N_TTY is the one there is */
}

static long set_exclusive(struct tty *tty, bool on)
{
	unsigned long flags = spin_lock_irqsave(&tty->lock);

	tty->exclusive = on;
	spin_unlock_irqrestore(&tty->lock, flags);
	return 0;
}

long tty_ioctl(struct file *file, struct tty *tty, bool master, unsigned int command,
	       unsigned long arg)
{
	unsigned long flags;
	size_t n;
	long result = job_ioctl(tty, file, master, command, arg);

	if (result != -ENOIOCTLCMD)
		return result;
	switch (command) {
	case TCGETS:
		return get_termios(tty, sizeof(struct termios), arg);
	case TCGETS2:
		return get_termios(tty, sizeof(struct termios2), arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_termios(tty, command, arg);
	case TIOCGWINSZ:
		return copy_to_user(arg, &tty->size, sizeof(tty->size));
	case TIOCSWINSZ:
		return set_size(tty, arg);
	case TCXONC:
		return flow(tty, arg);
	case TCFLSH:
		return flush(tty, arg);
	case TCSBRK:
	case TCSBRKP: /* a break is nothing here; both wait for the output first */
		result = job_check(tty, SIGTTOU);
		return result ? result : drain(tty);
	case TIOCINQ:
	case TIOCOUTQ:
		flags = spin_lock_irqsave(&tty->lock);
		n = command == TIOCOUTQ ? unsent(tty) : ldisc_pending(tty);
		spin_unlock_irqrestore(&tty->lock, flags);
		return put_int(arg, (int)n);
	case TIOCGETD:
		return put_int(arg, 0);
	case TIOCSETD:
		return set_discipline(arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(tty, command == TIOCEXCL);
	case TIOCGEXCL:
		return put_int(arg, tty->exclusive);
	case TIOCSTI:
		return type_byte(tty, master, arg);
	case TIOCGDEV:
		return put_int(arg, (int)tty->dev);
	default:
		return -ENOTTY;
	}
}
