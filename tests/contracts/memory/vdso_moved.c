// SPDX-License-Identifier: MIT
// Covers: MEM-06. The vDSO may be moved as a whole: handlers still return, through where it is now. It
// neither grows nor leaves a copy behind.
#include "contract.h"

#include <sys/auxv.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static volatile int handled;

static void handler(int number)
{
	(void)number;
	handled++;
}

// Without a restorer of musl's, where that is allowed: the handler returns through the vDSO.
static void catch (int number)
{
#ifdef __aarch64__
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} action = {.handler = handler};

	MUST(syscall(SYS_rt_sigaction, number, &action, NULL, sizeof(action.mask)));
#else
	MUST(sigaction(number, &(struct sigaction){.sa_handler = handler}, NULL));
#endif
}

static size_t length_at(unsigned long address)
{
	char line[256];
	unsigned long from, to;
	size_t length = 0;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && from == address &&
		    strstr(line, "[vdso]"))
			length = to - from;
	fclose(maps);
	return length;
}

CONTRACT
{
	char *vdso = (char *)getauxval(AT_SYSINFO_EHDR), *room;
	size_t length = length_at((unsigned long)vdso);
	struct timespec now = {0};

	CHECK(length > 0);
	catch (SIGUSR1);
	room = MAP(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (length > PAGE)
		CHECK_ERRNO((long)mremap(vdso, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room),
			    EINVAL);
	CHECK_ERRNO((long)mremap(vdso, length, length + PAGE, MREMAP_MAYMOVE), EFAULT);
	CHECK_ERRNO((long)mremap(vdso, length, length, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, room),
		    EINVAL);
	// A child moves its own.
	CHECK_EXIT(CHILD(MUST(mremap(vdso, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, room));
			 MUST(mmap(vdso, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
				   -1, 0));
			 CHECK_EQ(raise(SIGUSR1), 0); CHECK_EQ(handled, 1);
			 CHECK_EQ(length_at((unsigned long)room), length);
			 CHECK_EXIT(CHILD(CHECK_EQ(raise(SIGUSR1), 0)), 0)),
		   0);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(handled, 1);
	MUST(mremap(vdso, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, room));
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(handled, 2);
	CHECK_EQ(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now), 0);
}
