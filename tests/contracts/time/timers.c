// SPDX-License-Identifier: MIT
// Covers: TIME-03 TIME-04. setitimer, alarm and POSIX timers: what is left, periods, overruns,
// SIGEV_THREAD_ID, virtual time.
#include "contract.h"

static volatile int runs, overruns, value;
static volatile pid_t receiver;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	runs++;
	value = info->si_value.sival_int;
	if (info->si_code == SI_TIMER)
		overruns = info->si_overrun;
	receiver = (pid_t)syscall(SYS_gettid);
}

CONTRACT
{
	struct itimerval set = {{0, 10000}, {0, 10000}}, got;
	struct itimerspec timer = {{0, 5000000}, {0, 5000000}}, left;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = SIGUSR1,
				 .sigev_value.sival_int = 4711};
	sigset_t block = set_of(SIGUSR1), none = set_of(0);
	long long start = now_ns(CLOCK_MONOTONIC);
	volatile unsigned long turns = 0;
	timer_t id;

	catch_signal(SIGALRM, handler, SA_RESTART);
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	while (runs < 3)
		sleep_ms(1);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 30000000);
	MUST(getitimer(ITIMER_REAL, &got));
	CHECK_EQ(got.it_interval.tv_usec, 10000);
	CHECK(got.it_value.tv_sec == 0 && got.it_value.tv_usec <= 10000);
	memset(&set, 0, sizeof(set));
	MUST(setitimer(ITIMER_REAL, &set, &got));
	CHECK_EQ(got.it_interval.tv_usec, 10000);
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(0), 100);
	set.it_value.tv_usec = 1000000;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &set, NULL), EINVAL);
	CHECK_ERRNO(setitimer(9, &got, NULL), EINVAL);
	// Virtual time runs only while we do.
	runs = 0;
	catch_signal(SIGVTALRM, handler, SA_RESTART);
	set.it_value.tv_usec = 20000;
	MUST(setitimer(ITIMER_VIRTUAL, &set, NULL));
	sleep_ms(60);
	CHECK_EQ(runs, 0);
	while (runs == 0)
		turns++;
	CHECK_EQ(runs, 1);
	// Not inherited by fork.
	set.it_value.tv_sec = 50;
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	CHECK_EXIT(CHILD(MUST(getitimer(ITIMER_REAL, &got)); CHECK_EQ(got.it_value.tv_sec, 0)), 0);

	catch_signal(SIGUSR1, handler, 0);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	MUST(timer_create(CLOCK_MONOTONIC, &event, &id));
	start = now_ns(CLOCK_MONOTONIC);
	MUST(timer_settime(id, 0, &timer, NULL));
	sleep_ms(53);
	sigsuspend(&none);
	CHECK_EQ(value, 4711);
	CHECK(overruns >= 9);
	CHECK(overruns <= (now_ns(CLOCK_MONOTONIC) - start) / 5000000);
	CHECK_EQ(timer_getoverrun(id), overruns);
	MUST(timer_gettime(id, &left));
	CHECK_EQ(left.it_interval.tv_nsec, 5000000);
	CHECK(left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 5000000);
	CHECK_EQ(timer_delete(id), 0);
	CHECK_ERRNO(syscall(SYS_timer_delete, (long)id), EINVAL);
	CHECK_ERRNO(timer_create(99, &event, &id), EINVAL);
	event.sigev_signo = 99;
	CHECK_ERRNO(timer_create(CLOCK_MONOTONIC, &event, &id), EINVAL);
}
