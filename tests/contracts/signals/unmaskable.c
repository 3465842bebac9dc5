// SPDX-License-Identifier: MIT
// Covers: SIG-11. SIGKILL and SIGSTOP are never masked, caught or ignored.
#include "contract.h"

static sigset_t forged;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	sigfillset(&((ucontext_t *)context)->uc_sigmask);
	sigprocmask(SIG_BLOCK, NULL, &forged);
}

CONTRACT
{
	sigset_t all, now;
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigfillset(&all);
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));
	MUST(sigprocmask(SIG_SETMASK, NULL, &now));
	CHECK_EQ(sigismember(&now, SIGKILL), 0);
	CHECK_EQ(sigismember(&now, SIGSTOP), 0);
	CHECK_EQ(sigismember(&now, SIGTERM), 1);
	CHECK_EQ(sigismember(&now, 64), 1);
	sigemptyset(&all);
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));

	CHECK_ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
	CHECK_ERRNO(sigaction(SIGSTOP, &action, NULL), EINVAL);
	CHECK_EQ(sigaction(SIGKILL, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_DFL);

	catch_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	MUST(sigprocmask(SIG_SETMASK, NULL, &now));
	CHECK_EQ(sigismember(&now, SIGTERM), 1);
	CHECK_EQ(sigismember(&now, SIGKILL), 0);
	CHECK_EQ(sigismember(&now, SIGSTOP), 0);
	pid_t child = CHILD(sigfillset(&now); sigsuspend(&now));
	wait_until_asleep(child);
	MUST(kill(child, SIGTERM));
	sleep_ms(5);
	CHECK_EQ(state_of(child), 'S');
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
