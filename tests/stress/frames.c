// SPDX-License-Identifier: MIT
// Damaged signal frames: frames [COUNT] [SEED]. A handler changes words of the frame it returns through, anywhere in it, or returns
// through one that is none; its process goes on, or ends by a signal. The kernel goes on.

#include "random.h"

static int kind;

static uint64_t odd_number(uint64_t now)
{
	switch (random_below(8)) {
	case 0:
		return now ^ 1ULL << random_below(64);
	case 1:
		return 0xffff800000000000 + random_below(1 << 20);
	case 2:
		return 0xffffffff80000000;
	case 3:
		return 0x0000800000000000;
	case 4:
		return ~0ULL;
	case 5:
		return 0;
	case 6:
		return now + random_below(64);
	default:
		return random_next();
	}
}

static void handler(int number, siginfo_t *info, void *context)
{
	uint64_t *words = context;
	// As much as the frame surely has: behind the ucontext there are at least the machine's registers.
	size_t count = kind % 2 ? sizeof(ucontext_t) / 8 : 32;

	(void)number, (void)info;
	for (uint64_t n = 1 + random_below(kind % 3 ? 2 : 16); n > 0; n--) {
		size_t at = random_below(count);

		words[at] = odd_number(words[at]);
	}
}

static void victim(void)
{
	volatile double value = 1.5;

	alarm(1);
	switch (kind % 4) {
	case 0: // a frame out of nothing, from whatever lies on the stack
		syscall(SYS_rt_sigreturn);
		break;
	case 1: { // on an alternate stack that is hardly large enough
		static char stack[65536];
		stack_t alternate = {.ss_sp = stack,
				     .ss_size = MINSIGSTKSZ + (size_t)random_below(8192)};

		sigaltstack(&alternate, NULL);
		catch_signal(SIGUSR1, handler, SA_ONSTACK);
		raise(SIGUSR1);
		break;
	}
	default:
		catch_signal(SIGUSR1, handler, 0);
		raise(SIGUSR1);
	}
	_exit(value == 1.5 ? 0 : 1);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 2000, killed = 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

	for (int i = 0; i < count; i++) {
		int status;

		kind = i;
		status = child_end_within(
			CHILD(random_seed(seed + (uint64_t)i); silent(); victim()), 2000);
		killed += WIFSIGNALED(status);
	}
	CHECK(killed > 0);
	CHECK_EXIT(CHILD(execl("/bin/true", "true", (char *)NULL)), 0);
	say("ok %d frames, %d ended their process", count, killed);
	return 0;
}
