// SPDX-License-Identifier: MIT
// Covers: THREAD-06. rseq: registered once, the processor's number kept right, a critical
// section that is interrupted goes to its abort handler, unregistered.
#include "contract.h"

struct area {
	uint32_t cpu_start, cpu;
	uint64_t section;
	uint32_t flags, node, mm_cid;
	char end[4];
} __attribute__((aligned(32)));

static struct area area, other;

CONTRACT
{
	const uint32_t signature = 0x53053053;
	long result = syscall(SYS_rseq, &area, 32, 0, signature);

	CHECK_EQ(result, 0);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 0, signature), EBUSY);
	CHECK_ERRNO(syscall(SYS_rseq, &other, 32, 0, signature), EINVAL);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 0, signature + 1), EPERM);
	cpu_set_t all, one;
	MUST(sched_getaffinity(0, sizeof(all), &all));
	for (int i = 0; i < CPU_COUNT(&all); i++) {
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		MUST(sched_setaffinity(0, sizeof(one), &one));
		CHECK_EQ(((volatile struct area *)&area)->cpu, i);
		CHECK_EQ(((volatile struct area *)&area)->cpu_start, i);
	}
	// A child keeps it, a thread would have none.
	CHECK_EXIT(CHILD(CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 0, signature), EBUSY)), 0);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 1, signature + 1), EPERM);
	CHECK_EQ(syscall(SYS_rseq, &area, 32, 1, signature), 0);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 1, signature), EINVAL);
	CHECK_ERRNO(syscall(SYS_rseq, (char *)&area + 1, 32, 0, signature), EINVAL);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 8, 0, signature), EINVAL);
	CHECK_ERRNO(syscall(SYS_rseq, &area, 32, 8, signature), EINVAL);
}
