// SPDX-License-Identifier: MIT
// Covers: TIME-05 TIME-07. Affinity: read back, inherited, moved at once by the caller's own
// call or another's, moved by time to an idle processor, empty or foreign sets refused; getcpu and /proc agree with it.
#include "contract.h"

// Three share a processor; one of them, let go, gets another that is idle.
static void let_go(const cpu_set_t *all)
{
	cpu_set_t first;
	int ends[2];
	pid_t stays, goes;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	MUST(pipe(ends));
	MUST(sched_setaffinity(0, sizeof(first), &first));
	stays = CHILD(for (;;));
	goes = CHILD(tell(ends); while (sched_getcpu() == 0););
	hear(ends);
	sleep_ms(50); // what else runs elsewhere has ended
	MUST(sched_setaffinity(goes, sizeof(*all), all));
	CHECK_EXIT(goes, 0);
	kill(stays, SIGKILL);
	CHECK_KILLED(stays, SIGKILL);
}

// The processor that /proc names, of one that computes.
static int runs_on(pid_t pid)
{
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	at = strrchr(get_file(path), ')');
	for (int field = 2; field < 39; field++)
		at = strchr(at + 1, ' ');
	return atoi(at + 1);
}

// Another that runs has left when the call returns.
static void driven_away(void)
{
	long long end = now_ns(CLOCK_MONOTONIC) + 100000000;
	pid_t child = CHILD(for (;;));
	int stayed = 0;

	for (int i = 0; now_ns(CLOCK_MONOTONIC) < end; i = !i) {
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(i, &one);
		MUST(sched_setaffinity(child, sizeof(one), &one));
		stayed += runs_on(child) != i;
	}
	CHECK_EQ(stayed, 0);
	kill(child, SIGKILL);
	CHECK_KILLED(child, SIGKILL);
}

CONTRACT
{
	cpu_set_t all, one, got;
	unsigned int cpu, node;
	char text[64];
	int count;

	CHECK(syscall(SYS_sched_getaffinity, 0, sizeof(all), &all) >= 8);
	memset(&all, 0, sizeof(all));
	MUST(sched_getaffinity(0, sizeof(all), &all));
	count = CPU_COUNT(&all);
	CHECK(count >= 1);
	for (int i = 0; i < count; i++) {
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
		CHECK_EQ(syscall(SYS_getcpu, &cpu, &node, NULL), 0);
		CHECK_EQ(cpu, i);
		CHECK_EQ(node, 0);
		CHECK_EQ(sched_getcpu(), i);
		snprintf(text, sizeof(text), "Cpus_allowed_list:\t%d\n", i);
		CHECK(strstr(get_file("/proc/self/status"), text) != NULL);
		CHECK_EXIT(CHILD(CHECK_EQ(sched_getcpu(), i)), 0);
	}
	CPU_ZERO(&one);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL);
	CPU_SET(500, &one);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL);
	// What does not exist is dropped from a set.
	CPU_SET(0, &one);
	CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
	memset(&got, 0, sizeof(got));
	MUST(sched_getaffinity(0, sizeof(got), &got));
	CHECK_EQ(CPU_COUNT(&got), 1);
	CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 4, &got), EINVAL);
	CHECK_ERRNO(sched_getaffinity(99999999, sizeof(got), &got), ESRCH);
	CHECK_ERRNO(syscall(SYS_sched_setaffinity, 0, 8, (void *)8), EFAULT);
	CHECK_EXIT(CHILD(MUST(setresuid(4, 4, 4));
			 CHECK_ERRNO(sched_setaffinity(1, sizeof(all), &all), EPERM)),
		   0);
	CHECK_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), count);
	if (count > 1) {
		driven_away();
		CHECK_EXIT(CHILD(let_go(&all)), 0);
	}
}
