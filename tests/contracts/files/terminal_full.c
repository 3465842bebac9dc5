// SPDX-License-Identifier: MIT
// Covers: FILE-21. A terminal's queues when they are full: whoever types waits while complete lines wait to be read, and none
// of them is cut; a line that is too long loses its end, and typing goes on.
#include "contract.h"
#include <poll.h>
#include <termios.h>

#define LINES 1000

static int master, slave;

// Many short lines; their reader is late.
static void lines(void)
{
	static char all[LINES * 10 + 1];
	char text[64];
	pid_t writer;

	for (int i = 0; i < LINES; i++)
		snprintf(all + i * 10, 11, "line %04d\n", i);
	writer = CHILD(CHECK_EQ(write(master, all, LINES * 10), LINES * 10));
	sleep_ms(30);
	for (int i = 0; i < LINES; i++)
		if (MUST(read(slave, text, sizeof(text))) != 10 || memcmp(text, all + i * 10, 10))
			CHECK_EQ(i, LINES);
	CHECK_EXIT(writer, 0);
}

// The queue is full of a line behind another: who types it goes on when that one is read.
static void line_behind(void)
{
	static char text[5000];
	pid_t writer =
		CHILD(memset(text, 'a', sizeof(text)); memcpy(text, "short\n", 6); text[4095] = 'b';
		      text[4096] = '\n'; CHECK_EQ(write(master, text, 4097), 4097));

	sleep_ms(30);
	CHECK_EQ(read(slave, text, sizeof(text)), 6);
	CHECK_EQ(read(slave, text, sizeof(text)), 4091);
	CHECK_EQ(text[4089], 'b');
	CHECK_EXIT(writer, 0);
}

static void long_line(void)
{
	static char text[5000];

	memset(text, 'a', sizeof(text));
	CHECK_EQ(write(master, text, sizeof(text)), sizeof(text));
	sleep_ms(30);
	CHECK_EQ(poll(&(struct pollfd){master, POLLOUT, 0}, 1, 0), 1);
	CHECK_EQ(write(master, "\n", 1), 1);
	CHECK_EQ(read(slave, text, sizeof(text)), 4096);
	CHECK_EQ(text[4095], '\n');
}

// Echo waits behind a stop, and nobody reads what overtakes it.
static void output(void)
{
	char byte;

	CHECK_EQ(write(master, "\x13", 1), 1);
	sleep_ms(30);
	for (int i = 0; i < 5000; i++)
		MUST(tcflow(slave, TCIOFF));
	CHECK_EQ(read(master, &byte, 1), 1);
	CHECK_EQ(byte, 0x13);
}

CONTRACT
{
	struct termios mode;

	master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY));
	MUST(unlockpt(master));
	slave = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
	MUST(tcgetattr(slave, &mode));
	mode.c_lflag &= ~(tcflag_t)ECHO;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	lines();
	line_behind();
	long_line();
	output();
}
