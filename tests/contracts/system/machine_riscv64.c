// SPDX-License-Identifier: MIT
// Covers: SYS-08. riscv_hwprobe answers keys it knows and marks those it does not;
// riscv_flush_icache makes new code run.
#include "contract.h"

#ifdef __riscv
#ifndef SYS_riscv_hwprobe
#define SYS_riscv_hwprobe 258
#endif
#ifndef SYS_riscv_flush_icache
#define SYS_riscv_flush_icache 259
#endif

struct pair {
	int64_t key;
	uint64_t value;
};

CONTRACT
{
	struct pair pairs[4] = {{3, 0}, {4, 0}, {987654, 5}, {0, 0}};
	uint32_t *code = MAP(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(syscall(SYS_riscv_hwprobe, pairs, 4, 0, NULL, 0), 0);
	CHECK_EQ(pairs[0].key, 3);
	// IMA is there, and the FD of this program's own registers.
	CHECK_EQ(pairs[0].value & 1, 1);
	CHECK_EQ(pairs[1].value & 3, 3);
	CHECK_EQ(pairs[2].key, -1);
	CHECK_EQ(pairs[2].value, 0);
	CHECK_EQ(pairs[3].key, 0);
	CHECK_ERRNO(syscall(SYS_riscv_hwprobe, pairs, 4, 0, NULL, 0x80), EINVAL);
	CHECK_ERRNO(syscall(SYS_riscv_hwprobe, (void *)8, 1, 0, NULL, 0), EFAULT);
	for (uint32_t value = 1; value < 4; value++) {
		// li a0, value; ret
		code[0] = 0x00000513 | value << 20;
		code[1] = 0x00008067;
		CHECK_EQ(syscall(SYS_riscv_flush_icache, code, code + 2, 0), 0);
		CHECK_EQ(((int (*)(void))(uintptr_t)code)(), value);
	}
	CHECK_ERRNO(syscall(SYS_riscv_flush_icache, code, code + 2, 2), EINVAL);
}
#else
CONTRACT
{
	NOT_HERE("these calls are riscv64's");
}
#endif
