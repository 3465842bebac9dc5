// SPDX-License-Identifier: MIT
// Covers: TIME-01. The clocks agree and move as they should: never back, coarse ones behind,
// resolution, CPU clocks of others, what does not exist or cannot be set.
#include "contract.h"

static long long of(clockid_t clock)
{
	return now_ns(clock);
}

// A thread reads its process's clock by its own number too, but nobody else does, and nothing more.
static void *by_own_number(void *argument)
{
	clockid_t clock = (clockid_t)(~(unsigned int)syscall(SYS_gettid) << 3 | 2);
	struct timespec time;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
	CHECK(of(clock) >= time.tv_sec * 1000000000LL + time.tv_nsec);
	CHECK_ERRNO(clock_getres(clock, &time), EINVAL);
	CHECK_EXIT(CHILD(CHECK_ERRNO(clock_gettime(clock, &time), EINVAL)), 0);
	return argument;
}

CONTRACT
{
	pthread_t thread;
	struct timespec time;
	clockid_t child_clock;
	int back = 0;

	for (long long last = of(CLOCK_MONOTONIC), i = 0; i < 20000; i++) {
		long long now = of(CLOCK_MONOTONIC);

		back += now < last;
		last = now;
	}
	CHECK_EQ(back, 0);
	long long coarse = of(CLOCK_MONOTONIC_COARSE), fine = of(CLOCK_MONOTONIC);
	CHECK(coarse <= fine);
	CHECK(fine - coarse < 10000000000LL);
	CHECK(of(CLOCK_BOOTTIME) >= fine);
	CHECK(of(CLOCK_REALTIME) > 1600000000LL * 1000000000);
	CHECK(of(CLOCK_REALTIME_COARSE) <= of(CLOCK_REALTIME));
	long long tai = of(CLOCK_TAI), wall = of(CLOCK_REALTIME);
	CHECK(tai <= wall + 100000000000LL);
	CHECK_EQ(clock_getres(CLOCK_MONOTONIC, &time), 0);
	CHECK_EQ(time.tv_sec * 1000000000 + time.tv_nsec, 1);
	CHECK_EQ(clock_getres(CLOCK_MONOTONIC_COARSE, &time), 0);
	CHECK(time.tv_nsec >= 1000000 && time.tv_nsec <= 10000000);
	CHECK_EQ(clock_getres(CLOCK_PROCESS_CPUTIME_ID, NULL), 0);
	CHECK_ERRNO(clock_getres(55, &time), EINVAL);
	CHECK_ERRNO(clock_gettime(55, &time), EINVAL);
	CHECK_ERRNO(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (void *)8), EFAULT);
	// The vDSO and the call are one clock.
	long long first = of(CLOCK_MONOTONIC);
	MUST(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time));
	long long second = time.tv_sec * 1000000000LL + time.tv_nsec, third = of(CLOCK_MONOTONIC);
	CHECK(first <= second && second <= third);
	CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &time), EINVAL);
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5));
			 CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &time), EPERM)),
		   0);
	// Another process's CPU time.
	pid_t child = CHILD(volatile unsigned turns = 0; for (;;) turns++);
	CHECK_EQ(clock_getcpuclockid(child, &child_clock), 0);
	while (of(child_clock) < 20000000)
		sleep_ms(1);
	long long own = of(CLOCK_PROCESS_CPUTIME_ID);
	kill(child, SIGKILL);
	child_wait(child);
	CHECK(of(CLOCK_PROCESS_CPUTIME_ID) >= own);
	CHECK_ERRNO(clock_gettime(child_clock, &time), EINVAL);
	CHECK(of(CLOCK_THREAD_CPUTIME_ID) <= of(CLOCK_PROCESS_CPUTIME_ID));
	CHECK_EQ(pthread_create(&thread, NULL, by_own_number, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}
