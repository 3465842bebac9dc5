// SPDX-License-Identifier: MIT
// Covers: SIG-01. What a handler is told: number, si_code, si_pid, si_uid, si_value, by each way
// of sending.
#include "contract.h"

static siginfo_t seen;
static int seen_number;
static bool seen_context;

static void handler(int number, siginfo_t *info, void *context)
{
	seen = *info;
	seen_number = number;
	seen_context = context != NULL;
}

CONTRACT
{
	union sigval value = {.sival_ptr = (void *)0x123456789abcUL};
	siginfo_t own = {0};
	pid_t child;

	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGCHLD, handler, 0);
	MUST(kill(getpid(), SIGUSR1));
	CHECK_EQ(seen_number, SIGUSR1);
	CHECK(seen_context);
	CHECK_EQ(seen.si_signo, SIGUSR1);
	CHECK_EQ(seen.si_code, SI_USER);
	CHECK_EQ(seen.si_pid, getpid());
	CHECK_EQ(seen.si_uid, getuid());
	CHECK_EQ(seen.si_errno, 0);

	MUST(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1));
	CHECK_EQ(seen.si_code, SI_TKILL);
	CHECK_EQ(seen.si_pid, getpid());

	MUST(sigqueue(getpid(), SIGUSR1, value));
	CHECK_EQ(seen.si_code, SI_QUEUE);
	CHECK_EQ((uintptr_t)seen.si_value.sival_ptr, 0x123456789abcUL);

	own.si_code = -77;
	own.si_signo = SIGUSR1;
	own.si_value.sival_int = 99;
	MUST(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &own));
	CHECK_EQ(seen.si_code, -77);
	CHECK_EQ(seen.si_value.sival_int, 99);

	child = CHILD(own.si_code = SI_USER;
		      // Nobody may pretend to another process that the kernel, or kill(), sent it.
		      CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &own), EPERM));
	CHECK_EXIT(child, 0);

	memset(&seen, 0, sizeof(seen));
	child = CHILD(_exit(42));
	while (seen.si_signo != SIGCHLD)
		sleep_ms(1);
	CHECK_EQ(seen.si_code, CLD_EXITED);
	CHECK_EQ(seen.si_status, 42);
	CHECK_EQ(seen.si_pid, child);
	CHECK_EXIT(child, 42);
	memset(&seen, 0, sizeof(seen));
	child = CHILD(kill(getpid(), SIGTERM));
	while (seen.si_signo != SIGCHLD)
		sleep_ms(1);
	CHECK_EQ(seen.si_code, CLD_KILLED);
	CHECK_EQ(seen.si_status, SIGTERM);
	CHECK_KILLED(child, SIGTERM);
}
