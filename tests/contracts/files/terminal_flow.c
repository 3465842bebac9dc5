// SPDX-License-Identifier: MIT
// Covers: FILE-21. Output that is stopped, by XOFF or TCOOFF, is not taken; what was written before can be read. Each ends what it
// began. TCFLSH and TCXONC of the master are about what it reads and types. TIOCSTI is for root; TIOCPKT tells of it all.
#include "contract.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

// What the master has to read, which may come a little later.
static const char *screen(void)
{
	static char text[256];
	ssize_t n, got = 0;

	while (poll(&(struct pollfd){master, POLLIN, 0}, 1, 50) == 1 &&
	       (n = read(master, text + got, sizeof(text) - 1 - (size_t)got)) > 0)
		got += n;
	text[got] = 0;
	return text;
}

static void type(const char *text)
{
	CHECK_EQ(write(master, text, strlen(text)), (long)strlen(text));
	sleep_ms(30);
}

static void flow(void)
{
	CHECK_EQ(write(slave, "before", 6), 6);
	type("\x13");
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	CHECK_TEXT(screen(), "before");
	MUST(tcflow(slave, TCOON)); // not its to end
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	type("ab");
	CHECK_TEXT(screen(), ""); // echo waits, too
	type("\x11");
	CHECK_TEXT(screen(), "ab");
	MUST(tcflow(slave, TCOOFF));
	type("\x11");
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	CHECK_EQ(poll(&(struct pollfd){slave, POLLOUT, 0}, 1, 0), 0);
	MUST(tcflow(slave, TCOON));
	CHECK_EQ(write(slave, "after", 5), 5);
	CHECK_TEXT(screen(), "after");
	MUST(tcflow(master, TCOOFF));
	CHECK_ERRNO(write(master, "x", 1), EAGAIN);
	MUST(tcflow(master, TCOON));
	MUST(tcflow(master, TCIOFF)); // types XOFF
	sleep_ms(30);
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	MUST(tcflow(master, TCION));
	sleep_ms(30);
	MUST(tcflow(slave, TCIOFF));
	CHECK_TEXT(screen(), "\x13");
}

// Nor does a write that may not wait, when one that may is waiting.
static void beside(void)
{
	MUST(tcflow(slave, TCOOFF));
	pid_t waiting = CHILD(int own = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
			      CHECK_EQ(write(own, "wait", 4), 4));
	wait_until_asleep(waiting);
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	MUST(tcflow(slave, TCOON));
	CHECK_EXIT(waiting, 0);
	CHECK_TEXT(screen(), "wait");
}

static void flushes(void)
{
	char text[16];

	type("cd\n");
	MUST(tcflush(slave, TCOFLUSH)); // it is gone already
	CHECK_TEXT(screen(), "cd\r\n");
	CHECK_EQ(write(slave, "lost", 4), 4);
	sleep_ms(30);
	MUST(tcflush(master, TCIFLUSH));
	CHECK_TEXT(screen(), "");
	CHECK_EQ(read(slave, text, sizeof(text)), 5); // "ab" and "cd\n"
}

static void fake(void)
{
	char text[16];

	MUST(ioctl(slave, TIOCSTI, "s"));
	MUST(ioctl(slave, TIOCSTI, "\n"));
	sleep_ms(30);
	CHECK_TEXT(screen(), "s\r\n");
	CHECK_EQ(read(slave, text, sizeof(text)), 2);
	CHECK_ERRNO(ioctl(slave, TIOCSTI, (void *)8), EFAULT);
}

