// SPDX-License-Identifier: MIT
// Covers: MEM-16 MEM-01 MEM-19. fork copies private pages of a file while truncation takes them away: the
// child has a page as it was or none, and no page of anybody else.
#include "contract.h"

#define PAGES  512
#define ROUNDS 150

static pthread_barrier_t barrier;
static int file;

static void *truncater(void *unused)
{
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		MUST(ftruncate(file, 0));
		MUST(ftruncate(file, PAGES * (off_t)PAGE));
		pthread_barrier_wait(&barrier);
	}
	return unused;
}

// Every page has this round's number, or it is new.
static bool as_written(const char *place, int round)
{
	for (size_t i = 0; i < PAGES; i++) {
		int value = *(const volatile int *)(place + i * PAGE);

		if (value != round && value != 0)
			return false;
	}
	return true;
}

CONTRACT
{
	int wrong = 0, truncated[2];
	pthread_t thread;
	char *place;

	MUST(pipe(truncated));
	file = (int)MUST(memfd_create("f", 0));
	MUST(ftruncate(file, PAGES * (off_t)PAGE));
	place = MAP(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	MUST(pthread_barrier_init(&barrier, NULL, 2));
	MUST(pthread_create(&thread, NULL, truncater, NULL));
	for (int round = 1; round <= ROUNDS; round++) {
		pid_t child;

		for (size_t i = 0; i < PAGES; i++)
			*(volatile int *)(place + i * PAGE) = round;
		pthread_barrier_wait(&barrier);
		child = CHILD(hear(truncated); _exit(!as_written(place, round)));
		pthread_barrier_wait(&barrier);
		tell(truncated);
		wrong += child_wait(child) != 0;
	}
	pthread_join(thread, NULL);
	CHECK_EQ(wrong, 0);
}
