// SPDX-License-Identifier: MIT
// Covers: TIME-01 TIME-08. Setting CLOCK_REALTIME moves it alone: monotonic goes on, relative
// sleeps and timers are unmoved, an absolute sleeper on it wakes, files get the new time.
#include "contract.h"
#include <sys/timex.h>

static volatile int fired;

static void count(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	fired++;
}

// A timer that runs every 20 ms does so while the clock goes back by an hour.
static void relative_timer(void)
{
	struct itimerspec often = {{0, 20000000}, {0, 20000000}}, left;
	struct timespec back;
	int id;

	catch_signal(SIGALRM, count, 0);
	CHECK_EQ(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &id), 0);
	CHECK_EQ(syscall(SYS_timer_settime, id, 0, &often, NULL), 0);
	MUST(clock_gettime(CLOCK_REALTIME, &back));
	back.tv_sec -= 3600;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &back), 0);
	CHECK_EQ(syscall(SYS_timer_gettime, id, &left), 0);
	CHECK_EQ(left.it_value.tv_sec, 0);
	fired = 0;
	while (fired < 3)
		sleep_ms(1);
	CHECK_EQ(syscall(SYS_timer_delete, id), 0);
	back.tv_sec += 3600;
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &back), 0);
}

// What is said about the zone is told again, and with a time it moves no clock.
static void zone(void)
{
	struct timezone set = {60, 3}, none = {0, 0}, got;
	struct timeval now;

	MUST(gettimeofday(&now, NULL));
	CHECK_EQ(syscall(SYS_settimeofday, &now, &set), 0);
	CHECK_EQ(syscall(SYS_gettimeofday, NULL, &got), 0);
	CHECK_EQ(got.tz_minuteswest, 60);
	CHECK_EQ(got.tz_dsttime, 3);
	CHECK(time(NULL) < now.tv_sec + 1000);
	set.tz_minuteswest = 901;
	CHECK_ERRNO(syscall(SYS_settimeofday, NULL, &set), EINVAL);
	CHECK_EQ(syscall(SYS_settimeofday, NULL, &none), 0);
	CHECK_EQ(syscall(SYS_gettimeofday, NULL, &got), 0);
	CHECK_EQ(got.tz_minuteswest | got.tz_dsttime, 0);
	CHECK(time(NULL) < now.tv_sec + 1000);
}

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
	// Until 30 years before the last second that 2^63 nanoseconds reach.
	now = (struct timespec){8277292035, 0};
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &now), 0);
	CHECK(time(NULL) >= now.tv_sec);
	now.tv_sec++;
	CHECK_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &now), EINVAL);
	CHECK_EQ(clock_settime(CLOCK_REALTIME, &saved), 0);
	relative_timer();
	zone();
	struct timeval day = {-5, 0};
	CHECK_ERRNO(syscall(SYS_settimeofday, &day, NULL), EINVAL);
}
