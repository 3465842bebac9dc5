// SPDX-License-Identifier: MIT
// Processes that die leaving cores, many at once, with threads, cut short in every way: cores [ROUNDS]. Each death is what it should be,
// and nothing is left behind. On debug builds also with each allocation of a dump failing once.

#include "contract.h"

#include <sys/prctl.h>

#define AT_ONCE	    12
#define THREADS	    3
#define ALLOCATIONS 200 // more than a small dump makes

static const char *pattern = "/proc/sys/kernel/core_pattern";

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *busy(void *unused)
{
	for (;;)
		sched_yield();
	return unused;
}

static void limit(rlim_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	MUST(setrlimit(RLIMIT_CORE, &limit));
}

static void die(int how)
{
	pthread_t thread;

	limit(how % 3 ? RLIM_INFINITY : 20 * PAGE);
	memset(MAP(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1,
	       (size_t)(how % 64) * PAGE);
	for (int i = 0; i < how % (THREADS + 1); i++)
		if (pthread_create(&thread, NULL, i % 2 ? busy : idle, NULL))
			_exit(1);
	if (how % 5 == 0)
		fork(); // a child of it that crashes at the same time and in the same way
	if (how % 2)
		*(volatile int *)8 = 1;
	abort();
}

static void round_of(int number)
{
	pid_t child[AT_ONCE];

	for (int i = 0; i < AT_ONCE; i++)
		child[i] = CHILD(die(number * AT_ONCE + i));
	for (int i = 0; i < AT_ONCE; i++) {
		int how = number * AT_ONCE + i, expected = how % 2 ? SIGSEGV : SIGABRT;
		bool killed = how % 4 == 0;
		char name[32];
		int status;

		if (killed)
			kill(child[i], SIGKILL);
		status = child_wait(child[i]);
		if (status != (expected | 0x80) && !(killed && status == SIGKILL))
			check_value(__FILE_NAME__, __LINE__, "status", status, expected | 0x80);
		snprintf(name, sizeof(name), "core.%d", child[i]);
		if (unlink(name) != 0 && !killed)
			check_value(__FILE_NAME__, __LINE__, name, errno, 0);
	}
	// Grandchildren, which are nobody's: ours, as we are their reaper.
	while (waitpid(-1, NULL, 0) > 0)
		;
	(void)!system("rm -f core.*");
}

static void fail_and_die(int nth)
{
	int knob = open("/proc/thread-self/fail-nth", O_WRONLY | O_CLOEXEC);

	limit(RLIM_INFINITY);
	dprintf(knob, "%d", nth);
	raise(SIGQUIT);
}

// While it cannot begin there is no core; the last ones do not come any more.
static void without_memory(void)
{
	int status = 0, without = 0;

	if (access("/proc/thread-self/fail-nth", W_OK) != 0)
		return;
	for (int nth = 1; nth <= ALLOCATIONS; nth++) {
		pid_t child = CHILD(fail_and_die(nth));
		char name[32];

		status = child_wait(child);
		if ((status & ~0x80) != SIGQUIT)
			check_value(__FILE_NAME__, __LINE__, "status", status, SIGQUIT);
		without += status == SIGQUIT;
		snprintf(name, sizeof(name), "core.%d", child);
		(void)unlink(name);
	}
	CHECK_EQ(status, SIGQUIT | 0x80);
	CHECK(without >= 5);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
	put_file(pattern, "core.%p");
	for (int i = 0; i < rounds; i++)
		round_of(i);
	without_memory();
	put_file(pattern, "core");
	say("ok %d deaths", rounds * AT_ONCE);
	return 0;
}
