// SPDX-License-Identifier: MIT
// Covers: TIME-05. Scheduling classes: set and read back, priorities' bounds, who may,
// inheritance and RESET_ON_FORK, a FIFO thread before a normal one, slices, RR's
// turns, a reader before the writer who wakes it, the highest on several processors.
#include "contract.h"

#include "sched_attr.h"

static void changed(struct sched_attr *attributes)
{
	CHECK_EQ(syscall(SYS_sched_setattr, 0, attributes, 0), 0);
	CHECK_EQ(syscall(SYS_sched_getattr, 0, attributes, sizeof(*attributes), 0), 0);
}

// What sharing threads ask for as a slice, within bounds; 0 is the usual again.
static void slices(void)
{
	struct sched_attr mine = {0};
	unsigned long long usual;

	CHECK_EQ(syscall(SYS_sched_getattr, 0, &mine, sizeof(mine), 0), 0);
	CHECK_EQ(mine.sched_util_max, 0);
	usual = mine.sched_runtime;
	CHECK(usual > 0);
	mine.sched_runtime = 1;
	changed(&mine);
	CHECK_EQ(mine.sched_runtime, 100000);
	mine.sched_runtime = 1ull << 63;
	changed(&mine);
	CHECK_EQ(mine.sched_runtime, 100000000);
	mine.sched_runtime = 7000000;
	changed(&mine);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 1), 0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_sched_getattr, 0, &mine, sizeof(mine), 0));
			 CHECK_EQ(mine.sched_runtime, 7000000)),
		   0);
	mine.sched_policy = SCHED_FIFO;
	mine.sched_priority = 1;
	mine.sched_flags = 1;
	changed(&mine);
	CHECK_EQ(mine.sched_runtime, 0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_sched_getattr, 0, &mine, sizeof(mine), 0));
			 CHECK_EQ(mine.sched_runtime, usual)),
		   0);
	mine = (struct sched_attr){.size = 48};
	changed(&mine);
	CHECK_EQ(mine.sched_runtime, usual);
}

struct turns {
	volatile int whose, count, early;
};

// Until it is killed: what the turn before had of processor time, which is known for certain when the next one begins.
static void take_turns(struct turns *turns, int me)
{
	long long began = 0;

	for (;;)
		if (turns->whose != me) {
			long long now = now_ns(CLOCK_THREAD_CPUTIME_ID);

			turns->early += began && now - began < 50000000;
			turns->count++;
			turns->whose = me;
			began = now;
		}
}

// Two of SCHED_RR on one processor: a turn is 100 ms, however often a higher one comes between.
static void round_robin(void)
{
	struct sched_param above = {20}, equal = {10};
	struct turns *turns =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cpu_set_t one;
	pid_t child[2];

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &above));
	for (int i = 0; i < 2; i++)
		child[i] = CHILD(MUST(syscall(SYS_sched_setscheduler, 0, SCHED_RR, &equal));
				 take_turns(turns, i + 1));
	while (turns->count < 4)
		sleep_ms(17);
	for (int i = 0; i < 2; i++) {
		kill(child[i], SIGKILL);
		CHECK_KILLED(child[i], SIGKILL);
	}
	CHECK_EQ(turns->early, 0);
}

static void on(pid_t pid, unsigned long mask)
{
	MUST(syscall(SYS_sched_setaffinity, pid, sizeof(mask), &mask));
}

// One that counts on these processors: of a priority, or 0; after a word from the pipe if there is one.
static pid_t counter(volatile long *count, unsigned long mask, int priority, const int *ends)
{
	struct sched_param level = {priority};

	return CHILD(on(0, mask); MUST(syscall(SYS_sched_setscheduler, 0,
					       priority ? SCHED_FIFO : SCHED_OTHER, &level));
		     if (ends) hear(ends); for (;;)++ * count);
}

static void until_it_counts(volatile long *count)
{
	long before = *count;

	while (*count == before)
		sleep_ms(1);
}

// On two processors the two highest run, woken there or driven away from the other.
static void highest_run(void)
{
	struct sched_param above = {60};
	volatile long *count =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t normal, second, first;
	int ends[2];

	MUST(pipe(ends));
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &above));
	normal = counter(&count[0], 2, 0, NULL);
	until_it_counts(&count[0]);
	for (int woken = 0; woken < 2; woken++) {
		second = counter(&count[1], 1, 40, woken ? ends : NULL);
		if (woken)
			wait_until_asleep(second);
		else
			until_it_counts(&count[1]);
		on(second, 3);
		first = counter(&count[2], 1, 50, NULL);
		until_it_counts(&count[2]);
		if (woken)
			tell(ends);
		until_it_counts(&count[1]);
		until_it_counts(&count[2]);
		kill(second, SIGKILL);
		CHECK_KILLED(second, SIGKILL);
		kill(first, SIGKILL);
		CHECK_KILLED(first, SIGKILL);
	}
	until_it_counts(&count[0]);
	kill(normal, SIGKILL);
	CHECK_KILLED(normal, SIGKILL);
}

