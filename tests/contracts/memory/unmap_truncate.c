// SPDX-License-Identifier: MIT
// Covers: MEM-16 MEM-03. When truncation has returned, nobody reaches the pages that it dropped, even
// while another thread is busy unmapping them.
#include "contract.h"

#define BEFORE (64ul << 20) // memory whose unmapping takes a while, below the file's

static char *place;
static bool unmapping;

static void *unmapper(void *unused)
{
	(void)unused;
	__atomic_store_n(&unmapping, true, __ATOMIC_RELEASE);
	MUST(munmap(place, BEFORE + PAGE));
	return NULL;
}

CONTRACT
{
	int fd = (int)MUST(memfd_create("f", 0)), ends[2];

	MUST(pipe(ends));
	for (long delay = 0; delay < 8; delay++) {
		pthread_t thread;

		__atomic_store_n(&unmapping, false, __ATOMIC_RELEASE);
		MUST(ftruncate(fd, PAGE));
		place = MAP(NULL, BEFORE + PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		MAP(place + BEFORE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
		place[BEFORE] = 'x';
		MUST(pthread_create(&thread, NULL, unmapper, NULL));
		while (!__atomic_load_n(&unmapping, __ATOMIC_ACQUIRE))
			sched_yield();
		usleep(250 * (useconds_t)delay);
		MUST(ftruncate(fd, 0));
		CHECK_ERRNO(write(ends[1], place + BEFORE, 1), EFAULT);
		pthread_join(thread, NULL);
	}
}
