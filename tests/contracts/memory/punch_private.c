// SPDX-License-Identifier: MIT
// Covers: MEM-16 MEM-19. A hole punched in a file leaves private copies, also those that are being
// made at that moment, by two threads at once.
#include "contract.h"
#include <linux/falloc.h>

#define PAGES	512
#define ROUNDS	60
#define WRITERS 3

static pthread_barrier_t barrier;
static unsigned char *place;
static int file, lost;

// Each writer has a byte of its own in every page.
static void *writer(void *argument)
{
	uintptr_t mine = (uintptr_t)argument;

	for (int round = 1; round <= ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		for (size_t i = 0; i < PAGES; i++)
			*(volatile unsigned char *)(place + i * PAGE + mine) = (unsigned char)round;
		pthread_barrier_wait(&barrier);
		for (size_t i = 0; i < PAGES; i++)
			if (place[i * PAGE + mine] != round)
				__atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

CONTRACT
{
	pthread_t thread[WRITERS];

	file = (int)MUST(memfd_create("f", 0));
	MUST(ftruncate(file, PAGES * (off_t)PAGE));
	place = MAP(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	MUST(pthread_barrier_init(&barrier, NULL, WRITERS + 1));
	for (uintptr_t i = 0; i < WRITERS; i++)
		MUST(pthread_create(&thread[i], NULL, writer, (void *)i));
	for (int round = 1; round <= ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < 20; i++)
			MUST(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
				       PAGES * (off_t)PAGE));
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		MAP(place, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(lost, 0);
}
