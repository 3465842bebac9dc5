// SPDX-License-Identifier: MIT
// Covers: MEM-17. What /proc/PID/mem writes into private memory stays there, while others write to the
// same page: through it, too, or the program itself.
#include "contract.h"

#define HALF (PAGE / 2)

static int memory;
static char *page;
static volatile bool stop;

// 1: what was written is not there.
static int lost(const char *at, int value)
{
	for (size_t i = 0; i < HALF; i++)
		if (((volatile const char *)at)[i] != (char)value)
			return 1;
	return 0;
}

// The same of what /proc/self/mem wrote.
static int set(char *at, int value)
{
	char bytes[HALF];

	memset(bytes, value, HALF);
	return pwrite(memory, bytes, HALF, (off_t)(uintptr_t)at) != (ssize_t)HALF ||
	       lost(at, value);
}

static void *debugger(void *count)
{
	for (int value = 1; !stop; value++)
		*(int *)count += set(page + HALF, value);
	return NULL;
}

// How often half of the page was not what it had just become.
static int both(bool program, int milliseconds)
{
	long long end = now_ns(CLOCK_MONOTONIC) + milliseconds * 1000000ll;
	int mine = 0, theirs = 0;
	pthread_t id;

	stop = false;
	pthread_create(&id, NULL, debugger, &theirs);
	for (int value = 1; now_ns(CLOCK_MONOTONIC) < end; value++) {
		if (!program) {
			mine += set(page, value);
			continue;
		}
		// The page may be written to, but has to be asked for again.
		MUST(mprotect(page, PAGE, PROT_READ));
		MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		memset(page, value, HALF);
		mine += lost(page, value);
	}
	stop = true;
	pthread_join(id, NULL);
	return mine + theirs;
}

CONTRACT
{
	memory = (int)MUST(open("/proc/self/mem", O_RDWR));
	put_file("text", "text");
	page = MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, (int)MUST(open("text", O_RDONLY)), 0);
	CHECK_EQ(both(false, 300), 0);
	page = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(both(true, 300), 0);
}
