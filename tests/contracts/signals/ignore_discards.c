// SPDX-License-Identifier: MIT
// Covers: SIG-35. A blocked signal that is set to be ignored, or to a default that ignores, is
// no longer pending; standard ones merge.
#include "contract.h"

static volatile int count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	count++;
}

static int is_pending(int number)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, number);
}

CONTRACT
{
	sigset_t all;

	sigfillset(&all);
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));
	CHECK_EQ(is_pending(SIGUSR1), 0);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK_EQ(is_pending(SIGUSR1), 1);
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(is_pending(SIGUSR1), 0);
	// Ignored and blocked: it is kept, for the action may change before it is unblocked.
	raise(SIGUSR1);
	CHECK_EQ(is_pending(SIGUSR1), 1);
	catch_signal(SIGUSR1, handler, 0);
	CHECK_EQ(is_pending(SIGUSR1), 1);
	MUST(sigprocmask(SIG_UNBLOCK, &all, NULL));
	CHECK_EQ(count, 1);
	MUST(sigprocmask(SIG_SETMASK, &all, NULL));
	catch_signal(SIGWINCH, handler, 0);
	raise(SIGWINCH);
	CHECK_EQ(is_pending(SIGWINCH), 1);
	signal(SIGWINCH, SIG_DFL);
	CHECK_EQ(is_pending(SIGWINCH), 0);
	raise(SIGUSR2);
	signal(SIGUSR2, SIG_DFL);
	CHECK_EQ(is_pending(SIGUSR2), 1);
	// Pending is not inherited, the mask is.
	CHECK_EXIT(CHILD(CHECK_EQ(is_pending(SIGUSR2), 0); sigset_t now;
			 sigprocmask(SIG_SETMASK, NULL, &now);
			 CHECK_EQ(sigismember(&now, SIGUSR2), 1)),
		   0);
	CHECK_EQ(is_pending(SIGUSR2), 1);
}
