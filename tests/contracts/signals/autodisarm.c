// SPDX-License-Identifier: MIT
// Covers: SIG-05. SS_AUTODISARM: inside the handler there is no alternate stack, so it may be
// changed; return restores it.
#include "contract.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

static char first[65536], second[65536];
static stack_t inside;
static int change;

static void handler(int number, siginfo_t *info, void *context)
{
	stack_t other = {.ss_sp = second, .ss_size = sizeof(second)};

	(void)number;
	(void)info;
	(void)context;
	sigaltstack(NULL, &inside);
	change = sigaltstack(&other, NULL);
}

CONTRACT
{
	stack_t new = {.ss_sp = first, .ss_size = sizeof(first), .ss_flags = (int)SS_AUTODISARM},
		old;

	MUST(sigaltstack(&new, NULL));
	catch_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK_EQ(inside.ss_flags, SS_DISABLE);
	CHECK_EQ(change, 0);
	MUST(sigaltstack(NULL, &old));
	CHECK((char *)old.ss_sp == first);
	CHECK_EQ((unsigned)old.ss_flags, SS_AUTODISARM);
}
