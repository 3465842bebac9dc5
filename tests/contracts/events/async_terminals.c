// SPDX-License-Identifier: MIT
// Covers: EVENT-06. O_ASYNC on terminals: each line, or raw each arrival, is told, and output to the
// master; room to who missed it; the foreground group owns it unless somebody does; a hang-up ends it.
#include "async.h"
#include <pty.h>
#include <termios.h>

static char big[65536];

// One or more of word, and nothing else: output reaches a master in as many pieces as it likes.
static bool only(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (!*text)
		return false;
	for (; *text; text += length)
		if (strncmp(text, word, length) != 0)
			return false;
	return true;
}

static void mode(int slave, bool raw, bool echo)
{
	struct termios settings;

	MUST(tcgetattr(slave, &settings));
	if (raw)
		cfmakeraw(&settings);
	settings.c_lflag = echo ? settings.c_lflag | ECHO : settings.c_lflag & ~ECHO;
	MUST(tcsetattr(slave, TCSANOW, &settings));
}

static void input(void)
{
	int master, slave;

	MUST(openpty(&master, &slave, NULL, NULL, NULL));
	mode(slave, false, false);
	arm(master, 'A');
	arm(slave, 'B');
	MUST(write(master, "a", 1));
	CHECK_TEXT(came_late(0), ""); // no line yet
	MUST(write(master, "b\n", 2));
	CHECK_TEXT(came_late(1), "B:in ");
	MUST(write(master, "1\n2\n3\n", 6));
	CHECK_TEXT(came_late(3), "B:in B:in B:in ");
	MUST(read(slave, big, 100));
	CHECK_TEXT(came_late(0), "");
	MUST(write(slave, "out", 3));
	CHECK(only(came_late(1), "A:in "));
	MUST(write(slave, "o\n", 2));
	CHECK(only(came_late(1), "A:in "));
	MUST(read(master, big, 100));
	CHECK_TEXT(came_late(0), "");
	mode(slave, false, true);
	MUST(write(master, "e", 1)); // its echo is output
	CHECK(only(came_late(1), "A:in "));
	MUST(write(master, "\4", 1));
	CHECK_TEXT(came_late(1), "B:in ");
	mode(slave, true, false);
	(void)came_late(0);
	MUST(write(master, "a", 1));
	CHECK_TEXT(came_late(1), "B:in ");
	MUST(write(master, "1\n2\n3\n", 6));
	CHECK_TEXT(came_late(1), "B:in ");
	MUST(close(slave));
	CHECK_TEXT(came_late(0), "");
	MUST(close(master));
}

// Who could not write all is told once when he can.
static void room(void)
{
	int master, slave;

	MUST(openpty(&master, &slave, NULL, NULL, NULL));
	mode(slave, true, false);
	set_nonblock(slave, true);
	set_nonblock(master, true);
	arm(slave, 'B');
	MUST(write(slave, "x", 1));
	sleep_ms(30);
	MUST(read(master, big, sizeof(big)));
	CHECK_TEXT(came_late(0), ""); // nothing was missed
	while (write(slave, big, 1000) > 0)
		;
	CHECK_EQ(errno, EAGAIN);
	CHECK_TEXT(came_late(0), "");
	for (int idle = 0; idle < 10;) {
		if (read(master, big, sizeof(big)) > 0) {
			idle = 0;
		} else {
			idle++;
			sleep_ms(3);
		}
	}
	CHECK_TEXT(came_late(1), "B:out ");
	MUST(close(slave));
	MUST(close(master));
}

static void owners(void)
{
	int master, slave, other;

	MUST(setsid());
	MUST(openpty(&master, &slave, NULL, NULL, NULL));
	CHECK_EQ(fcntl(slave, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(fcntl(slave, F_GETOWN) - getpid(), 0); // nobody is in front
	MUST(fcntl(slave, F_SETFL, 0));
	other = (int)MUST(open(ttyname(slave), O_RDWR | O_NOCTTY));
	MUST(ioctl(slave, TIOCSCTTY, 0));
	MUST(fcntl(slave, F_SETFL, O_ASYNC));
	CHECK_EQ(fcntl(slave, F_GETOWN) - getpid(), 0); // it has one
	MUST(fcntl(slave, F_SETFL, 0));
	CHECK_EQ(fcntl(other, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(fcntl(other, F_GETOWN) + getpgrp(), 0);
	CHECK_EQ(fcntl(master, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(fcntl(master, F_GETOWN) - getpid(), 0);
	MUST(fcntl(master, F_SETFL, 0));
	(void)came_late(0);
	MUST(write(master, "x\n", 2));
	CHECK_TEXT(came_late(1), "SIGIO ");
	MUST(fcntl(other, F_SETSIG, ASYNC_SIGNAL('A')));
	async_fd['A'] = other;
	MUST(write(master, "x\n", 2));
	CHECK_TEXT(came_late(1), "A:in ");

	MUST(close(master)); // hung up: told by SIGHUP, and nothing is left of it
	sleep_ms(30);
	CHECK_EQ(fcntl(other, F_GETFL) & O_ASYNC, 0);
	CHECK_ERRNO(fcntl(other, F_SETFL, O_ASYNC), ENOTTY);
	CHECK_EQ(fcntl(other, F_GETFL) & O_ASYNC, 0);
	CHECK_EQ(sigtimedwait(&(sigset_t){{1ul << (SIGHUP - 1)}}, NULL, &(struct timespec){1, 0}) -
			 SIGHUP,
		 0);
	CHECK_EQ(sigtimedwait(&(sigset_t){{1ul << (SIGCONT - 1)}}, NULL, &(struct timespec){1, 0}) -
			 SIGCONT,
		 0);
	CHECK_TEXT(came_late(0), "");
	MUST(close(other));
	MUST(close(slave));
}

CONTRACT
{
	async_begin();
	input();
	room();
	CHECK_EXIT(CHILD(owners()), 0);
}
