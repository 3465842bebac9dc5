// SPDX-License-Identifier: MIT
// Covers: PROC-04 SIG-01. SIGCHLD's siginfo for exit, kill, stop and continue; SA_NOCLDSTOP
// keeps quiet about stops; the sender's times are there.
#include "contract.h"

static volatile int count;
static volatile siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	memcpy((void *)&seen, info, sizeof(seen));
	count++;
}

static void await(int wanted)
{
	while (count < wanted)
		sleep_ms(1);
}

CONTRACT
{
	pid_t child;
	int status;

	catch_signal(SIGCHLD, handler, SA_RESTART);
	child = CHILD(_exit(12));
	await(1);
	CHECK_EQ(seen.si_code, CLD_EXITED);
	CHECK_EQ(seen.si_status, 12);
	CHECK_EQ(seen.si_pid, child);
	CHECK(seen.si_utime >= 0 && seen.si_stime >= 0);
	child_wait(child);
	child = CHILD(for (;;) pause());
	kill(child, SIGSTOP);
	await(2);
	CHECK_EQ(seen.si_code, CLD_STOPPED);
	CHECK_EQ(seen.si_status, SIGSTOP);
	kill(child, SIGCONT);
	await(3);
	CHECK_EQ(seen.si_code, CLD_CONTINUED);
	CHECK_EQ(seen.si_status, SIGCONT);
	catch_signal(SIGCHLD, handler, SA_RESTART | SA_NOCLDSTOP);
	kill(child, SIGSTOP);
	MUST(waitpid(child, &status, WUNTRACED));
	while (state_of(child) != 'T')
		sleep_ms(1);
	kill(child, SIGCONT);
	sleep_ms(20);
	CHECK_EQ(count, 3);
	kill(child, SIGKILL);
	await(4);
	CHECK_EQ(seen.si_code, CLD_KILLED);
	CHECK_EQ(seen.si_status, SIGKILL);
}
