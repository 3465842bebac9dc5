// SPDX-License-Identifier: MIT
// Covers: THREAD-08. mprotect and munmap take effect on other processors at once.
#include "contract.h"
#include <setjmp.h>

static char *page;
static volatile int phase, stop;
static __thread sigjmp_buf back;
static volatile unsigned long writes, faults;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	faults++;
	siglongjmp(back, 1);
}

static void *writer(void *argument)
{
	(void)argument;
	while (!stop) {
		if (sigsetjmp(back, 1) == 0) {
			for (;;) {
				if (stop)
					return NULL;
				(*(volatile unsigned long *)page)++;
				writes++;
			}
		}
		sched_yield();
	}
	return NULL;
}

CONTRACT
{
	pthread_t thread;
	bool leaked = false;

	page = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	catch_signal(SIGSEGV, handler, 0);
	CHECK_EQ(pthread_create(&thread, NULL, writer, NULL), 0);
	while (*(volatile unsigned long *)&writes == 0)
		sched_yield();
	for (int i = 0; i < 60; i++) {
		unsigned long before;

		MUST(mprotect(page, PAGE, PROT_READ));
		before = *(volatile unsigned long *)page;
		for (int j = 0; j < 200; j++)
			if (*(volatile unsigned long *)page != before)
				leaked = true;
		MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		unsigned long seen = writes;
		for (int j = 0; j < 100 && writes == seen; j++)
			sched_yield();
	}
	CHECK(!leaked);
	CHECK(writes > 0);
	// The same address, another page each time: old writes never show up.
	leaked = false;
	for (int i = 0; i < 50; i++) {
		char *fresh;

		MUST(munmap(page, PAGE));
		fresh = MAP(page, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		for (int j = 0; j < 100; j++)
			if (*(volatile unsigned long *)fresh != 0)
				leaked = true;
		MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		sched_yield();
	}
	CHECK(!leaked);
	stop = 1;
	pthread_join(thread, NULL);
}
