// SPDX-License-Identifier: MIT
// Covers: EVENT-04. timerfd: one-shot, periodic with overruns, absolute, disarmed; gettime.
#include "contract.h"
#include <sys/timerfd.h>

CONTRACT
{
	int fd = (int)MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	struct itimerspec set = {.it_value = {0, 20000000}}, got;
	uint64_t count;
	long long start = now_ns(CLOCK_MONOTONIC);

	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	// What is left of a long time, for a busy host may let a short one pass before it can be read.
	MUST(timerfd_settime(fd, 0, &(struct itimerspec){.it_value = {1000, 0}}, NULL));
	MUST(timerfd_gettime(fd, &got));
	CHECK(got.it_value.tv_sec < 1000 && got.it_value.tv_sec > 900);
	CHECK_EQ(timerfd_settime(fd, 0, &set, NULL), 0);
	CHECK_EQ(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1), 1);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20000000);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK_EQ(count, 1);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	MUST(timerfd_gettime(fd, &got));
	CHECK_EQ(got.it_value.tv_sec + got.it_value.tv_nsec, 0);
	set.it_interval.tv_nsec = set.it_value.tv_nsec = 5000000;
	start = now_ns(CLOCK_MONOTONIC);
	MUST(timerfd_settime(fd, 0, &set, NULL));
	sleep_ms(52);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK(count >= 10);
	CHECK((long long)count <= (now_ns(CLOCK_MONOTONIC) - start) / 5000000);
	// Absolute, in the past: at once, with every period since.
	set.it_value.tv_sec = 0;
	set.it_value.tv_nsec = 1;
	MUST(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, &got));
	CHECK_EQ(got.it_interval.tv_nsec, 5000000);
	CHECK_EQ(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1), 1);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK((long long)count >= start / 5000000);
	memset(&set, 0, sizeof(set));
	MUST(timerfd_settime(fd, 0, &set, NULL));
	sleep_ms(10);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	set.it_value.tv_nsec = 1000000000;
	CHECK_ERRNO(timerfd_settime(fd, 0, &set, NULL), EINVAL);
	CHECK_ERRNO(timerfd_create(99, 0), EINVAL);
	CHECK_ERRNO(timerfd_settime(0, 0, &got, NULL), EINVAL);
}
