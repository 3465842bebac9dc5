// SPDX-License-Identifier: MIT
// Covers: SIG-16. SIGBUS past the end of a mapped file, BUS_ADRERR with the address; what is
// inside the last page reads zero.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf back;
static volatile siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen = *info;
	siglongjmp(back, 1);
}

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));

	MUST(ftruncate(fd, 100));
	for (int shared = 0; shared < 2; shared++) {
		char *map = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);

		catch_signal(SIGBUS, handler, 0);
		CHECK_EQ(map[99], 0);
		CHECK_EQ(map[4095], 0);
		memset((void *)&seen, 0, sizeof(seen));
		if (sigsetjmp(back, 1) == 0)
			*(volatile char *)(map + PAGE + 7);
		CHECK_EQ(seen.si_signo, SIGBUS);
		CHECK_EQ(seen.si_code, BUS_ADRERR);
		CHECK((char *)seen.si_addr == map + PAGE + 7);
		// A system call says EFAULT instead.
		CHECK_ERRNO(write((int)MUST(open("g", O_WRONLY | O_CREAT, 0600)), map + PAGE, 1),
			    EFAULT);
		memset((void *)&seen, 0, sizeof(seen));
		if (sigsetjmp(back, 1) == 0)
			*(volatile char *)(map + PAGE) = 1;
		CHECK_EQ(seen.si_signo, SIGBUS);
		MUST(munmap(map, 2 * PAGE));
	}
}
