// SPDX-License-Identifier: MIT
// Covers: SIG-32. A frame that crosses into pages never touched, at every offset of 16 in a
// page; all of them return.
#include "contract.h"
#include <setjmp.h>

static volatile int count;
static volatile uintptr_t frame;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	frame = (uintptr_t)info;
	count++;
}

CONTRACT
{
	size_t room = 16 * PAGE;
	int turns = 0;

	catch_signal(SIGUSR1, handler, SA_ONSTACK);
	for (size_t offset = 0; offset < PAGE; offset += 16) {
		char *memory = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, 0);
		stack_t stack = {.ss_sp = memory, .ss_size = room - offset};

		if (memory == MAP_FAILED || sigaltstack(&stack, NULL) != 0)
			break;
		raise(SIGUSR1);
		if (frame < (uintptr_t)memory || frame >= (uintptr_t)memory + room - offset)
			break;
		stack.ss_flags = SS_DISABLE;
		sigaltstack(&stack, NULL);
		munmap(memory, room);
		turns++;
	}
	CHECK_EQ(turns, 256);
	CHECK_EQ(count, 256);
}