// Who writes to a pipe goes on only after a reader of higher priority on his processor has read.
static void reader_first(void)
{
	static const int policies[] = {SCHED_OTHER, SCHED_FIFO};
	struct sched_param high = {50};
	volatile int *heard =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ends[2];
	pid_t reader;

	MUST(pipe(ends));
	on(0, 1);
	reader = CHILD(MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high)); for (;;) {
		hear(ends);
		++*heard;
	});
	for (int i = 0; i < 2; i++) {
		struct sched_param low = {i};

		wait_until_asleep(reader);
		MUST(syscall(SYS_sched_setscheduler, 0, policies[i], &low));
		tell(ends);
		CHECK_EQ(*heard, i + 1);
	}
	kill(reader, SIGKILL);
	CHECK_KILLED(reader, SIGKILL);
}

CONTRACT
{
	struct sched_param parameter = {10}, got;
	struct timespec slice;
	struct sched_attr attributes = {0};

	slices();
	CHECK_EXIT(CHILD(round_robin()), 0);
	CHECK_EXIT(CHILD(reader_first()), 0);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		CHECK_EXIT(CHILD(highest_run()), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
	CHECK_EQ(syscall(SYS_sched_get_priority_max, SCHED_FIFO), 99);
	CHECK_EQ(syscall(SYS_sched_get_priority_min, SCHED_RR), 1);
	CHECK_EQ(syscall(SYS_sched_get_priority_max, SCHED_OTHER), 0);
	CHECK_ERRNO(syscall(SYS_sched_get_priority_max, 77), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter), EINVAL);
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_RR, &parameter), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_RR);
	CHECK_EQ(syscall(SYS_sched_getparam, 0, &got), 0);
	CHECK_EQ(got.sched_priority, 10);
	CHECK_EQ(syscall(SYS_sched_rr_get_interval, 0, &slice), 0);
	CHECK_EQ(slice.tv_nsec, 100000000);
	CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_RR)), 0);
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO | 0x40000000, &parameter), 0);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_FIFO | 0x40000000);
	MUST(setpriority(PRIO_PROCESS, 0, 5));
	CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
			 CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0)),
		   0);
	parameter.sched_priority = 100;
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter), EINVAL);
	parameter.sched_priority = 0;
	CHECK_EQ(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &parameter), 0);
	CHECK_EQ(syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0), 0);
	CHECK_EQ(attributes.sched_policy, SCHED_BATCH);
	CHECK_EQ(attributes.size, sizeof(attributes));
	attributes.sched_policy = SCHED_OTHER;
	attributes.sched_nice = 7;
	attributes.size = 48;
	CHECK_EQ(syscall(SYS_sched_setattr, 0, &attributes, 0), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 7);
	// SCHED_IDLE has no nice value: what is said is neither judged nor kept.
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5)); attributes.sched_policy = SCHED_IDLE;
			 attributes.sched_nice = -20;
			 CHECK_EQ(syscall(SYS_sched_setattr, 0, &attributes, 0), 0);
			 CHECK_EQ(getpriority(PRIO_PROCESS, 0), 7)),
		   0);
	// A nice value that is in use is reset only if it is below 0.
	attributes.sched_flags = 1;
	CHECK_EQ(syscall(SYS_sched_setattr, 0, &attributes, 0), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(getpriority(PRIO_PROCESS, 0), 7)), 0);
	attributes.sched_nice = -7;
	CHECK_EQ(syscall(SYS_sched_setattr, 0, &attributes, 0), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0)), 0);
	// Flags of deadlines mean nothing to others; clamps are not configured.
	attributes.sched_flags = 6;
	CHECK_EQ(syscall(SYS_sched_setattr, 0, &attributes, 0), 0);
	attributes.sched_flags = 0x20;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &attributes, 0), EINVAL);
	attributes.size = sizeof(attributes);
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &attributes, 0), EOPNOTSUPP);
	attributes.sched_flags = 0x80;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &attributes, 0), EINVAL);
	attributes.sched_flags = 0;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &attributes, 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getattr, 0, &attributes, 8, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getscheduler, 99999999), ESRCH);
	parameter.sched_priority = 5;
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5)); CHECK_ERRNO(
				 syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter), EPERM);
			 got.sched_priority = 0;
			 CHECK_ERRNO(syscall(SYS_sched_setscheduler, 1, SCHED_OTHER, &got), EPERM)),
		   0);
	// On one processor, a FIFO process runs until it sleeps; a normal one waits.
	cpu_set_t one;
	volatile int *shared =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
	parameter.sched_priority = 0;
	pid_t normal = CHILD(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter);
			     for (;;) shared[0]++);
	sleep_ms(5);
	int before = shared[0];
	long long end = now_ns(CLOCK_MONOTONIC) + 20000000;
	while (now_ns(CLOCK_MONOTONIC) < end)
		;
	CHECK_EQ(shared[0], before);
	while (shared[0] == before)
		sleep_ms(2);
	kill(normal, SIGKILL);
	CHECK_KILLED(normal, SIGKILL);
}
