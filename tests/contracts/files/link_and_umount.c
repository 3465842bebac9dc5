// SPDX-License-Identifier: MIT
// Covers: FILE-05 FILE-14. A file system is unmounted while links on it are followed to elsewhere: the walk arrives, or finds
// the link gone, or the mount is busy.
#include "contract.h"

#include <pthread.h>
#include <sys/mount.h>

static volatile bool over;

static void *follows(void *argument)
{
	(void)argument;
	while (!over) {
		int fd = open("top/link", O_RDWR);

		if (fd < 0 && errno != ENOENT)
			say("FAIL: errno %d", errno), _exit(1);
		close(fd);
	}
	return NULL;
}

CONTRACT
{
	long long end = now_ns(CLOCK_MONOTONIC) + 300000000;
	pthread_t walkers[2];
	char target[64];

	// Long, and through a folder that is looked up each time, so that the walk takes a while.
	snprintf(target, sizeof(target), "/proc/%d/cwd/a/b/../../a/b/file", getpid());
	MUST(mkdir("top", 0755));
	MUST(mkdir("a", 0755));
	MUST(mkdir("a/b", 0755));
	put_file("a/b/file", "");
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&walkers[i], NULL, follows, NULL), 0);
	while (now_ns(CLOCK_MONOTONIC) < end) {
		MUST(mount("none", "top", "tmpfs", 0, ""));
		MUST(symlink(target, "top/link"));
		while (umount("top") < 0)
			MUST(errno == EBUSY ? 0 : -1);
	}
	over = true;
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_join(walkers[i], NULL), 0);
}
