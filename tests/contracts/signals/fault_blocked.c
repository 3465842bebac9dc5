// SPDX-License-Identifier: MIT
// Covers: SIG-38 SIG-19. A fault whose signal is blocked or ignored kills although there is a
// handler; in a thread, that thread's handler runs on its own stack.
#include "contract.h"

static volatile int where, tid;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	where = gettid();
	pthread_exit(NULL);
}

static void fault(void)
{
	*(volatile char *)8 = 1;
}

static void *thread(void *argument)
{
	stack_t stack = {.ss_sp = argument, .ss_size = 65536};

	sigaltstack(&stack, NULL);
	tid = gettid();
	fault();
	return NULL;
}

CONTRACT
{
	sigset_t set = set_of(SIGSEGV);
	struct rlimit none = {0, 0};
	static char memory[65536];
	pthread_t id;

	MUST(setrlimit(RLIMIT_CORE, &none));
	CHECK_KILLED(CHILD(catch_signal(SIGSEGV, handler, 0); sigprocmask(SIG_BLOCK, &set, NULL);
			   fault()),
		     SIGSEGV);
	CHECK_KILLED(CHILD(signal(SIGSEGV, SIG_IGN); fault()), SIGSEGV);
	// A kill of the same number is only blocked, only ignored.
	CHECK_EXIT(CHILD(sigprocmask(SIG_BLOCK, &set, NULL); kill(getpid(), SIGSEGV)), 0);
	CHECK_EXIT(CHILD(signal(SIGSEGV, SIG_IGN); kill(getpid(), SIGSEGV)), 0);
	catch_signal(SIGSEGV, handler, SA_ONSTACK);
	CHECK_EQ(pthread_create(&id, NULL, thread, memory), 0);
	pthread_join(id, NULL);
	CHECK_EQ(where, tid);
	CHECK(where != getpid());
}
