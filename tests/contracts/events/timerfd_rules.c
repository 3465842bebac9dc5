// SPDX-License-Identifier: MIT
// Covers: EVENT-04 TIME-08. timerfd: periods counted, absolute times in the past at once, settime
// tells the old, disarming, clocks, poll, sizes and errors; periods of the real-time clock are
// counted by that clock, from before the machine began and over steps, and steps are told.
#include "contract.h"
#include <sys/timerfd.h>

#define SECOND 1000000000LL

static void step_clock(time_t seconds)
{
	struct timespec now;

	MUST(clock_gettime(CLOCK_REALTIME, &now));
	now.tv_sec += seconds;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &now), 0);
}

// All that a timer with a period of a second has told: what has passed since its start.
static void read_all(int fd, long long start, uint64_t *total)
{
	long long before = now_ns(CLOCK_REALTIME);
	uint64_t count;

	CHECK_EQ(read(fd, &count, 8), 8);
	*total += count;
	CHECK(*total >= (uint64_t)((before - start) / SECOND + 1));
	CHECK(*total <= (uint64_t)((now_ns(CLOCK_REALTIME) - start) / SECOND + 1));
}

// How long until the next expiry, which is whole periods after the start.
static long long in_phase(int fd, long long start)
{
	long long before = now_ns(CLOCK_REALTIME), after, left;
	struct itimerspec now;

	MUST(timerfd_gettime(fd, &now));
	after = now_ns(CLOCK_REALTIME);
	left = now.it_value.tv_sec * SECOND + now.it_value.tv_nsec;
	CHECK((after + left - start) % SECOND <= after - before);
	return left;
}

static void periods_of_real_time(void)
{
	int fd = (int)MUST(timerfd_create(CLOCK_REALTIME, 0));
	long long start = now_ns(CLOCK_REALTIME) - 100000 * SECOND - SECOND / 2;
	struct itimerspec set = {{1, 0}, {(time_t)(start / SECOND), (long)(start % SECOND)}};
	uint64_t total = 0;

	CHECK_EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL), 0);
	read_all(fd, start, &total);
	CHECK(in_phase(fd, start) <= SECOND);
	step_clock(100000);
	read_all(fd, start, &total);
	CHECK(in_phase(fd, start) <= SECOND);
	step_clock(-100000);
	CHECK(in_phase(fd, start) > 99000 * SECOND);
	close(fd);
}

// A step is told once, by a read or by whoever sets the timer next, which it does all the same.
static void cancelled(void)
{
	int fd = (int)MUST(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
	struct itimerspec far = {{0, 0}, {1L << 32, 0}}, none = {{0, 0}, {0, 0}}, old;
	const int cancel = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
	uint64_t count;

	CHECK_EQ(timerfd_settime(fd, cancel, &far, NULL), 0);
	step_clock(1);
	CHECK_ERRNO(timerfd_settime(fd, cancel, &far, NULL), ECANCELED);
	CHECK_EQ(timerfd_gettime(fd, &old), 0);
	CHECK(old.it_value.tv_sec > 0);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	step_clock(-1);
	CHECK_EQ(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 1);
	CHECK_EQ(timerfd_settime(fd, TFD_TIMER_ABSTIME, &far, NULL), 0);
	CHECK_EQ(poll(&(struct pollfd){fd, POLLIN, 0}, 1, 0), 0);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	CHECK_EQ(timerfd_settime(fd, cancel, &none, NULL), 0);
	CHECK_ERRNO(read(fd, &count, 8), ECANCELED);
	CHECK_EQ(timerfd_settime(fd, cancel, &far, NULL), 0);
	CHECK_ERRNO(read(fd, &count, 8), EAGAIN);
	close(fd);
}

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
	periods_of_real_time();
	cancelled();
}
