// SPDX-License-Identifier: MIT
// Covers: TIME-01 TIME-08. Setting CLOCK_REALTIME moves it alone: monotonic goes on, relative
// sleeps are unmoved, an absolute sleeper on it wakes, files get the new time.
#include "contract.h"
#include <sys/timex.h>

CONTRACT
{
	struct timespec saved, ahead, now;
	struct stat info;
	long long mono = now_ns(CLOCK_MONOTONIC);
	int ends[2];

	MUST(pipe(ends));
	MUST(clock_gettime(CLOCK_REALTIME, &saved));
	ahead = (struct timespec){saved.tv_sec + 5000, 0};
	pid_t child =
		CHILD(tell(ends);
		      CHECK_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ahead, NULL), 0);
		      MUST(clock_gettime(CLOCK_REALTIME, &now)); CHECK(now.tv_sec >= ahead.tv_sec));
	hear(ends);
	wait_until_asleep(child);
	ahead.tv_sec += 10;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &ahead), 0);
	MUST(clock_gettime(CLOCK_REALTIME, &now));
	CHECK(now.tv_sec >= ahead.tv_sec && now.tv_sec < ahead.tv_sec + 1000);
	CHECK_EXIT(child, 0);
	put_file("f", "");
	MUST(stat("f", &info));
	CHECK(info.st_mtim.tv_sec >= ahead.tv_sec);
	CHECK(now_ns(CLOCK_MONOTONIC) - mono < 4000000000000LL);
	CHECK(time(NULL) >= ahead.tv_sec);
	saved.tv_sec++;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &saved), 0);
	MUST(clock_gettime(CLOCK_REALTIME, &now));
	CHECK(now.tv_sec < ahead.tv_sec);
	now.tv_nsec = 1000000000;
	CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &now), EINVAL);
	struct timeval day = {-5, 0};
	CHECK_ERRNO(syscall(SYS_settimeofday, &day, NULL), EINVAL);
}
