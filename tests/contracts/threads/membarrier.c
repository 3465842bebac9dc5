// SPDX-License-Identifier: MIT
// Covers: THREAD-06. membarrier and rseq: what is offered, registration, errors.
#include "contract.h"

CONTRACT
{
	long offered = MUST(syscall(SYS_membarrier, 0, 0, 0));
	static struct {
		uint32_t start, id;
		uint64_t critical;
		uint32_t flags, node, mm;
		uint32_t rest;
	} area __attribute__((aligned(32))) = {.id = (uint32_t)-1};
	unsigned cpu;

	CHECK_EQ(offered & (1 | 8 | 16), 1 | 8 | 16);
	CHECK_EQ(syscall(SYS_membarrier, 1, 0, 0), 0);
	CHECK_ERRNO(syscall(SYS_membarrier, 8, 0, 0), EPERM);
	CHECK_EQ(syscall(SYS_membarrier, 16, 0, 0), 0);
	CHECK_EQ(syscall(SYS_membarrier, 8, 0, 0), 0);
	CHECK_ERRNO(syscall(SYS_membarrier, 1 << 20, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_membarrier, 1, 99, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 16, 0, 0x53053053), EINVAL);
	CHECK_EQ(syscall(SYS_rseq, &area, 32, 0, 0x53053053), 0);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 0, 0x53053053), EBUSY);
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	MUST(syscall(SYS_getcpu, &cpu, NULL, NULL));
	CHECK_EQ(area.id, cpu);
	CHECK_EQ(area.start, cpu);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 1, 0x1234), EPERM);
	CHECK_EQ(syscall(SYS_rseq, &area, 32, 1, 0x53053053), 0);
	CHECK_EQ((int)area.id, -1);
}
