// SPDX-License-Identifier: MIT Memory exhausted by one process: it is killed and named, its parent
// lives; endless recursion ends by SIGSEGV.

#include "contract.h"

static __attribute__((noinline)) int recurse(volatile char *above)
{
	volatile char space[2048];

	space[0] = above ? above[0] : 1;
	return recurse(space) + space[0];
}

CONTRACT
{
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
	for (int round = 0; round < 3; round++) {
		pid_t child = CHILD(for (;;) {
			char *map = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			if (map == MAP_FAILED)
				_exit(3);
			for (size_t at = 0; at < 8 << 20; at += PAGE)
				map[at] = 1;
		});
		CHECK_KILLED(child, SIGKILL);
		CHECK_KILLED(CHILD(recurse(NULL)), SIGSEGV);
	}
	CHECK_EXIT(CHILD(execl("/bin/true", "true", (char *)NULL)), 0);
}
