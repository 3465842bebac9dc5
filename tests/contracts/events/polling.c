// SPDX-License-Identifier: MIT
// Covers: EVENT-01. poll, select, pselect: masks, counts, time left, errors.
#include "contract.h"
#include <sys/select.h>

CONTRACT
{
	int ends[2];
	struct pollfd list[3];
	fd_set in, out;
	struct timeval time = {5, 0};
	long long start;

	MUST(pipe(ends));
	list[0] = (struct pollfd){.fd = -1, .events = POLLIN, .revents = 77};
	list[1] = (struct pollfd){.fd = 99, .events = POLLIN};
	list[2] = (struct pollfd){.fd = ends[1], .events = POLLOUT | POLLIN};
	CHECK_EQ(poll(list, 3, 0), 2);
	CHECK_EQ(list[0].revents, 0);
	CHECK_EQ(list[1].revents, POLLNVAL);
	CHECK_EQ(list[2].revents, POLLOUT);
	close(ends[0]);
	CHECK_EQ(poll(list + 2, 1, 0), 1);
	CHECK_EQ(list[2].revents, POLLOUT | POLLERR);
	start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(poll(NULL, 0, 30), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 30000000);
	CHECK_ERRNO(poll((struct pollfd *)8, 1, 0), EFAULT);
	CHECK_ERRNO(poll(list, 1UL << 30, 0), EINVAL);

	MUST(pipe(ends));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(ends[0], &in);
	FD_SET(ends[1], &out);
	CHECK_EQ(select(ends[1] + 1, &in, &out, NULL, &time), 1);
	CHECK_EQ(FD_ISSET(ends[0], &in), 0);
	CHECK_EQ(FD_ISSET(ends[1], &out) != 0, 1);
	MUST(write(ends[1], "x", 1));
	FD_SET(ends[0], &in);
	CHECK_EQ(select(ends[1] + 1, &in, &out, NULL, NULL), 2);
	FD_ZERO(&in);
	FD_SET(60, &in);
	CHECK_ERRNO(select(61, &in, NULL, NULL, &time), EBADF);
	CHECK_ERRNO(select(-1, NULL, NULL, NULL, &time), EINVAL);
	struct timespec bad = {0, -1}, bit = {0, 10000000};
	CHECK_ERRNO(pselect(0, NULL, NULL, NULL, &bad, NULL), EINVAL);
	start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(pselect(0, NULL, NULL, NULL, &bit, NULL), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 10000000);
	CHECK_EQ(bit.tv_nsec, 10000000);
	// A regular file is always ready.
	put_file("f", "");
	list[0] = (struct pollfd){.fd = (int)MUST(open("f", O_RDONLY)), .events = POLLIN | POLLOUT};
	CHECK_EQ(poll(list, 1, 0), 1);
	CHECK_EQ(list[0].revents, POLLIN | POLLOUT);
}
