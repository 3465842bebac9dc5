// SPDX-License-Identifier: MIT
// Covers: PROC-15. getrusage: faults, switches, times grow; children count only once they are
// waited for; threads have their own. Neither user nor system time ever falls. The most memory that
// a process had is remembered over execve.
#include "contract.h"

#define MUCH (24 << 20)

static void *works(void *argument)
{
	struct rusage usage;
	volatile unsigned long turns = 0;

	while (now_ns(CLOCK_THREAD_CPUTIME_ID) < 20000000)
		turns++;
	MUST(getrusage(RUSAGE_THREAD, &usage));
	*(long *)argument = usage.ru_minflt;
	return NULL;
}

static long long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

// Between ticks that find us here and there.
static void never_falls(void)
{
	long long user = 0, system = 0, end = now_ns(CLOCK_MONOTONIC) + 500000000;
	volatile unsigned long turns = 0;
	struct rusage usage;
	int fell = 0;

	while (now_ns(CLOCK_MONOTONIC) < end) {
		MUST(getrusage(RUSAGE_SELF, &usage));
		fell += microseconds(usage.ru_utime) < user ||
			microseconds(usage.ru_stime) < system;
		user = microseconds(usage.ru_utime);
		system = microseconds(usage.ru_stime);
		for (int i = 0; i < 1000; i++)
			turns++;
	}
	CHECK_EQ(fell, 0);
}

// In a child: much memory, and then another image, that is this one again.
static void execute(void)
{
	char *const arguments[] = {"usage_grows", NULL}, *const environment[] = {"AGAIN=1", NULL};
	volatile char *memory =
		MAP(NULL, MUCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < MUCH; i += PAGE)
		memory[i] = 1;
	MUST(execve("/proc/self/exe", arguments, environment));
}

static void after_execve(void)
{
	struct rusage usage;

	MUST(getrusage(RUSAGE_SELF, &usage));
	CHECK(usage.ru_maxrss >= MUCH / 1024);
	MUST(getrusage(RUSAGE_THREAD, &usage));
	CHECK(usage.ru_maxrss >= MUCH / 1024);
	MUST(getrusage(RUSAGE_CHILDREN, &usage));
	CHECK_EQ(usage.ru_maxrss, 0);
}

CONTRACT
{
	struct rusage before, after, children;
	pthread_t id;
	long faults;
	pid_t child;
	char *memory;

	if (getenv("AGAIN")) {
		after_execve();
		_exit(0);
	}
	MUST(getrusage(RUSAGE_SELF, &before));
	memory = MAP(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(madvise(memory, 64 * PAGE, MADV_NOHUGEPAGE));
	for (int i = 0; i < 64; i++)
		memory[i * PAGE] = 1;
	// On a busy machine a time may be over before there was anything to sleep for.
	do {
		sleep_ms(2);
		MUST(getrusage(RUSAGE_SELF, &after));
	} while (after.ru_nvcsw < before.ru_nvcsw + 10);
	CHECK(after.ru_minflt >= before.ru_minflt + 64);
	CHECK(after.ru_maxrss > 0);
	CHECK_EQ(after.ru_ixrss + after.ru_nswap + after.ru_msgsnd + after.ru_nsignals, 0);
	pthread_create(&id, NULL, works, &faults);
	pthread_join(id, NULL);
	CHECK(faults < after.ru_minflt);
	CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 20000000);
	child = CHILD(volatile unsigned long turns = 0;
		      while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < 50000000) turns++);
	siginfo_t info;
	MUST(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	MUST(getrusage(RUSAGE_CHILDREN, &children));
	CHECK_EQ(children.ru_minflt, 0);
	CHECK_EXIT(child, 0);
	MUST(getrusage(RUSAGE_CHILDREN, &children));
	CHECK(children.ru_minflt > 0);
	CHECK(children.ru_utime.tv_usec + children.ru_stime.tv_usec +
		      1000000 * children.ru_utime.tv_sec >=
	      30000);
	never_falls();
	CHECK_EXIT(CHILD(execute()), 0);
	CHECK_ERRNO(getrusage(7, &children), EINVAL);
	CHECK_ERRNO(syscall(SYS_getrusage, RUSAGE_SELF, (void *)8), EFAULT);
}
