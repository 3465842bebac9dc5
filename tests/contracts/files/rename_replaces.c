// SPDX-License-Identifier: MIT
// Covers: FILE-06. A name that is replaced by rename is there at every moment, with one file's contents or the other's:
// what editors, package managers and databases rely on.
#include "contract.h"

#include <pthread.h>

static volatile bool over;

static void *looks(void *argument)
{
	struct stat found;
	char letter;

	(void)argument;
	while (!over) {
		int fd;

		MUST(stat("d/name", &found));
		fd = (int)MUST(open("d/link",
				    O_RDONLY)); // below a link a step may be taken in another way
		MUST(read(fd, &letter, 1));
		if (found.st_size != 1 || (letter != 'a' && letter != 'b'))
			say("FAIL: %lld bytes, '%c'", (long long)found.st_size, letter), _exit(1);
		close(fd);
	}
	return NULL;
}

CONTRACT
{
	long long end = now_ns(CLOCK_MONOTONIC) + 300000000;
	pthread_t readers[2];

	MUST(mkdir("d", 0755));
	put_file("d/name", "a");
	MUST(symlink("name", "d/link"));
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&readers[i], NULL, looks, NULL), 0);
	for (int i = 0; now_ns(CLOCK_MONOTONIC) < end; i++) {
		put_file("d/fresh", i % 2 ? "a" : "b");
		MUST(rename("d/fresh", "d/name"));
	}
	over = true;
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_join(readers[i], NULL), 0);
}
