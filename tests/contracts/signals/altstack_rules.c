// SPDX-License-Identifier: MIT
// Covers: SIG-05. sigaltstack: what it reads back, ENOMEM, EINVAL, EFAULT; a thread starts
// without, a fork keeps it, exec drops it.
#include "contract.h"

static void *thread(void *argument)
{
	stack_t old = {0};

	sigaltstack(NULL, &old);
	return old.ss_flags == SS_DISABLE && old.ss_sp == NULL ? NULL : argument;
}

CONTRACT
{
	static char memory[32768];
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)}, old;
	pthread_t id;
	void *result;

	MUST(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	CHECK_EQ(sigaltstack(&stack, &old), 0);
	CHECK_EQ(sigaltstack(NULL, &old), 0);
	CHECK(old.ss_sp == memory);
	CHECK_EQ(old.ss_size, sizeof(memory));
	CHECK_EQ(old.ss_flags, 0);
	CHECK_EXIT(CHILD(MUST(sigaltstack(NULL, &old)); CHECK(old.ss_sp == memory)), 0);
	CHECK_EQ(pthread_create(&id, NULL, thread, &id), 0);
	pthread_join(id, &result);
	CHECK(result == NULL);
	stack.ss_size = 1024;
	CHECK_ERRNO(syscall(SYS_sigaltstack, &stack, NULL), ENOMEM);
	stack.ss_size = sizeof(memory);
	stack.ss_flags = 8;
	CHECK_ERRNO(syscall(SYS_sigaltstack, &stack, NULL), EINVAL);
	CHECK_ERRNO(syscall(SYS_sigaltstack, (void *)8, NULL), EFAULT);
	CHECK_ERRNO(syscall(SYS_sigaltstack, NULL, (void *)8), EFAULT);
	stack.ss_flags = SS_ONSTACK;
	CHECK_EQ(syscall(SYS_sigaltstack, &stack, NULL), 0);
	stack.ss_flags = SS_DISABLE;
	CHECK_EQ(syscall(SYS_sigaltstack, &stack, &old), 0);
	CHECK(old.ss_sp == memory);
	MUST(sigaltstack(NULL, &old));
	CHECK_EQ(old.ss_flags, SS_DISABLE);
	CHECK_EQ(old.ss_size, 0);
}
