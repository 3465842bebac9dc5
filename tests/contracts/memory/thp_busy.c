// SPDX-License-Identifier: MIT
// Covers: MEM-02 MEM-06 MEM-14 MEM-19. Other threads write into a 2 MiB page while it is split in every
// way: no write is lost, and none lands in what is no longer theirs.
#include "thp_helpers.h"

#define WRITERS 3
#define ROUNDS	30
#define WRITES	20000u

static char *volatile block;
static pthread_barrier_t start, end;

// A word of its own in several pages of the block, counted up.
static void *writer(void *argument)
{
	size_t me = (size_t)argument;

	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&start);
		for (unsigned int i = 0; i < WRITES; i++) {
			volatile unsigned int *word =
				(volatile unsigned int *)(block + (i % 8 * 60 + 20) * PAGE) + me;

			*word += 1;
		}
		pthread_barrier_wait(&end);
	}
	return NULL;
}

// Pages 0 .. 9 of the block are nobody's but ours.
static void split(int how, char *scratch)
{
	switch (how) {
	case 0:
		MUST(mprotect(block + 3 * PAGE, PAGE, PROT_READ));
		break;
	case 1:
		MUST(munmap(block + 3 * PAGE, PAGE));
		break;
	case 2:
		MUST(madvise(block + 3 * PAGE, 2 * PAGE, MADV_DONTNEED));
		break;
	case 3:
		CHECK(mremap(block + 3 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			     scratch) == scratch);
		CHECK_EQ(scratch[0], 4);
		break;
	case 4:
		CHECK_EXIT(CHILD(block[3 * PAGE] = 7), 0);
		CHECK_EQ(block[3 * PAGE], 4);
		break;
	default: // all of it: read-only for a moment where nobody writes, and rights given again
		MUST(mprotect(block + 480 * PAGE, 32 * PAGE, PROT_NONE));
		MUST(mprotect(block, BIG, PROT_READ | PROT_WRITE));
		CHECK(filled(block + 480 * PAGE, 32, 481));
		break;
	}
}

CONTRACT
{
	policy_madvise();
	char *scratch = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t threads[WRITERS];
	long huge = 0;

	MUST(pthread_barrier_init(&start, NULL, WRITERS + 1));
	MUST(pthread_barrier_init(&end, NULL, WRITERS + 1));
	for (size_t i = 0; i < WRITERS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, writer, (void *)i), 0);
	for (int round = 0; round < ROUNDS; round++) {
		char *map = blocks(1);

		fill(map, 20, 1);
		fill(map + 480 * PAGE, 32, 481);
		huge += smaps_number(map, "AnonHugePages:");
		block = map;
		pthread_barrier_wait(&start);
		sched_yield();
		split(round % 6, scratch);
		pthread_barrier_wait(&end);
		for (size_t page = 20; page < 480; page += 60)
			for (size_t me = 0; me < WRITERS; me++)
				if (((unsigned int *)(map + page * PAGE))[me] != WRITES / 8)
					CHECK_EQ(((unsigned int *)(map + page * PAGE))[me],
						 WRITES / 8);
		CHECK(filled(map, 3, 1));
		CHECK(filled(map + 5 * PAGE, 15, 6));
		MUST(munmap(map, BIG));
	}
	for (size_t i = 0; i < WRITERS; i++)
		MUST(pthread_join(threads[i], NULL));
	CHECK(huge >= 2048);
}
