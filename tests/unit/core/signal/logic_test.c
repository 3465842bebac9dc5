// SPDX-License-Identifier: MIT
// What signals mean: default actions, order, masks, restarts, alternate stacks.

#include "../../../../core/signal/logic.h"

#include "../../test.h"

#include <core/errno.h>

static const struct sigaction by_default, ignored = {.handler = SIG_IGN};
static const struct sigaction handled = {.handler = 0x1000};

TEST(numbers)
{
	CHECK(!signal_valid(0) && !signal_valid(-1) && !signal_valid(65));
	CHECK(signal_valid(1) && signal_valid(64));
}

// signal(7)'s table: what is neither ignored nor stops kills, real-time signals too.
TEST(default_actions)
{
	static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
	static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	unsigned int kills = 0;

	for (int sig = 1; sig <= SIGMAX; sig++)
		kills += signal_action_kills(&by_default, sig);
	CHECK_EQ(kills, 64 - 4 - 4);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK(signal_action_ignores(&by_default, harmless[i]));
		CHECK(!signal_action_kills(&by_default, harmless[i]));
		CHECK(signal_default_stops(stops[i]));
		CHECK(!signal_action_ignores(&by_default, stops[i]));
	}
}

TEST(dispositions)
{
	CHECK(signal_action_ignores(&ignored, SIGTERM) && !signal_action_kills(&ignored, SIGTERM));
	CHECK(!signal_action_ignores(&handled, SIGCHLD) && !signal_action_kills(&handled, SIGTERM));
}

TEST(order)
{
	CHECK_EQ(signal_first(0), 0);
	CHECK_EQ(signal_first(sigbit(SIGTERM) | sigbit(SIGINT)), SIGINT);
	CHECK_EQ(signal_first(sigbit(64)), 64);
	// What the instruction caused comes before lower numbers.
	CHECK_EQ(signal_first(sigbit(SIGHUP) | sigbit(SIGSEGV)), SIGSEGV);
	CHECK_EQ(signal_first(sigbit(SIGHUP) | sigbit(SIGSEGV) | sigbit(SIGILL)), SIGILL);
}

TEST(mask_of_a_handler)
{
	struct sigaction action = {.handler = 0x1000, .mask = sigbit(SIGUSR2)};
	uint64_t before = sigbit(SIGHUP);

	CHECK_EQ(signal_handler_mask(before, &action, SIGUSR1),
		 before | sigbit(SIGUSR1) | sigbit(SIGUSR2));
	action.flags = SA_NODEFER;
	CHECK_EQ(signal_handler_mask(before, &action, SIGUSR1), before | sigbit(SIGUSR2));
	// Named in the mask, it is blocked all the same.
	action.mask |= sigbit(SIGUSR1);
	CHECK(signal_handler_mask(before, &action, SIGUSR1) & sigbit(SIGUSR1));
	action.mask = ~0ull;
	CHECK_EQ(signal_handler_mask(0, &action, SIGUSR1), ~(sigbit(SIGKILL) | sigbit(SIGSTOP)));
}

TEST(restarts)
{
	static const struct {
		long result;
		enum signal_restart none, plain, restarting; // no handler, one, one with SA_RESTART
	} table[] = {
		{-ERESTARTNOINTR, RESTART_AGAIN, RESTART_AGAIN, RESTART_AGAIN},
		{-ERESTARTSYS, RESTART_AGAIN, RESTART_INTERRUPTED, RESTART_AGAIN},
		{-ERESTARTNOHAND, RESTART_AGAIN, RESTART_INTERRUPTED, RESTART_INTERRUPTED},
		{-ERESTART_RESTARTBLOCK, RESTART_BY_BLOCK, RESTART_INTERRUPTED,
		 RESTART_INTERRUPTED},
		{-EINTR, RESTART_NO, RESTART_NO, RESTART_NO},
		{0, RESTART_NO, RESTART_NO, RESTART_NO},
		{512, RESTART_NO, RESTART_NO, RESTART_NO},
	};

	for (unsigned int i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CHECK_EQ(signal_restart(table[i].result, false, 0), table[i].none);
		CHECK_EQ(signal_restart(table[i].result, true, 0), table[i].plain);
		CHECK_EQ(signal_restart(table[i].result, true, SA_RESTART), table[i].restarting);
	}
}

TEST(alternate_stacks)
{
	struct hal_stack stack = {.sp = 0x10000, .size = 0x2000};

	CHECK_EQ(signal_stack_flags(&stack, 0x9000), 0);
	CHECK_EQ(signal_stack_flags(&stack, 0x10000), 0); // full: the next push would leave it
	CHECK_EQ(signal_stack_flags(&stack, 0x10001), SS_ONSTACK);
	CHECK_EQ(signal_stack_flags(&stack, 0x12000), SS_ONSTACK); // empty
	CHECK_EQ(signal_stack_flags(&stack, 0x12001), 0);
	stack.flags = (int32_t)SS_AUTODISARM;
	CHECK_EQ(signal_stack_flags(&stack, 0x11000), 0);
	stack = (struct hal_stack){.flags = SS_DISABLE};
	CHECK_EQ(signal_stack_flags(&stack, 0x11000), SS_DISABLE);
}
