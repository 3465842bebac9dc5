// SPDX-License-Identifier: MIT
// Covers: TIME-06. Two equal busy processes on one processor share it evenly; a niced one gets
// much less, but not nothing.
#include "contract.h"

static volatile long long *used;

static pid_t worker(int slot, int niceness)
{
	return CHILD(setpriority(PRIO_PROCESS, 0, niceness);
		     for (;;) used[slot] = now_ns(CLOCK_PROCESS_CPUTIME_ID));
}

static bool evenly(void)
{
	return used[0] < 2 * used[1] && used[1] < 2 * used[0];
}

static bool niced(void)
{
	return used[1] > 1000000 && used[0] > 3 * used[1];
}

// Until both together have had 700 ms, and further while shared is not true, but not for ever: a
// machine that stands still charges that time to who runs, and the other has to catch up first.
static void run_until(bool (*shared)(void))
{
	while (used[0] + used[1] < 700000000 || (!shared() && used[0] + used[1] < 10000000000))
		sleep_ms(20);
}

CONTRACT
{
	cpu_set_t one;
	pid_t a, b;

	used = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	a = worker(0, 0);
	b = worker(1, 0);
	run_until(evenly);
	kill(a, SIGKILL);
	kill(b, SIGKILL);
	child_wait(a);
	child_wait(b);
	say("equal: %lld and %lld us", used[0] / 1000, used[1] / 1000);
	CHECK(used[0] > 20000000 && used[1] > 20000000);
	CHECK(evenly());
	used[0] = used[1] = 0;
	a = worker(0, 0);
	b = worker(1, 10);
	run_until(niced);
	kill(a, SIGKILL);
	kill(b, SIGKILL);
	child_wait(a);
	child_wait(b);
	say("niced: %lld and %lld us", used[0] / 1000, used[1] / 1000);
	CHECK(used[1] > 1000000);
	CHECK(niced());
}
