// SPDX-License-Identifier: MIT
// Covers: MEM-20. process_vm_readv and writev move between address spaces, stop at the first bad
// page, and need the right to; they let no stack grow, as /proc/PID/mem does.
#include "contract.h"
#include <sys/uio.h>

CONTRACT
{
	char *stack =
		MAP(NULL, 512 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *area = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0),
	     local[8192] = {0};
	char path[32];
	int ends[2], back[2];

	memset(area, 'p', 3 * PAGE);
	MUST(munmap(stack, 511 * PAGE));
	(void)MAP(stack + 511 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
	MUST(munmap(area + 2 * PAGE, PAGE));
	MUST(pipe(ends));
	MUST(pipe(back));
	pid_t child = CHILD(memset(area, 'c', 2 * PAGE); tell(ends); hear(back);
			    CHECK_EQ(area[5], 'W'); CHECK_EQ(area[4], 'c'); CHECK_EQ(area[6], 'c'));
	hear(ends);
	struct iovec mine[2] = {{local, 100}, {local + 200, 50}}, theirs = {area + PAGE - 75, 150};
	CHECK_EQ(process_vm_readv(child, mine, 2, &theirs, 1, 0), 150);
	CHECK_EQ(local[99], 'c');
	CHECK_EQ(local[100], 0);
	CHECK_EQ(local[249], 'c');
	mine[0] = (struct iovec){local, 8192};
	theirs = (struct iovec){area + PAGE, 2 * PAGE};
	CHECK_EQ(process_vm_readv(child, mine, 1, &theirs, 1, 0), PAGE);
	theirs = (struct iovec){area + 2 * PAGE, 10};
	CHECK_ERRNO(process_vm_readv(child, mine, 1, &theirs, 1, 0), EFAULT);
	local[0] = 'W';
	mine[0] = (struct iovec){local, 1};
	theirs = (struct iovec){area + 5, 1};
	CHECK_EQ(process_vm_writev(child, mine, 1, &theirs, 1, 0), 1);
	CHECK_EQ(area[5], 'p');
	CHECK_ERRNO(process_vm_readv(child, mine, 1, &theirs, 1, 1), EINVAL);
	CHECK_ERRNO(process_vm_readv(99999999, mine, 1, &theirs, 1, 0), ESRCH);
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5));
			 CHECK_ERRNO(process_vm_readv(child, mine, 1, &theirs, 1, 0), EPERM)),
		   0);
	theirs = (struct iovec){stack + 510 * PAGE, 1};
	CHECK_ERRNO(process_vm_readv(child, mine, 1, &theirs, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_writev(child, mine, 1, &theirs, 1, 0), EFAULT);
	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	int memory = (int)MUST(open(path, O_RDWR));
	CHECK_EQ(pwrite(memory, "s", 1, (off_t)(uintptr_t)(stack + 510 * PAGE)), 1);
	CHECK_EQ(process_vm_readv(child, mine, 1, &theirs, 1, 0), 1);
	CHECK_EQ(local[0], 's');
	tell(back);
	CHECK_EXIT(child, 0);
}
