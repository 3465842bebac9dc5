// SPDX-License-Identifier: MIT
// Covers: MEM-19 THREAD-08. A page that is replaced under a reader on another processor: it sees
// the old or the new contents, and after the call only the new.
#include "contract.h"

static volatile int *volatile page;
static volatile int stop, lowest, wrong, seen;

static void *reader(void *argument)
{
	while (!stop) {
		int low = lowest, value = *page;

		wrong += value < low;
		seen++;
	}
	return argument;
}

CONTRACT
{
	int fd = (int)MUST(memfd_create("m", 0));
	pthread_t id;

	MUST(ftruncate(fd, 64 * (off_t)PAGE));
	for (int i = 0; i < 64; i++)
		MUST(pwrite(fd, &i, sizeof(i), i * (off_t)PAGE));
	page = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	pthread_create(&id, NULL, reader, NULL);
	while (seen == 0)
		sched_yield();
	for (int i = 1; i < 64; i++) {
		int before = seen;

		if (mmap((void *)page, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
			 i * (off_t)PAGE) != page)
			_exit(9);
		lowest = i;
		for (int k = 0; k < 50 && seen == before; k++)
			sched_yield();
	}
	stop = 1;
	pthread_join(id, NULL);
	CHECK_EQ(wrong, 0);
	CHECK(seen > 0);
	CHECK_EQ(*page, 63);
}
