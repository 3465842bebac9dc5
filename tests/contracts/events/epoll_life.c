// SPDX-License-Identifier: MIT
// Covers: EVENT-02. A closed descriptor leaves its epoll, unless a duplicate lives;
// epoll_pwait's mask; epoll_pwait2's times; HUP and ERR are always reported.
#include "contract.h"
#include <sys/epoll.h>

static volatile int caught;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	caught++;
}

CONTRACT
{
	int queue = (int)MUST(epoll_create1(0)), ends[2], copy;
	struct epoll_event event = {.events = EPOLLIN}, got[2];
	struct timespec time = {0, 30000000};
	sigset_t block = set_of(SIGUSR1), none = set_of(0);
	long long before;

	MUST(pipe(ends));
	MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event));
	MUST(write(ends[1], "x", 1));
	copy = (int)MUST(dup(ends[0]));
	close(ends[0]);
	// The open file lives, and so does the entry.
	CHECK_EQ(epoll_wait(queue, got, 2, 0), 1);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_DEL, ends[0], NULL), EBADF);
	close(copy);
	CHECK_EQ(epoll_wait(queue, got, 2, 0), 0);
	MUST(pipe(ends));
	event.events = 0;
	MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event));
	MUST(write(ends[1], "x", 1));
	CHECK_EQ(epoll_wait(queue, got, 2, 0), 0);
	close(ends[1]);
	CHECK_EQ(epoll_wait(queue, got, 2, 0), 1);
	CHECK_EQ(got[0].events, EPOLLHUP);
	MUST(epoll_ctl(queue, EPOLL_CTL_DEL, ends[0], NULL));
	before = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(syscall(SYS_epoll_pwait2, queue, got, 2, &time, NULL, 8), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - before >= 30000000);
	time.tv_nsec = 1000000000;
	CHECK_ERRNO(syscall(SYS_epoll_pwait2, queue, got, 2, &time, NULL, 8), EINVAL);
	catch_signal(SIGUSR1, handler, SA_RESTART);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	raise(SIGUSR1);
	CHECK_EQ(epoll_wait(queue, got, 2, 20), 0);
	CHECK_EQ(caught, 0);
	CHECK_ERRNO(epoll_pwait(queue, got, 2, -1, &none), EINTR);
	CHECK_EQ(caught, 1);
	sigset_t now;
	MUST(sigprocmask(SIG_SETMASK, NULL, &now));
	CHECK_EQ(sigismember(&now, SIGUSR1), 1);
}
