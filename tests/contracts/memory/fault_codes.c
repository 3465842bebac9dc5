// SPDX-License-Identifier: MIT
// Covers: MEM-15 SIG-18. What a fault says: MAPERR or ACCERR and the address to the byte, for
// reads, writes and fetches, PROT_NONE, unmapped, beyond a file.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf place;
static volatile int number, code;
static void *volatile address;

static void handler(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	number = signal_number;
	code = info->si_code;
	address = info->si_addr;
	siglongjmp(place, 1);
}

static void expect(int want, int want_code, volatile char *at, char kind)
{
	number = 0;
	if (sigsetjmp(place, 1) == 0) {
		if (kind == 'r')
			(void)*at;
		else if (kind == 'w')
			*at = 1;
		else
			((void (*)(void))(uintptr_t)at)();
	}
	CHECK_EQ(number, want);
	CHECK_EQ(code, want_code);
	CHECK(address == at);
}

CONTRACT
{
	char *area =
		MAP(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));

	catch_signal(SIGSEGV, handler, 0);
	catch_signal(SIGBUS, handler, 0);
	MUST(munmap(area + 3 * PAGE, PAGE));
	expect(SIGSEGV, SEGV_MAPERR, area + 3 * PAGE + 17, 'r');
	expect(SIGSEGV, SEGV_MAPERR, area + 3 * PAGE + 18, 'w');
	expect(SIGSEGV, SEGV_MAPERR, area + 3 * PAGE + 32, 'x');
	MUST(mprotect(area, PAGE, PROT_NONE));
	expect(SIGSEGV, SEGV_ACCERR, area + 5, 'r');
	expect(SIGSEGV, SEGV_ACCERR, area + 6, 'w');
	MUST(mprotect(area, PAGE, PROT_READ));
	expect(SIGSEGV, SEGV_ACCERR, area + 7, 'w');
	CHECK_EQ(area[7], 0);
	expect(SIGSEGV, SEGV_ACCERR, area + 8, 'x');
	expect(SIGSEGV, SEGV_ACCERR, area + PAGE + 16, 'x');
	MUST(ftruncate(fd, 100));
	char *map = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	map[PAGE - 1] = 3;
	expect(SIGBUS, BUS_ADRERR, map + PAGE, 'r');
	expect(SIGBUS, BUS_ADRERR, map + 2 * PAGE + 9, 'w');
	MUST(ftruncate(fd, 2 * (off_t)PAGE));
	map[PAGE] = 9;
	CHECK_EQ(map[PAGE], 9);
	// Shrunk again: what was mapped is gone.
	MUST(ftruncate(fd, 0));
	expect(SIGBUS, BUS_ADRERR, map, 'r');
	MUST(mprotect(map, PAGE, PROT_READ));
	expect(SIGSEGV, SEGV_ACCERR, map, 'w');
}
