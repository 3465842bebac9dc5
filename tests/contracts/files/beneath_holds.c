// SPDX-License-Identifier: MIT
// Covers: FILE-02 FILE-05. openat2 with RESOLVE_BENEATH or RESOLVE_IN_ROOT does not leave its folder when another renames
// what it walks through to outside.
#include "contract.h"

#include <linux/openat2.h>
#include <pthread.h>

static volatile bool over;
static int folder;

static void *walks(void *argument)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = *(unsigned long *)argument};

	while (!over) {
		long fd = syscall(SYS_openat2, folder, "a/b/../../secret", &how, sizeof(how));

		if (fd >= 0)
			say("FAIL: outside with resolve %#llx", (unsigned long long)how.resolve),
				_exit(1);
		if (errno != EAGAIN && errno != ENOENT && errno != EXDEV)
			say("FAIL: errno %d", errno), _exit(1);
	}
	return NULL;
}

CONTRACT
{
	static unsigned long ways[] = {RESOLVE_BENEATH, RESOLVE_IN_ROOT};
	long long end = now_ns(CLOCK_MONOTONIC) + 300000000;
	pthread_t walkers[2];

	MUST(mkdir("outside", 0755));
	MUST(mkdir("inside", 0755));
	MUST(mkdir("inside/a", 0755));
	MUST(mkdir("inside/a/b", 0755));
	put_file("secret", "s");
	folder = (int)MUST(open("inside", O_RDONLY));
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&walkers[i], NULL, walks, &ways[i]), 0);
	while (now_ns(CLOCK_MONOTONIC) < end) {
		MUST(rename("inside/a/b", "outside/b"));
		MUST(rename("outside/b", "inside/a/b"));
	}
	over = true;
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_join(walkers[i], NULL), 0);
}
