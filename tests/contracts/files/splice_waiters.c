// SPDX-License-Identifier: MIT
// Covers: FILE-10. Who splices waits beside those who read or write: what wakes it wakes one of them too.
#include "contract.h"

static char data[16 * 4096];

#define FILE_SIZE 100000
#define TIME	  200000000LL

static char text[FILE_SIZE];

// A pipe of one slot that another process fills again and again: of a file that is spliced into it nothing is left out, and nobody
// waits who must not.
static void fills(int fd)
{
	for (;;)
		(void)!write(fd, "x", 1);
}

static void filled_meanwhile(void)
{
	long long end = now_ns(CLOCK_MONOTONIC) + TIME;
	int file = (int)MUST(open("f", O_RDWR | O_CREAT, 0644)), p[2];
	off_t at = 0;
	pid_t filler;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	MUST(write(file, text, sizeof(text)));
	MUST(pipe2(p, O_NONBLOCK | O_DIRECT));
	CHECK_EQ(fcntl(p[1], F_SETPIPE_SZ, 4096), 4096);
	filler = CHILD(fills(p[1]));
	while (now_ns(CLOCK_MONOTONIC) < end) {
		off_t before = at;
		ssize_t n = splice(file, &at, p[1], NULL, 1000, SPLICE_F_NONBLOCK), got;

		if (n < 0 ? errno != EAGAIN || at != before : at != before + n)
			say("FAIL: %zd (errno %d), %ld -> %ld", n, errno, (long)before, (long)at),
				_exit(1);
		// The filler may be as fast as we are: this need not find it empty.
		while (now_ns(CLOCK_MONOTONIC) < end && (got = read(p[0], data, sizeof(data))) > 0)
			if (got != 1 && (got != n || memcmp(data, text + before, (size_t)n) != 0))
				say("FAIL: read %zd, spliced %zd", got, n), _exit(1);
		if (at == FILE_SIZE)
			at = 0;
	}
	CHECK(at >= 0);
	MUST(kill(filler, SIGKILL));
	CHECK_KILLED(filler, SIGKILL);
}

CONTRACT
{
	struct iovec page = {data, 4096};
	int p[2], to[2];

	// A full pipe; the splicer waits first. One read makes room for both.
	MUST(pipe(p));
	CHECK_EQ(write(p[1], data, sizeof(data)), sizeof(data));
	pid_t splicer = CHILD(CHECK_EQ(vmsplice(p[1], &page, 1, 0), 4096));
	wait_until_asleep(splicer);
	pid_t writer = CHILD(CHECK_EQ(write(p[1], data, 4096), 4096));
	wait_until_asleep(writer);
	CHECK_EQ(read(p[0], data, sizeof(data)), sizeof(data));
	CHECK_EXIT(splicer, 0);
	CHECK_EXIT(writer, 0);
	CHECK_EQ(read(p[0], data, sizeof(data)), 8192);
	// An empty one. One write is enough for both.
	MUST(pipe(to));
	splicer = CHILD(CHECK_EQ(splice(p[0], NULL, to[1], NULL, 10, 0), 10));
	wait_until_asleep(splicer);
	pid_t reader = CHILD(CHECK_EQ(read(p[0], data, 10), 10));
	wait_until_asleep(reader);
	CHECK_EQ(write(p[1], data, 20), 20);
	CHECK_EXIT(splicer, 0);
	CHECK_EXIT(reader, 0);
	filled_meanwhile();
}
