// SPDX-License-Identifier: MIT
// Covers: SIG-09. restart_syscall by itself is EINTR; sched_setparam keeps the class; a
// nanosleep that is stopped and continued ends on time by it.
#include "contract.h"

CONTRACT
{
	struct sched_param parameter = {7}, got = {0};
	struct timespec time = {0, 400000000};
	int ends[2];

	CHECK_ERRNO(syscall(SYS_restart_syscall), EINTR);
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_RR, &parameter));
	parameter.sched_priority = 9;
	CHECK_EQ(syscall(SYS_sched_setparam, 0, &parameter), 0);
	MUST(syscall(SYS_sched_getparam, 0, &got));
	CHECK_EQ(got.sched_priority, 9);
	CHECK_EQ(syscall(SYS_sched_getscheduler, 0), SCHED_RR);
	parameter.sched_priority = 0;
	CHECK_ERRNO(syscall(SYS_sched_setparam, 0, &parameter), EINVAL);
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameter));
	MUST(pipe(ends));
	pid_t child = CHILD(tell(ends); long long start = now_ns(CLOCK_MONOTONIC);
			    CHECK_EQ(nanosleep(&time, NULL), 0);
			    CHECK(now_ns(CLOCK_MONOTONIC) - start >= 400000000));
	hear(ends);
	wait_until_asleep(child);
	kill(child, SIGSTOP);
	while (state_of(child) != 'T' &&
	       state_of(child) != 'Z') /* a slow machine lets it end before */
		sleep_ms(1);
	kill(child, SIGCONT);
	CHECK_EXIT(child, 0);
}
