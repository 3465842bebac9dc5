// SPDX-License-Identifier: MIT
// Covers: MEM-02, MEM-15. Memory that may only be executed: reading it, by the program or by the kernel for it, comes to an end. Whether it
// gives the byte, or SIGSEGV and EFAULT, is the machine's, but it is the same for whatever is mapped there.
#include "contract.h"

#include <setjmp.h>

static sigjmp_buf back;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	siglongjmp(back, 1);
}

static bool reads(const volatile char *at)
{
	if (sigsetjmp(back, 1))
		return false;
	(void)*at;
	return true;
}

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0700)), ends[2];
	char *places[3];
	bool readable;

	catch_signal(SIGSEGV, handler, 0);
	MUST(pipe(ends));
	MUST(pwrite(fd, "file", 4, 0));
	places[0] = MAP(NULL, PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	places[1] = MAP(NULL, PAGE, PROT_EXEC, MAP_PRIVATE, fd, 0);
	places[2] = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	places[2][0] = 'x';
	MUST(mprotect(places[2], PAGE, PROT_EXEC));
	readable = reads(places[0]);
#ifdef __riscv
	CHECK(!readable);
#endif
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(reads(places[i]), readable);
		if (readable)
			CHECK_EQ(write(ends[1], places[i], 1), 1);
		else
			CHECK_ERRNO(write(ends[1], places[i], 1), EFAULT);
	}
	MUST(mprotect(places[2], PAGE, PROT_READ));
	CHECK_EQ(places[2][0], 'x');
}
