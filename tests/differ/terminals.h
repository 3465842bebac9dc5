// SPDX-License-Identifier: MIT
// Terminals: what is typed at the master of a pseudo-terminal and written to its slave, under settings by chance, comes out as
// the same bytes at both ends. After each call we wait for Linux, which hands bytes on a little later.

#ifndef TERMINALS_H
#define TERMINALS_H

#include "differ.h"

#include <sys/ioctl.h>
#include <termios.h>

#define TERMINAL_LATER 4000 // microseconds

static int terminal_master, terminal_slave;

static void terminals_begin(void)
{
	struct termios termios;

	signal(SIGIO, SIG_IGN);
	terminal_master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	unlockpt(terminal_master);
	terminal_slave = open(ptsname(terminal_master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	(void)!fchown(terminal_slave, 1000, 1000); // who may open it again
	tcgetattr(terminal_slave, &termios);
	termios.c_cc[VMIN] = 1;
	tcsetattr(terminal_slave, TCSANOW, &termios);
}

static void terminals_after(void)
{
	usleep(TERMINAL_LATER);
}

static void show_bytes(const char *bytes, long n)
{
	for (long i = 0; i < n && i < 400; i++)
		note(" %02x", bytes[i] & 0xff);
}

// Letters, and what means something to one setting or other; but no XON and XOFF: what a signal's character throws away that was typed
// with one of these depends on how fast Linux is.
static size_t some_bytes(char *bytes, size_t most)
{
	static const char special[] = {'\n', '\r',   '\t', '\b', 0x7f, 3,      4,     0x15, 0x17,
				       0x12, 0x16,   0x1a, 0x1c, 0xf,  0,      '\\',  ' ',  '_',
				       'Z',  '\xff', 1,	   0x1b, 7,    '\xc3', '\xa9'};
	size_t n = 1 + random_below(most);

	for (size_t i = 0; i < n; i++)
		bytes[i] = random_below(2) ? (char)('a' + random_below(4)) : PICK(special);
	return n;
}

static void op_type(void)
{
	char bytes[24];
	size_t n = some_bytes(bytes, random_below(3) ? 6 : 24);

	show_bytes(bytes, (long)n);
	DO(write(terminal_master, bytes, n), " (%zu)", n);
}

static void op_type_flow(void)
{
	char byte = (char)ONE_OF(0x11, 0x13, 0x11);

	DO(write(terminal_master, &byte, 1), " %#x", byte);
}

static void op_output(void)
{
	char bytes[24];
	size_t n = some_bytes(bytes, 12);

	show_bytes(bytes, (long)n);
	DO(write(terminal_slave, bytes, n), " (%zu)", n);
}

static void op_input(void)
{
	char bytes[512];
	size_t n = (size_t)ONE_OF(512, 512, 512, 1, 2, 5, 0);
	long got = DO(read(terminal_slave, bytes, n), "(%zu)", n);

	show_bytes(bytes, got);
}

static void op_screen(void)
{
	char bytes[512];
	size_t n = (size_t)ONE_OF(512, 512, 512, 3, 1);
	long got = DO(read(terminal_master, bytes, n), "(%zu)", n);

	show_bytes(bytes, got);
}

#define FLAGS(...)                                           \
	({                                                   \
		static const tcflag_t of_[] = {__VA_ARGS__}; \
		PICK(of_);                                   \
	})

// One flag or character becomes another.
static void op_settings(void)
{
	struct termios termios;
	tcflag_t flag;
	int when = (int)ONE_OF(TCSANOW, TCSANOW, TCSADRAIN, TCSAFLUSH), which;

	tcgetattr(terminal_slave, &termios);
	switch (random_below(6)) {
	case 0:
		flag = FLAGS(IGNBRK, BRKINT, IGNPAR, PARMRK, INPCK, ISTRIP, INLCR, IGNCR, ICRNL,
			     IUCLC, IXON, IXANY, IXOFF, IMAXBEL, IUTF8);
		termios.c_iflag ^= flag;
		note(" i %#x", flag);
		break;
	case 1:
		flag = FLAGS(OPOST, OLCUC, ONLCR, OCRNL, ONOCR, ONLRET, OFILL, XTABS);
		termios.c_oflag ^= flag;
		tcflow(terminal_slave,
		       TCOON); // echo that waits is made into output later, or was before
		(void)!write(terminal_master, "\x11", 1);
		terminals_after();
		note(" o %#x", flag);
		break;
	case 2:
	case 3:
		flag = FLAGS(ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH, ECHOCTL, ECHOPRT,
			     ECHOKE, IEXTEN, TOSTOP, ICANON, ECHO, 0004 /* XCASE */);
		termios.c_lflag ^= flag;
		note(" l %#x", flag);
		break;
	case 4:
		which = (int)ONE_OF(VINTR, VQUIT, VERASE, VKILL, VEOF, VEOL, VEOL2, VSUSP, VREPRINT,
				    VWERASE, VLNEXT, VSTART, VSTOP, VDISCARD);
		termios.c_cc[which] = (cc_t)ONE_OF(0, 'a', 'b', 4, 0x15, 0x7f, 8, 0xff);
		note(" c %d %#x", which, termios.c_cc[which]);
		break;
	default:
		termios.c_cc[VMIN] = (cc_t)ONE_OF(0, 1, 1, 3, 5);
		note(" min %d", termios.c_cc[VMIN]);
	}
	DO(tcsetattr(terminal_slave, when, &termios), " (%d)", when);
}

static void op_show_settings(void)
{
	struct termios termios;

	DO(tcgetattr(random_below(2) ? terminal_slave : terminal_master, &termios), "()");
	note(" %x %x %x %x", termios.c_iflag, termios.c_oflag, termios.c_cflag, termios.c_lflag);
}

static void op_waiting(void)
{
	int in = -1, out = -1, at_master = -1, discipline = -1;

	ioctl(terminal_slave, TIOCINQ, &in);
	ioctl(terminal_slave, TIOCOUTQ, &out);
	ioctl(terminal_master, TIOCINQ, &at_master);
	ioctl(terminal_slave, TIOCGETD, &discipline);
	note(" %d %d %d %d", in, out, at_master, discipline);
}

static void op_ready(void)
{
	struct pollfd set[2] = {{terminal_master, POLLIN | POLLOUT | POLLPRI, 0},
				{terminal_slave, POLLIN | POLLOUT | POLLPRI, 0}};

	DO(poll(set, 2, 0), "()");
	note(" %#x %#x", set[0].revents, set[1].revents);
}

static void op_flush(void)
{
	int fd = random_below(2) ? terminal_slave : terminal_master,
	    which = (int)ONE_OF(TCIFLUSH, TCOFLUSH, TCIOFLUSH, 3);

	DO(tcflush(fd, which), "(%s, %d)", fd == terminal_master ? "master" : "slave", which);
}

static void op_flow(void)
{
	int fd = random_below(2) ? terminal_slave : terminal_master,
	    action = (int)ONE_OF(TCOOFF, TCOON, TCIOFF, TCION, 4);

	DO(tcflow(fd, action), "(%s, %d)", fd == terminal_master ? "master" : "slave", action);
}

static void op_packet(void)
{
	int on = (int)random_below(2), is = -1;

	DO(ioctl(terminal_master, TIOCPKT, &on), "(%d)", on);
	ioctl(terminal_master, TIOCGPKT, &is);
	note(" %d", is);
}

static void op_window(void)
{
	struct winsize size = {(unsigned short)ONE_OF(0, 24, 50),
			       (unsigned short)ONE_OF(0, 80, 132), 0, 0};
	int fd = random_below(2) ? terminal_slave : terminal_master;

	DO(ioctl(fd, TIOCSWINSZ, &size), "(%d, %d)", size.ws_row, size.ws_col);
	memset(&size, 0, sizeof(size));
	ioctl(terminal_slave, TIOCGWINSZ, &size);
	note(" %d %d", size.ws_row, size.ws_col);
}

// Bytes as if typed, with the slave's own descriptor.
static void op_fake(void)
{
	char byte = (char)ONE_OF('a', '\n', 4, 3, 0x7f);

	DO(ioctl(terminal_slave, TIOCSTI, &byte), "(%#x)", byte);
}

static void op_reopen(void)
{
	close(terminal_slave);
	terminal_slave = (int)open(ptsname(terminal_master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	note(" %d", terminal_slave >= 0);
}

static const struct op terminals_ops[] = {
	{"type", op_type},
	{"type", op_type},
	{"type", op_type},
	{"type", op_type},
	{"output", op_output},
	{"output", op_output},
	{"input", op_input},
	{"input", op_input},
	{"input", op_input},
	{"screen", op_screen},
	{"screen", op_screen},
	{"screen", op_screen},
	{"settings", op_settings},
	{"settings", op_settings},
	{"settings", op_settings},
	{"ready", op_ready},
	{"show_settings", op_show_settings},
	{"waiting", op_waiting},
	{"flush", op_flush},
	{"flow", op_flow},
	{"packet", op_packet},
	{"type_flow", op_type_flow},
	{"window", op_window},
	{"fake", op_fake},
	{"reopen", op_reopen},
};

static const struct area terminals_area = {"terminals", terminals_begin, terminals_ops,
					   COUNT(terminals_ops), terminals_after};

#endif
