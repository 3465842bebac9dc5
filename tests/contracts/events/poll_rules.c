// SPDX-License-Identifier: MIT
// Covers: EVENT-01. poll and ppoll: negative descriptors skipped, NVAL, files always ready, bits
// only those asked for, RLIMIT_NOFILE, EFAULT, ppoll's time.
#include "contract.h"

CONTRACT
{
	int ends[2], file = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	struct pollfd set[5];
	struct timespec time = {0, 25000000}, bad = {0, -1};
	struct rlimit limit = {3, 100};
	long long before;

	MUST(pipe(ends));
	set[0] = (struct pollfd){-1, POLLIN, 77};
	set[1] = (struct pollfd){99, POLLIN, 0};
	set[2] = (struct pollfd){file, POLLIN | POLLOUT | POLLPRI, 0};
	set[3] = (struct pollfd){ends[0], POLLIN | POLLOUT, 0};
	set[4] = (struct pollfd){ends[1], POLLOUT, 0};
	CHECK_EQ(poll(set, 5, -1), 3);
	CHECK_EQ(set[0].revents, 0);
	CHECK_EQ(set[1].revents, POLLNVAL);
	CHECK_EQ(set[2].revents, POLLIN | POLLOUT);
	CHECK_EQ(set[3].revents, 0);
	CHECK_EQ(set[4].revents, POLLOUT);
	MUST(write(ends[1], "x", 1));
	set[3].events = 0;
	CHECK_EQ(poll(set + 3, 1, 0), 0);
	set[3].events = POLLIN | POLLRDNORM;
	CHECK_EQ(poll(set + 3, 1, 0), 1);
	CHECK_EQ(set[3].revents, POLLIN | POLLRDNORM);
	MUST(read(ends[0], &limit.rlim_cur, 1));
	limit.rlim_cur = 3;
	before = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(ppoll(set + 3, 1, &time, NULL), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - before >= 25000000);
	time = (struct timespec){0, 15000000};
	CHECK_EQ(syscall(SYS_ppoll, set + 3, 1, &time, NULL, 8), 0);
	CHECK_EQ(time.tv_sec + time.tv_nsec, 0);
	CHECK_ERRNO(syscall(SYS_ppoll, set, 1, &bad, NULL, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_ppoll, (void *)8, 1, &time, NULL, 8), EFAULT);
	CHECK_ERRNO(syscall(SYS_ppoll, set, 1, &time, &limit, 4), EINVAL);
	CHECK_EQ(poll(NULL, 0, 0), 0);
	// Woken by the other end.
	pid_t child = CHILD(pid_t parent = getppid(); wait_until_asleep(parent); close(ends[0]);
			    MUST(write(ends[1], "y", 1)));
	set[3].events = POLLIN;
	CHECK_EQ(poll(set + 3, 1, -1), 1);
	CHECK_EXIT(child, 0);
	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_ERRNO(poll(set, 4, 0), EINVAL);
}
