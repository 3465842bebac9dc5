// SPDX-License-Identifier: MIT
// Covers: FILE-21. The characters that signal, SIGWINCH to the foreground, hang-up when the
// master closes: SIGHUP, EIO, end of file, POLLHUP; NOFLSH, locked ptys.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master;
static char name[64];
static volatile int caught[65];

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	caught[number]++;
}

static void foreground(int ends[2])
{
	struct winsize size = {10, 20, 0, 0};
	struct pollfd ready;
	struct termios modes;
	int slave, unread = 0;
	char byte;

	MUST(setsid());
	slave = (int)MUST(open(name, O_RDWR));
	for (const int *number = (const int[]){SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP, 0};
	     *number; number++)
		catch_signal(*number, handler, SA_RESTART);
	MUST(write(master, "\003", 1));
	while (!caught[SIGINT])
		sleep_ms(1);
	MUST(write(master, "\034", 1));
	while (!caught[SIGQUIT])
		sleep_ms(1);
	MUST(write(master, "\032", 1));
	while (!caught[SIGTSTP])
		sleep_ms(1);
	MUST(ioctl(slave, TIOCSWINSZ, &size));
	while (!caught[SIGWINCH])
		sleep_ms(1);
	MUST(ioctl(slave, TIOCSWINSZ, &size));
	sleep_ms(5);
	// The same size again is no news.
	CHECK_EQ(caught[SIGWINCH], 1);
	CHECK_EQ(caught[SIGINT], 1);
	close(master);
	tell(ends);
	while (!caught[SIGHUP])
		sleep_ms(1);
	CHECK_EQ(read(slave, &byte, 1), 0);
	CHECK_ERRNO(write(slave, "x", 1), EIO);
	ready = (struct pollfd){slave, POLLIN | POLLOUT, 0};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents & POLLHUP, POLLHUP);
	// It is a terminal no more.
	CHECK_ERRNO(ioctl(slave, TCGETS, &modes), EIO);
	CHECK_ERRNO(ioctl(slave, TIOCSWINSZ, &size), EIO);
	CHECK_ERRNO(ioctl(slave, TIOCGPGRP, &unread), EIO);
	CHECK_ERRNO(ioctl(slave, FIONREAD, &unread), EIO);
	CHECK_ERRNO(ioctl(slave, 0x1234), EIO);
	CHECK_ERRNO(ioctl(slave, TIOCSPGRP, &unread), ENOTTY);
	CHECK_EQ(ioctl(slave, FIONBIO, &unread), 0);
}

CONTRACT
{
	int number, unlock = 0, ends[2];
	pid_t child;

	MUST(pipe(ends));
	master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	CHECK_ERRNO(open(name, O_RDWR | O_NOCTTY), EIO);
	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	child = CHILD(foreground(ends));
	hear(ends);
	close(master);
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(open(name, O_RDWR | O_NOCTTY), ENOENT);
}
