// SPDX-License-Identifier: MIT
// Covers: TIME-03. setitimer's three clocks: SIGALRM, SIGVTALRM, SIGPROF; old values; virtual
// time does not pass asleep; alarm's rest; periods keep their beat; threads that set one at once.
#include "contract.h"

static volatile int counts[65];

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	counts[number]++;
}

static volatile bool mixed;

// Value and interval are the same here, whoever sets them.
static void *set_often(void *argument)
{
	for (int i = 0; i < 20000; i++) {
		struct itimerval set = {{(long)argument, 0}, {(long)argument, 0}}, old;

		MUST(setitimer(ITIMER_REAL, &set, &old));
		mixed |= labs(old.it_interval.tv_sec - old.it_value.tv_sec) > 500;
	}
	return NULL;
}

static void at_once(void)
{
	struct itimerval none = {{0, 0}, {0, 0}};
	pthread_t other;

	CHECK_EQ(setitimer(ITIMER_REAL, &none, NULL), 0);
	CHECK_EQ(pthread_create(&other, NULL, set_often, (void *)2000L), 0);
	set_often((void *)4000L);
	CHECK_EQ(pthread_join(other, NULL), 0);
	CHECK(!mixed);
	CHECK_EQ(setitimer(ITIMER_REAL, &none, NULL), 0);
}

CONTRACT
{
	struct itimerval set = {{0, 0}, {0, 20000}}, old;
	volatile unsigned long turns = 0;

	catch_signal(SIGALRM, handler, 0);
	catch_signal(SIGVTALRM, handler, 0);
	catch_signal(SIGPROF, handler, 0);
	CHECK_EQ(setitimer(ITIMER_VIRTUAL, &set, NULL), 0);
	CHECK_EQ(setitimer(ITIMER_PROF, &set, NULL), 0);
	sleep_ms(60);
	MUST(getitimer(ITIMER_VIRTUAL, &old));
	// Unless the machine stood still while we ran: then that time counts as ours.
	if (now_ns(CLOCK_PROCESS_CPUTIME_ID) < 20000000) {
		CHECK_EQ(counts[SIGVTALRM], 0);
		CHECK(old.it_value.tv_usec > 0);
	}
	while (counts[SIGVTALRM] == 0 || counts[SIGPROF] == 0)
		turns++;
	CHECK_EQ(counts[SIGVTALRM], 1);
	CHECK_EQ(counts[SIGPROF], 1);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 18000000);
	set.it_interval.tv_usec = 5000;
	set.it_value.tv_usec = 5000;
	long long start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(setitimer(ITIMER_REAL, &set, NULL), 0);
	while (counts[SIGALRM] < 10)
		turns++;
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 50000000);
	set = (struct itimerval){{0, 0}, {0, 0}};
	CHECK_EQ(setitimer(ITIMER_REAL, &set, &old), 0);
	CHECK_EQ(old.it_interval.tv_usec, 5000);
	MUST(getitimer(ITIMER_REAL, &old));
	CHECK_EQ(old.it_value.tv_sec + old.it_value.tv_usec + old.it_interval.tv_usec, 0);
	CHECK_EQ(alarm(100), 0);
	CHECK_EQ(alarm(0), 100);
	CHECK_EQ(alarm(0), 0);
	set.it_value.tv_usec = 1000000;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &set, NULL), EINVAL);
	CHECK_ERRNO(setitimer(7, &set, NULL), EINVAL);
	CHECK_ERRNO(getitimer(7, &old), EINVAL);
	CHECK_ERRNO(syscall(SYS_getitimer, ITIMER_REAL, (void *)8), EFAULT);
	// Not inherited.
	set = (struct itimerval){{0, 0}, {100, 0}};
	MUST(setitimer(ITIMER_REAL, &set, NULL));
	CHECK_EXIT(CHILD(MUST(getitimer(ITIMER_REAL, &old)); CHECK_EQ(old.it_value.tv_sec, 0)), 0);
	at_once();
}
