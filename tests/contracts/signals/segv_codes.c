// SPDX-License-Identifier: MIT
// Covers: SIG-18. SIGSEGV reaches its handler for each kind of bad access, with the right code
// and address.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf back;
static volatile siginfo_t seen;
static volatile int runs;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	runs++;
	seen = *info;
	siglongjmp(back, 1);
}

#define FAULTS(statement)                         \
	do {                                      \
		runs = 0;                         \
		if (sigsetjmp(back, 1) == 0) {    \
			statement;                \
		}                                 \
		CHECK_EQ(runs, 1);                \
		CHECK_EQ(seen.si_signo, SIGSEGV); \
	} while (0)

CONTRACT
{
	char *page =
		MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *null = NULL;

	__asm__("" : "+r"(null));
	catch_signal(SIGSEGV, handler, 0);
	page[10] = 'a';
	MUST(munmap(page + PAGE, PAGE));
	MUST(mprotect(page, PAGE, PROT_READ));
	FAULTS(*(volatile char *)(page + 10) = 'b');
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	CHECK((char *)seen.si_addr == page + 10);
	CHECK_EQ(page[10], 'a');

	FAULTS(*(volatile char *)(page + PAGE + 5));
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK((char *)seen.si_addr == page + PAGE + 5);
	FAULTS(*(volatile char *)null);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ((uintptr_t)seen.si_addr, 0);
	FAULTS(*(volatile char *)null = 1);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);

	// No execution from a page without PROT_EXEC.
	FAULTS(((void (*)(void))(uintptr_t)page)());
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	CHECK((char *)seen.si_addr == page);
	// Nor from the stack.
	char code[64] __attribute__((aligned(64))) = {0};
	char *target = code;
	__asm__("" : "+r"(target) : : "memory");
	FAULTS(((void (*)(void))(uintptr_t)target)());
	CHECK_EQ(seen.si_code, SEGV_ACCERR);

	MUST(mprotect(page, PAGE, PROT_NONE));
	FAULTS(*(volatile char *)page);
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	// The kernel's half.
	char *kernel = (char *)0xffffffff80000000UL;
	__asm__("" : "+r"(kernel));
	FAULTS(*(volatile char *)kernel);
	char *hole = (char *)0x8000000000000000UL;
	__asm__("" : "+r"(hole));
	FAULTS(*(volatile char *)hole);
#ifdef __x86_64__
	// Not canonical: a general protection fault, which has no address.
	CHECK_EQ(seen.si_code, SI_KERNEL);
	CHECK_EQ((uintptr_t)seen.si_addr, 0);
#else
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
#endif
}
