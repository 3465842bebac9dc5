// SPDX-License-Identifier: MIT
// Covers: TIME-02. nanosleep and clock_nanosleep: the time that is left after a signal, absolute
// ones tell none, past ones return at once, EINVAL, EFAULT.
#include "contract.h"

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

static void alarms(void)
{
	struct timespec time = {0, 1000000};
	timer_t timer;

	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME_ALARM, 0, &time, NULL), 0);
	CHECK_EQ(clock_nanosleep(CLOCK_BOOTTIME_ALARM, 0, &time, NULL), 0);
	MUST(setuid(1000));
	CHECK_EQ(clock_nanosleep(CLOCK_REALTIME_ALARM, 0, &time, NULL), EPERM);
	CHECK_ERRNO(syscall(SYS_timer_create, CLOCK_BOOTTIME_ALARM, NULL, &timer), EPERM);
}

CONTRACT
{
	struct timespec time = {50, 0}, left = {0, 0}, bad = {0, 1000000000}, negative = {-1, 0};
	pid_t parent = getpid(), child;
	long long before = now_ns(CLOCK_MONOTONIC);

	catch_signal(SIGUSR1, handler, SA_RESTART);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	CHECK_ERRNO(nanosleep(&time, &left), EINTR);
	CHECK_EXIT(child, 0);
	CHECK(left.tv_sec < 50 && left.tv_sec > 0);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	left = (struct timespec){7, 7};
	time.tv_sec += now_ns(CLOCK_MONOTONIC) / 1000000000;
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, &left), EINTR);
	CHECK_EQ(left.tv_sec, 7);
	CHECK_EXIT(child, 0);
	left = (struct timespec){0, 1};
	CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &left, NULL), 0);
	CHECK_ERRNO(nanosleep(&bad, NULL), EINVAL);
	CHECK_ERRNO(nanosleep(&negative, NULL), EINVAL);
	CHECK_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &left, NULL), EINVAL);
	// The same clock by its own number: it would never pass.
	CHECK_ERRNO(clock_settime(CLOCK_THREAD_CPUTIME_ID, &left), EINVAL);
	CHECK_EQ(clock_nanosleep(-2, 0, &left, NULL), EINVAL);
	CHECK_EQ(clock_nanosleep(77, 0, &left, NULL), EINVAL);
	// Clocks that wake a machine want a capability, and a battery clock that can (which Linux has not
	// found on riscv64).
	time = (struct timespec){0, 1000000};
	if (clock_nanosleep(CLOCK_REALTIME_ALARM, 0, &time, NULL) != EOPNOTSUPP)
		CHECK_EXIT(CHILD(alarms()), 0);
	// On a CPU clock, of a process that hardly runs: what is left is told.
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	time = (struct timespec){50, 0};
	left = (struct timespec){0, 0};
	CHECK_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &time, &left), EINTR);
	CHECK_EXIT(child, 0);
	CHECK(left.tv_sec <= 50 && left.tv_sec > 40);
	CHECK_ERRNO(syscall(SYS_nanosleep, (void *)8, NULL), EFAULT);
	time = (struct timespec){0, 0};
	CHECK_EQ(nanosleep(&time, NULL), 0);
	time.tv_nsec = 20000000;
	before = now_ns(CLOCK_BOOTTIME);
	CHECK_EQ(clock_nanosleep(CLOCK_BOOTTIME, 0, &time, NULL), 0);
	CHECK(now_ns(CLOCK_BOOTTIME) - before >= 20000000);
}
