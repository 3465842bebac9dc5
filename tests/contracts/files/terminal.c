// SPDX-License-Identifier: MIT
// Covers: FILE-21. A pseudo-terminal: canonical and raw input, echo, erase, signals to the
// foreground group, window size, hang-up.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

static int resized;

static void on_resize(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	resized++;
}

static const char *from_master(int master, size_t length)
{
	static char text[256];
	size_t got = 0;

	while (got < length)
		got += (size_t)MUST(read(master, text + got, length - got));
	text[got] = 0;
	return text;
}

CONTRACT
{
	int master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY)), number = -1, unlock = 0,
	    slave, waiting;
	char name[32], data[64] = {0};
	struct winsize size = {24, 80, 0, 0}, got;
	struct termios mode;
	sigset_t winch = set_of(SIGWINCH), none = set_of(0);
	pid_t child;

	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	slave = (int)MUST(open(name, O_RDWR | O_NOCTTY));
	CHECK_EQ(isatty(slave), 1);
	MUST(tcgetattr(slave, &mode));
	CHECK((mode.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
	CHECK_EQ(mode.c_cc[VINTR], 3);
	CHECK_EQ(mode.c_cc[VERASE], 127);
	MUST(write(master, "abX\177c", 5));
	CHECK_EQ(poll(&(struct pollfd){.fd = slave, .events = POLLIN}, 1, 0), 0);
	MUST(write(master, "\r", 1));
	CHECK_TEXT(from_master(master, 9), "abX\b \bc\r\n");
	CHECK_EQ(read(slave, data, 64), 4);
	CHECK_EQ(memcmp(data, "abc\n", 4), 0);
	MUST(write(slave, "x\n", 2));
	CHECK_TEXT(from_master(master, 3), "x\r\n");
	// Two lines: a read gives one; end of file on an empty line gives 0.
	mode.c_lflag &= ~(tcflag_t)ECHO;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	MUST(write(master, "one\ntwo\n\004", 9));
	CHECK_EQ(read(slave, data, 64), 4);
	CHECK_EQ(read(slave, data, 2), 2);
	CHECK_EQ(read(slave, data, 64), 2);
	CHECK_EQ(read(slave, data, 64), 0);
	// Raw with VMIN and VTIME.
	cfmakeraw(&mode);
	MUST(tcsetattr(slave, TCSANOW, &mode));
	MUST(write(master, "\003r", 2));
	CHECK_EQ(read(slave, data, 64), 2);
	CHECK_EQ(data[0], 3);
	mode.c_cc[VMIN] = 0;
	mode.c_cc[VTIME] = 1;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	CHECK_EQ(read(slave, data, 64), 0);
	MUST(write(master, "xyz", 3));
	MUST(poll(&(struct pollfd){.fd = slave, .events = POLLIN}, 1, -1));
	MUST(ioctl(slave, FIONREAD, &waiting));
	CHECK_EQ(waiting, 3);
	MUST(tcflush(slave, TCIFLUSH));
	CHECK_EQ(read(slave, data, 64), 0);
	// Job control: a session of its own, whose terminal this is.
	mode.c_lflag |= ISIG;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	CHECK_ERRNO(tcgetpgrp(slave), ENOTTY);
	child = CHILD(MUST(setsid()); MUST(ioctl(slave, TIOCSCTTY, 0));
		      CHECK_EQ(tcgetpgrp(slave), getpid()); CHECK(open("/dev/tty", O_RDWR) >= 0);
		      catch_signal(SIGWINCH, on_resize, 0);
		      MUST(sigprocmask(SIG_BLOCK, &winch, NULL)); MUST(write(slave, "+", 1));
		      while (!resized) sigsuspend(&none); MUST(ioctl(slave, TIOCGWINSZ, &got));
		      CHECK_EQ(got.ws_row, 24); CHECK_EQ(got.ws_col, 80);
		      MUST(write(slave, "-", 1)); for (;;) pause());
	CHECK_TEXT(from_master(master, 1), "+");
	MUST(ioctl(master, TIOCSWINSZ, &size));
	CHECK_TEXT(from_master(master, 1), "-");
	MUST(write(master, "\003", 1));
	CHECK_KILLED(child, SIGINT);
	// A background process that reads is stopped; when its terminal hangs up, the leader gets
	// SIGHUP.
	child = CHILD(int status; close(master); MUST(setsid()); MUST(ioctl(slave, TIOCSCTTY, 1));
		      pid_t back = CHILD(setpgid(0, 0); read(slave, data, 1));
		      MUST(waitpid(back, &status, WUNTRACED)); CHECK(WIFSTOPPED(status));
		      CHECK_EQ(WSTOPSIG(status), SIGTTIN); kill(back, SIGKILL);
		      MUST(write(slave, "*", 1)); for (;;) pause());
	CHECK_TEXT(from_master(master, 1), "*");
	close(master);
	CHECK_KILLED(child, SIGHUP);
	CHECK_EQ(read(slave, data, 1), 0);
	CHECK_ERRNO(write(slave, "x", 1), EIO);
}
