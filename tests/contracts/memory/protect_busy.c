// SPDX-License-Identifier: MIT
// Covers: MEM-19 THREAD-08. mprotect and munmap while another thread reads and writes the very
// pages: after the call returns, no store gets through.
#include "contract.h"

static volatile char *area;
static volatile int faults, stop;
static volatile unsigned long stores;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	// The store is tried again, until it may go through.
	faults++;
	sched_yield();
}

static void *writer(void *argument)
{
	while (!stop) {
		area[0]++;
		stores++;
	}
	return argument;
}

CONTRACT
{
	pthread_t id;
	int leaks = 0;

	area = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	catch_signal(SIGSEGV, handler, 0);
	pthread_create(&id, NULL, writer, NULL);
	for (int i = 0; i < 200; i++) {
		while (stores == 0)
			sched_yield();
		if (mprotect((void *)area, PAGE, PROT_READ) != 0)
			_exit(9);
		char value = area[0];
		for (int k = 0; k < 300; k++)
			leaks += area[0] != value;
		if (mprotect((void *)area, PAGE, PROT_READ | PROT_WRITE) != 0)
			_exit(9);
		unsigned long before = stores;
		for (int k = 0; k < 100 && stores == before; k++)
			sched_yield();
	}
	stop = 1;
	pthread_join(id, NULL);
	CHECK_EQ(leaks, 0);
	CHECK(stores > 0 && faults >= 0);
}
