// SPDX-License-Identifier: MIT
// Covers: EVENT-04. timerfd: periods counted, absolute times in the past at once, settime tells
// the old, disarming, clocks, poll, sizes and errors.
#include "contract.h"
#include <sys/timerfd.h>

CONTRACT
{
	int fd = (int)MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
	struct itimerspec set = {{0, 10000000}, {0, 10000000}}, old;
	uint64_t count;
	long long start;

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(timerfd_settime(fd, 0, &set, NULL), 0);
	sleep_ms(55);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK(count >= 5);
	CHECK(count <= (uint64_t)(now_ns(CLOCK_MONOTONIC) - start) / 10000000);
	MUST(timerfd_gettime(fd, &old));
	CHECK_EQ(old.it_interval.tv_nsec, 10000000);
	CHECK(old.it_value.tv_nsec <= 10000000);
	set = (struct itimerspec){{0, 0}, {500, 0}};
	CHECK_EQ(timerfd_settime(fd, 0, &set, &old), 0);
	CHECK_EQ(old.it_interval.tv_nsec, 10000000);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	CHECK_EQ(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 0);
	// In the past, on the clock itself.
	set = (struct itimerspec){{0, 0}, {0, 1}};
	CHECK_EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, &old), 0);
	CHECK(old.it_value.tv_sec > 400);
	CHECK_EQ(poll(&(struct pollfd){fd, POLLIN, 0}, 1, -1), 1);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK_EQ(count, 1);
	set = (struct itimerspec){{1, 0}, {0, 0}};
	CHECK_EQ(timerfd_settime(fd, 0, &set, NULL), 0);
	MUST(timerfd_gettime(fd, &old));
	CHECK_EQ(old.it_value.tv_sec + old.it_value.tv_nsec, 0);
	set.it_value.tv_nsec = 1000000000;
	CHECK_ERRNO(timerfd_settime(fd, 0, &set, NULL), EINVAL);
	set.it_value.tv_nsec = 1;
	CHECK_ERRNO(timerfd_settime(fd, 8, &set, NULL), EINVAL);
	CHECK_ERRNO(timerfd_settime(1, 0, &set, NULL), EINVAL);
	CHECK_ERRNO(timerfd_settime(99, 0, &set, NULL), EBADF);
	CHECK_ERRNO(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
	CHECK_ERRNO(timerfd_create(CLOCK_MONOTONIC, 5), EINVAL);
	CHECK_ERRNO(read(fd, &count, 7), EINVAL);
	CHECK(timerfd_create(CLOCK_BOOTTIME, 0) > 0);
	int wall = (int)MUST(timerfd_create(CLOCK_REALTIME, 0));
	struct timespec now;
	MUST(clock_gettime(CLOCK_REALTIME, &now));
	set = (struct itimerspec){{0, 0}, {now.tv_sec, now.tv_nsec}};
	MUST(timerfd_settime(wall, TFD_TIMER_ABSTIME, &set, NULL));
	CHECK_EQ(read(wall, &count, 8), 8);
	CHECK_EQ(count, 1);
}
