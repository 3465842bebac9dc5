// SPDX-License-Identifier: MIT
// Covers: MEM-10. A memfd is sealed against writing while it is mapped to be written: one of the two is refused.
#include "contract.h"

#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 3000

static pthread_barrier_t begin, end;
static int memfd;
static bool sealed;

static void *seals(void *argument)
{
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&begin);
		sealed = fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE | (i % 2 ? F_SEAL_SEAL : 0)) == 0;
		pthread_barrier_wait(&end);
	}
	return NULL;
}

CONTRACT
{
	pthread_t thread;
	int writable = 0;

	MUST(pthread_barrier_init(&begin, NULL, 2));
	MUST(pthread_barrier_init(&end, NULL, 2));
	CHECK_EQ(pthread_create(&thread, NULL, seals, NULL), 0);
	for (int i = 0; i < ROUNDS; i++) {
		int rights = i % 3 ? PROT_READ | PROT_WRITE : PROT_READ;
		void *map;

		memfd = (int)MUST(memfd_create("seal", MFD_ALLOW_SEALING));
		MUST(ftruncate(memfd, 4096));
		pthread_barrier_wait(&begin);
		map = mmap(NULL, 4096, rights, MAP_SHARED, memfd, 0);
		pthread_barrier_wait(&end);
		if (map != MAP_FAILED)
			writable = rights & PROT_WRITE || mprotect(map, 4096, PROT_WRITE) == 0;
		else if (errno != EPERM)
			say("FAIL: mmap: errno %d", errno), _exit(1);
		if (map != MAP_FAILED && writable && sealed)
			say("FAIL: sealed, and can be written (round %d)", i), _exit(1);
		if (map != MAP_FAILED)
			MUST(munmap(map, 4096));
		close(memfd);
	}
	CHECK_EQ(pthread_join(thread, NULL), 0);
}
