// SPDX-License-Identifier: MIT
// Covers: FILE-21. Of several who read a terminal, or its master, one gets what comes: the others go on waiting and
// are told of no end of file. Of one terminal only one reads at a time: a line is his alone, and so is what VMIN makes him wait for.
// In packet mode who was slower is not told of data that are not there.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

#define READERS 4
#define ROUNDS	150

static void read_until_told(int fd)
{
	char data[16];
	ssize_t n;

	do {
		n = MUST(read(fd, data, sizeof(data)));
		if (n == 0)
			_exit(2);
	} while (data[0] != 'q');
}

// What is written to one end, to be read at the other.
static void readers(int from, int to)
{
	pid_t children[READERS];

	for (int i = 0; i < READERS; i++)
		children[i] = CHILD(read_until_told(from));
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < READERS; i++)
			while (state_of(children[i]) == 'R')
				sched_yield();
		MUST(write(to, "x\n", 2));
	}
	for (int i = 0; i < READERS; i++) {
		int status;

		while (poll(&(struct pollfd){.fd = from, .events = POLLIN}, 1, 0) == 1)
			sleep_ms(1);
		MUST(write(to, "q\n", 2));
		MUST(wait(&status));
		CHECK_EQ(status, 0);
	}
}

#define LONG 1000

static void read_long_lines(int fd)
{
	static char data[2 * LONG];
	ssize_t n;

	do {
		n = MUST(read(fd, data, sizeof(data)));
		if (n != LONG || memchr(data, '\n', (size_t)n) != data + LONG - 1)
			_exit(2);
	} while (data[0] != 'q');
}

// Lines that a reader takes in several pieces.
static void long_lines(int slave, int master)
{
	static char line[LONG];
	pid_t children[READERS];

	memset(line, 'x', LONG);
	line[LONG - 1] = '\n';
	for (int i = 0; i < READERS; i++)
		children[i] = CHILD(read_long_lines(slave));
	for (int round = 0; round < ROUNDS; round++)
		CHECK_EQ(write(master, line, LONG), LONG);
	memset(line, 'q', LONG - 1);
	for (int i = 0; i < READERS; i++)
		CHECK_EQ(write(master, line, LONG), LONG);
	for (int i = 0; i < READERS; i++)
		CHECK_EXIT(children[i], 0);
}

static void one_at_a_time(int slave, int master)
{
	int other = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK));
	struct termios mode;
	char data[16];
	pid_t child;

	MUST(tcgetattr(slave, &mode));
	mode.c_lflag &= ~(tcflag_t)ICANON;
	mode.c_cc[VMIN] = 3;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	child = CHILD(CHECK_EQ(read(slave, data, sizeof(data)), 3));
	wait_until_asleep(child);
	MUST(write(master, "a", 1));
	sleep_ms(30);
	CHECK_ERRNO(read(other, data, sizeof(data)), EAGAIN);
	MUST(write(master, "bc", 2));
	CHECK_EXIT(child, 0);
	close(other);
}

static int shared;
static long long end;

// In packet mode a byte of status, and never alone, comes before what is there.
static void *read_packets(void *slave)
{
	bool alone = false;
	char data[16];

	while (!alone && now_ns(CLOCK_MONOTONIC) < end) {
		ssize_t n;

		if (slave)
			MUST(write(*(int *)slave, "x", 1));
		n = read(shared, data, sizeof(data));
		alone = n < 0 ? errno != EAGAIN : n < 2 || data[0] != TIOCPKT_DATA;
	}
	return (void *)(uintptr_t)alone;
}

static void packets(int slave, int master)
{
	pthread_t other;
	void *alone;

	MUST(ioctl(master, TIOCPKT, &(int){1}));
	MUST(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
	shared = master;
	end = now_ns(CLOCK_MONOTONIC) + 200000000;
	MUST(pthread_create(&other, NULL, read_packets, NULL));
	CHECK(!read_packets(&slave));
	MUST(pthread_join(other, &alone));
	CHECK(!alone);
}

CONTRACT
{
	int master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY)), slave;
	struct termios mode;

	MUST(unlockpt(master));
	slave = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
	MUST(tcgetattr(slave, &mode));
	mode.c_lflag &= ~(tcflag_t)ECHO;
	mode.c_oflag = 0;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	readers(slave, master);
	readers(master, slave);
	long_lines(slave, master);
	one_at_a_time(slave, master);
	packets(slave, master);
}