static void packets(void)
{
	struct termios termios;
	char status;

	MUST(ioctl(master, TIOCPKT, &(int){1}));
	MUST(tcgetattr(slave, &termios));
	termios.c_cc[VSTOP] = 1;
	MUST(tcsetattr(slave, TCSANOW, &termios));
	CHECK_EQ(read(master, &status, 1), 1);
	CHECK_EQ(status, TIOCPKT_NOSTOP);
	termios.c_cc[VSTOP] = 0x13;
	MUST(tcsetattr(slave, TCSANOW, &termios));
	CHECK_EQ(read(master, &status, 1), 1);
	CHECK_EQ(status, TIOCPKT_DOSTOP);
	type("\x13");
	CHECK_EQ(read(master, &status, 1), 1);
	CHECK_EQ(status, TIOCPKT_STOP);
	type("\x11");
	MUST(ioctl(master, TIOCPKT, &(int){1})); // as it was: what it has to tell stays
	CHECK_EQ(read(master, &status, 1), 1);
	CHECK_EQ(status, TIOCPKT_START);
	MUST(ioctl(master, TIOCPKT, &(int){0}));
}

// The master hears of it also while it sleeps, and by POLLPRI.
static void news(int status, void (*act)(void))
{
	pid_t child = CHILD(struct pollfd ready = {master, POLLPRI, 0}; char got;
			    CHECK_EQ(poll(&ready, 1, -1), 1); CHECK_EQ(ready.revents, POLLPRI);
			    CHECK_EQ(read(master, &got, 1), 1); CHECK_EQ(got, status));

	wait_until_asleep(child);
	act();
	CHECK_EXIT(child, 0);
}

static void flush_input(void)
{
	MUST(tcflush(slave, TCIFLUSH));
}

static void flush_output(void)
{
	MUST(tcflush(slave, TCOFLUSH));
}

static void set_and_flush(void)
{
	struct termios termios;

	MUST(tcgetattr(slave, &termios));
	MUST(tcsetattr(slave, TCSAFLUSH, &termios));
}

static void toggle_flow(void)
{
	struct termios termios;

	MUST(tcgetattr(slave, &termios));
	termios.c_iflag ^= IXON;
	MUST(tcsetattr(slave, TCSANOW, &termios));
}

static void packets_asleep(void)
{
	MUST(ioctl(master, TIOCPKT, &(int){1}));
	news(TIOCPKT_FLUSHREAD, flush_input);
	news(TIOCPKT_FLUSHWRITE, flush_output);
	news(TIOCPKT_FLUSHREAD, set_and_flush);
	news(TIOCPKT_NOSTOP, toggle_flow);
	news(TIOCPKT_DOSTOP, toggle_flow);
	MUST(ioctl(master, TIOCPKT, &(int){0}));
}

static void erasing(void)
{
	struct termios termios;
	char text[16];

	type("a\t\x7f");
	CHECK_TEXT(screen(), "a\t\b\b\b\b\b\b\b"); // a tab leaves nothing to wipe
	type("\x15\x15");			   // the second one finds nothing
	CHECK_TEXT(screen(), "\b \b");
	type("ab\tc\t\x7f\x7f\x7f");
	CHECK_TEXT(screen(), "ab\tc\t\b\b\b\b\b\b\b\b \b\b\b\b\b\b\b");
	type("\x15");
	CHECK_TEXT(screen(), "\b \b\b \b");
	MUST(tcgetattr(slave, &termios));
	termios.c_lflag |= ECHOPRT;
	MUST(tcsetattr(slave, TCSANOW, &termios));
	type("abc\x7f\x7f"
	     "d\n");
	CHECK_TEXT(screen(), "abc\\cb/d\r\n");
	CHECK_EQ(read(slave, text, sizeof(text)), 3);
	termios.c_lflag &= ~(tcflag_t)(ICANON | ECHOPRT);
	termios.c_cc[VMIN] = termios.c_cc[VTIME] = 0;
	MUST(tcsetattr(slave, TCSANOW, &termios));
	CHECK_EQ(read(slave, text, sizeof(text)), 0); // also with O_NONBLOCK
	type("\n");
	CHECK_TEXT(screen(), "^J"); // a control character like any other
	CHECK_EQ(termios.c_cflag, (tcflag_t)(B38400 | CS8 | CREAD));
}

CONTRACT
{
	master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
	MUST(unlockpt(master));
	slave = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK));
	flow();
	beside();
	flushes();
	fake();
	packets();
	packets_asleep();
	erasing();
}
