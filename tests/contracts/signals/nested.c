// SPDX-License-Identifier: MIT
// Covers: SIG-06 SIG-07. Nested signals, each with its own frame and mask; SA_NODEFER and
// SA_RESETHAND; sa_mask.
#include "contract.h"

static int depth, deepest, second_runs, order[8], orders;
static sigset_t mask_inside;

static void deeper(int number, siginfo_t *info, void *context)
{
	int mine = ++depth;

	(void)info;
	(void)context;
	if (mine < 100)
		raise(number);
	if (depth != mine)
		_exit(9);
	deepest = mine > deepest ? mine : deepest;
	depth--;
}

static void once(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	sigprocmask(SIG_BLOCK, NULL, &mask_inside);
	order[orders++] = 1;
	raise(SIGUSR2);
	raise(SIGUSR1);
	order[orders++] = 2;
}

static void second(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	order[orders++] = 3;
	second_runs++;
}

CONTRACT
{
	struct sigaction action = {.sa_sigaction = once, .sa_flags = SA_SIGINFO}, now;

	catch_signal(SIGUSR1, deeper, SA_NODEFER);
	raise(SIGUSR1);
	CHECK_EQ(deepest, 100);
	CHECK_EQ(depth, 0);

	sigaddset(&action.sa_mask, SIGUSR2);
	sigaddset(&action.sa_mask, SIGKILL);
	catch_signal(SIGUSR2, second, 0);
	action.sa_flags |= (int)SA_RESETHAND;
	MUST(sigaction(SIGUSR1, &action, NULL));
	MUST(sigaction(SIGUSR1, NULL, &now));
	CHECK_EQ(sigismember(&now.sa_mask, SIGKILL), 0);
	CHECK_EQ(sigismember(&now.sa_mask, SIGUSR2), 1);
	pid_t child = CHILD(raise(SIGUSR1));
	// The second one found the default action again: it ended the child when the handler was
	// done.
	CHECK_KILLED(child, SIGUSR1);

	// A signal in sa_mask waits until the handler has returned.
	child = CHILD(signal(SIGUSR1, SIG_IGN); orders = 0; second_runs = 0;
		      action.sa_flags = SA_SIGINFO; sigaction(SIGTERM, &action, NULL);
		      raise(SIGTERM); CHECK_EQ(orders, 3); CHECK_EQ(order[0], 1);
		      CHECK_EQ(order[1], 2); CHECK_EQ(order[2], 3);
		      CHECK_EQ(sigismember(&mask_inside, SIGTERM), 1);
		      CHECK_EQ(sigismember(&mask_inside, SIGUSR2), 1));
	CHECK_EXIT(child, 0);
}
