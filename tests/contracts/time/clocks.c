// SPDX-License-Identifier: MIT
// Covers: TIME-01 TIME-02. Every clock advances, agrees with its kin, has a resolution;
// nanosleep's lower bounds and errors.
#include "contract.h"

CONTRACT
{
	static const clockid_t clocks[] = {
		CLOCK_REALTIME,		 CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
		CLOCK_MONOTONIC_COARSE,	 CLOCK_BOOTTIME,      CLOCK_TAI};
	struct timespec time, resolution, kernel;
	struct timeval day;
	long long before, after, last = 0;

	for (unsigned i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		MUST(clock_gettime(clocks[i], &time));
		MUST(syscall(SYS_clock_gettime, clocks[i], &kernel));
		CHECK(kernel.tv_sec > time.tv_sec ||
		      (kernel.tv_sec == time.tv_sec && kernel.tv_nsec >= time.tv_nsec));
		CHECK(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
		MUST(clock_getres(clocks[i], &resolution));
		CHECK(resolution.tv_sec == 0 && resolution.tv_nsec > 0 &&
		      resolution.tv_nsec <= 10000000);
	}
	for (int i = 0; i < 20000; i++) {
		before = now_ns(CLOCK_MONOTONIC);
		if (before < last)
			CHECK(before >= last);
		last = before;
	}
	CHECK_ERRNO(clock_gettime(77, &time), EINVAL);
	CHECK(now_ns(CLOCK_REALTIME) > 1700000000LL * 1000000000);
	before = now_ns(CLOCK_REALTIME);
	MUST(gettimeofday(&day, NULL));
	after = now_ns(CLOCK_REALTIME);
	CHECK(day.tv_sec * 1000000000LL + day.tv_usec * 1000 >= before / 1000 * 1000);
	CHECK(day.tv_sec * 1000000000LL + day.tv_usec * 1000 <= after);
	CHECK_EQ(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &(struct timespec){0, 15000000},
			 NULL),
		 0);
	before = now_ns(CLOCK_MONOTONIC);
	time = (struct timespec){(before + 25000000) / 1000000000,
				 (before + 25000000) % 1000000000};
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) >= before + 25000000);
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL), 0);
	CHECK_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &time, NULL), EINVAL);
	CHECK_ERRNO(nanosleep(&(struct timespec){0, 1000000000}, NULL), EINVAL);
	CHECK_ERRNO(nanosleep(&(struct timespec){-1, 0}, NULL), EINVAL);
	CHECK_ERRNO(nanosleep((struct timespec *)8, NULL), EFAULT);
	CHECK_EXIT(
		CHILD(MUST(setuid(1000)); CHECK_ERRNO(clock_settime(CLOCK_REALTIME, &time), EPERM)),
		0);
	CHECK_ERRNO(clock_settime(CLOCK_MONOTONIC, &time), EINVAL);
	// Sleeping costs no processor time.
	before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	sleep_ms(50);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) - before < 40000000);
}
