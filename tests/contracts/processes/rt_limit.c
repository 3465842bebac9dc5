// SPDX-License-Identifier: MIT
// Covers: PROC-14. RLIMIT_RTTIME: a real-time thread that runs without sleeping gets SIGXCPU at the
// soft limit, and again a second later; SIGKILL at the hard one. Who sleeps in between, and who is
// not of a real-time class, is left alone.
#include "contract.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#define LIMIT 60000 // microseconds

static volatile sig_atomic_t told;

static void note(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	told++;
}

static long long cpu_time(void)
{
	return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void run_for(long long ns)
{
	long long end = cpu_time() + ns;

	while (cpu_time() < end)
		;
}

static void limited(int policy, rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {soft, hard};
	struct sched_param level = {.sched_priority = policy == SCHED_OTHER ? 0 : 1};

	MUST(setrlimit(RLIMIT_RTTIME, &limit));
	MUST(syscall(SYS_sched_setscheduler, 0, policy, &level));
}

static void is_told(void)
{
	struct rlimit limit;
	long long before;

	catch_signal(SIGXCPU, note, 0);
	before = cpu_time(); // first: a machine that stands still may do so at any place
	limited(SCHED_FIFO, LIMIT, RLIM_INFINITY);
	while (!told)
		;
	CHECK(cpu_time() - before >= LIMIT * 1000 - 20000000); // counted in ticks on some kernels
	MUST(getrlimit(RLIMIT_RTTIME, &limit));
	CHECK_EQ(limit.rlim_cur, LIMIT + 1000000);
	CHECK(limit.rlim_max == RLIM_INFINITY);
	CHECK_EQ(told, 1);
}

// How often this thread has slept: a sleep that is over before it begins is none.
static long times_slept(void)
{
	struct rusage usage;

	MUST(getrusage(RUSAGE_THREAD, &usage));
	return usage.ru_nvcsw;
}

// Over the limit altogether, but not between two sleeps, unless the machine itself stood still.
static void sleeps(void)
{
	long long awake_from = cpu_time(), longest = 0;
	long at_first = times_slept();

	catch_signal(SIGXCPU, note, 0);
	limited(SCHED_RR, LIMIT, RLIM_INFINITY);
	for (int i = 0; i < 10; i++) {
		long count = times_slept();

		run_for(LIMIT * 1000 / 5);
		long long before = cpu_time();
		sleep_ms(1);
		if (cpu_time() - awake_from > longest)
			longest = cpu_time() - awake_from;
		if (times_slept() != count)
			awake_from = before;
	}
	CHECK(times_slept() > at_first);
	CHECK(told == 0 || longest >= LIMIT * 1000 - 20000000);
}

static void ignores(void)
{
	signal(SIGXCPU, SIG_IGN);
	limited(SCHED_RR, LIMIT, 2 * LIMIT);
	run_for(60000000000);
}

CONTRACT
{
	CHECK_EXIT(CHILD(is_told()), 0);
	CHECK_EXIT(CHILD(sleeps()), 0);
	CHECK_EXIT(CHILD(limited(SCHED_OTHER, LIMIT, LIMIT); run_for(3 * LIMIT * 1000)), 0);
	CHECK_KILLED(CHILD(limited(SCHED_FIFO, LIMIT, RLIM_INFINITY); run_for(60000000000)),
		     SIGXCPU);
	CHECK_KILLED(CHILD(ignores()), SIGKILL);
}
