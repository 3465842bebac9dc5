// SPDX-License-Identifier: MIT
// Covers: MEM-19 MEM-01. Forks while another thread writes: each child sees a moment of memory
// that stands still, and the parent loses no store.
#include "contract.h"

static volatile unsigned long *counters;
static volatile int stop;

static void *writer(void *argument)
{
	// The second follows the first by at most one.
	while (!stop) {
		counters[0]++;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		counters[PAGE / 8]++;
	}
	return argument;
}

CONTRACT
{
	pthread_t id;
	int bad = 0;

	counters = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_create(&id, NULL, writer, NULL);
	for (int i = 0; i < 60; i++) {
		pid_t child = fork();

		if (child == 0) {
			unsigned long a = counters[0], b = counters[PAGE / 8];

			for (int k = 0; k < 2000; k++)
				if (counters[0] != a || counters[PAGE / 8] != b)
					_exit(1);
			_exit(0);
		}
		bad += child_wait(child) != 0;
	}
	stop = 1;
	pthread_join(id, NULL);
	CHECK_EQ(bad, 0);
	CHECK_EQ(counters[0], counters[PAGE / 8]);
	CHECK(counters[0] > 0);
}
