// SPDX-License-Identifier: MIT
// Covers: SIG-10. sigsuspend waits with its mask, the handler runs under it, and the old mask is
// back when it returns EINTR.
#include "contract.h"

static volatile unsigned long inside;
static volatile int order[2], at;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	memcpy((void *)&inside, &((ucontext_t *)context)->uc_sigmask, 8);
	order[at++ & 1] = number;
}

CONTRACT
{
	sigset_t block = set_of(SIGUSR1), now, wait = set_of(SIGTERM);

	sigaddset(&block, SIGUSR2);
	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGUSR2, handler, 0);
	MUST(sigprocmask(SIG_SETMASK, &block, NULL));
	raise(SIGUSR1);
	CHECK_EQ(at, 0);
	CHECK_ERRNO(sigsuspend(&wait), EINTR);
	CHECK_EQ(at, 1);
	// The frame restores the caller's mask, not the one of the wait.
	CHECK_EQ(inside, 1UL << (SIGUSR1 - 1) | 1UL << (SIGUSR2 - 1));
	MUST(sigprocmask(SIG_SETMASK, NULL, &now));
	CHECK(sigismember(&now, SIGUSR1) == 1 && sigismember(&now, SIGUSR2) == 1);
	CHECK_EQ(sigismember(&now, SIGTERM), 0);
	// Both pending: both run before it returns.
	raise(SIGUSR2);
	raise(SIGUSR1);
	at = 0;
	CHECK_ERRNO(sigsuspend(&wait), EINTR);
	CHECK_EQ(at, 2);
	// A signal that is ignored does not end it.
	signal(SIGTERM, SIG_IGN);
	wait = set_of(0);
	pid_t parent = getpid();
	pid_t child = CHILD(wait_until_asleep(parent); kill(parent, SIGTERM); sleep_ms(20);
			    kill(parent, SIGUSR2));
	at = 0;
	CHECK_ERRNO(sigsuspend(&wait), EINTR);
	CHECK_EQ(at, 1);
	CHECK_EQ(order[0], SIGUSR2);
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(syscall(SYS_rt_sigsuspend, &wait, 4), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigsuspend, (void *)8, 8), EFAULT);
}
