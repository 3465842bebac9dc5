// SPDX-License-Identifier: MIT
// Covers: PROC-14 PROC-15. RLIMIT_CPU sends SIGXCPU to a busy process; user time grows in times,
// getrusage and the CPU clock.
#include "contract.h"
#include <sys/times.h>

CONTRACT
{
	struct rusage usage;
	struct tms times_now;
	volatile unsigned long turns = 0;
	struct rlimit none = {0, 0}, second = {1, 10};
	pid_t child;
	clock_t before;

	while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < 60000000)
		for (int i = 0; i < 10000; i++)
			turns++;
	// User time is sampled by ticks on some kernels: it grows, but not at a bound moment.
	do {
		turns++;
		MUST(getrusage(RUSAGE_SELF, &usage));
	} while (usage.ru_utime.tv_usec == 0 && usage.ru_utime.tv_sec == 0);
	CHECK(usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec +
		      usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec >=
	      30000);
	CHECK(usage.ru_minflt > 0);
	before = times(&times_now);
	CHECK(times_now.tms_utime + times_now.tms_stime >= 3);
	CHECK(before > 0);
	MUST(getrusage(RUSAGE_CHILDREN, &usage));
	CHECK_EQ(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec + usage.ru_utime.tv_sec, 0);
	child = CHILD(setrlimit(RLIMIT_CORE, &none); setrlimit(RLIMIT_CPU, &second);
		      for (;;) turns++);
	CHECK_KILLED(child, SIGXCPU);
	MUST(getrusage(RUSAGE_CHILDREN, &usage));
	CHECK(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec >= 1 ||
	      usage.ru_utime.tv_usec + usage.ru_stime.tv_usec >= 900000);
	times(&times_now);
	CHECK(times_now.tms_cutime + times_now.tms_cstime >= 90);
}
