/* SPDX-License-Identifier: MIT */
/* clocks.h - the clocks that system calls name, between the files of core/time/syscalls_*.c. */
#ifndef CORE_TIME_CLOCKS_H
#define CORE_TIME_CLOCKS_H

#include <core/thread.h>
#include <core/time.h>

#define CLOCK_REALTIME		 0
#define CLOCK_MONOTONIC		 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID	 3
#define CLOCK_MONOTONIC_RAW	 4
#define CLOCK_REALTIME_COARSE	 5
#define CLOCK_MONOTONIC_COARSE	 6
#define CLOCK_BOOTTIME		 7
#define CLOCK_REALTIME_ALARM	 8
#define CLOCK_BOOTTIME_ALARM	 9
#define CLOCK_TAI		 11

#define TIMER_ABSTIME 1

/* A CPU-time clock, decoded. */
struct cpu_clock {
	struct process *process; /* reference */
	struct thread *thread;	 /* reference; NULL: the whole process */
	unsigned int
		kind; /* 0 user + system as ITIMER_PROF counts, 1 user, 2 scheduler's exact time */
};

bool clock_is_cpu(int clock);
bool clock_is_of_file(int clock); /* names a descriptor: there are no such clocks */
bool clock_is_realtime(int clock);
/* 0 or -EINVAL (no such thread, not ours to time). */
__must_check int cpu_clock_find(int clock, struct cpu_clock *c);
void cpu_clock_put(struct cpu_clock *c);
/* Has whose time it tells been waited for? Such a clock never runs again. */
bool cpu_clock_gone(const struct cpu_clock *c);
ktime_t cpu_clock_read(const struct cpu_clock *c);
/* 0 or -EINVAL. */
__must_check int clock_read(int clock, ktime_t *now);

#endif
