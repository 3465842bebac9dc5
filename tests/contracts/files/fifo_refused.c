// SPDX-License-Identifier: MIT
// Covers: FILE-18. A writer that is refused, as nobody reads, was never there: a reader that opens at this moment
// waits for one that comes.
#include "contract.h"

#define MOMENT 300000000LL // ns

// Each counts its rounds.
static volatile int *reading, *written;

static void write_each(void)
{
	for (int round = 1;; round++) {
		int fd;

		while (*reading < round)
			sched_yield();
		while ((fd = open("p", O_WRONLY | O_NONBLOCK)) < 0)
			sched_yield();
		MUST(write(fd, "x", 1));
		close(fd);
		*written = round;
	}
}

CONTRACT
{
	long long end = now_ns(CLOCK_MONOTONIC) + MOMENT;
	int ends = 0;

	reading = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	written = reading + 1;
	MUST(mkfifo("p", 0600));
	pid_t writer = CHILD(write_each());
	for (int round = 1; now_ns(CLOCK_MONOTONIC) < end; round++) {
		char byte;
		int fd;

		*reading = round;
		fd = (int)MUST(open("p", O_RDONLY));
		ends += read(fd, &byte, 1) == 0;
		while (*written < round)
			sched_yield();
		close(fd);
	}
	MUST(kill(writer, SIGKILL));
	CHECK_KILLED(writer, SIGKILL);
	CHECK_EQ(ends, 0);
}
