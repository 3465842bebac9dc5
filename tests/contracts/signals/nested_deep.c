// SPDX-License-Identifier: MIT
// Covers: SIG-06. Two hundred handlers inside each other, each with its own number of turns,
// then all return in order and their registers are right.
#include "contract.h"

static volatile int depth, bottom, unwound, wrong;

static void handler(int number, siginfo_t *info, void *context)
{
	int mine = ++depth;
	volatile double value = mine * 1.25;

	(void)info;
	(void)context;
	if (mine < 200)
		raise(number == SIGUSR1 ? SIGUSR2 : SIGUSR1);
	else
		bottom = mine;
	if (value != mine * 1.25 || depth - unwound != mine)
		wrong++;
	unwound++;
}

CONTRACT
{
	double before = 3.75;
	volatile double *kept = &before;

	catch_signal(SIGUSR1, handler, SA_NODEFER);
	catch_signal(SIGUSR2, handler, SA_NODEFER);
	raise(SIGUSR1);
	CHECK_EQ(bottom, 200);
	CHECK_EQ(unwound, 200);
	CHECK_EQ(wrong, 0);
	CHECK(*kept == 3.75);
}
