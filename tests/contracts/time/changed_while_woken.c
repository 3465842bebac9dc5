// SPDX-License-Identifier: MIT
// Covers: TIME-05 TIME-07. Class, priority and affinity of threads are changed by others while they sleep, are woken,
// run and move between processors: none is lost, and each has at the end what it was given last.
#include "contract.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

#define RING   6
#define TOKENS 3

static sem_t turn[RING];
static volatile pid_t tids[RING];
static volatile bool over;
static volatile long rounds[RING];

// Sleeps until its turn comes, and wakes the next.
static void *runs(void *argument)
{
	long me = (long)argument;

	tids[me] = (pid_t)syscall(SYS_gettid);
	while (!over) {
		sem_wait(&turn[me]);
		rounds[me]++;
		sem_post(&turn[(me + 1) % RING]);
	}
	sem_post(&turn[(me + 1) % RING]);
	return NULL;
}

static void give(pid_t tid, int policy, int priority)
{
	struct sched_param level = {.sched_priority = policy == SCHED_OTHER ? 0 : priority};

	MUST(syscall(SYS_sched_setscheduler, tid, policy, &level));
}

CONTRACT
{
	static const int policies[] = {SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_FIFO};
	long long end = now_ns(CLOCK_MONOTONIC) + 400000000;
	pthread_t threads[RING];
	cpu_set_t all, some;
	unsigned int random = 1;
	struct sched_param got;

	MUST(sched_getaffinity(0, sizeof(all), &all));
	give(0, SCHED_FIFO, 50);
	for (int i = 0; i < RING; i++)
		MUST(sem_init(&turn[i], 0, i < TOKENS));
	for (long i = 0; i < RING; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, runs, (void *)i), 0);
	for (int i = 0; i < RING; i++)
		while (!tids[i])
			sleep_ms(1);
	for (int i = 0; now_ns(CLOCK_MONOTONIC) < end; i++) {
		random = random * 1103515245 + 12345;
		pid_t tid = tids[(random >> 16) % RING];
		give(tid, policies[random >> 8 & 3], 1 + (int)(random >> 24) % 49);
		if (i % 16 == 0) {
			some = all;
			if (CPU_COUNT(&all) > 1)
				CPU_CLR((random >> 20) % (unsigned)CPU_COUNT(&all), &some);
			MUST(sched_setaffinity(tid, sizeof(some), &some));
		}
		if (i % 64 == 0)
			sleep_ms(1); // on one processor it is theirs
	}
	for (int i = 0; i < RING; i++) {
		MUST(sched_setaffinity(tids[i], sizeof(all), &all));
		give(tids[i], i % 2 ? SCHED_RR : SCHED_FIFO, 10 + i);
	}
	for (int i = 0; i < RING; i++) {
		CHECK_EQ(syscall(SYS_sched_getscheduler, tids[i]), i % 2 ? SCHED_RR : SCHED_FIFO);
		MUST(syscall(SYS_sched_getparam, tids[i], &got));
		CHECK_EQ(got.sched_priority, 10 + i);
	}
	over = true;
	for (int i = 0; i < RING; i++) {
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
		CHECK(rounds[i] > 0);
	}
}
