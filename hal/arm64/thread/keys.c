// SPDX-License-Identifier: MIT
// Pointer authentication: five keys per program, made new by execve, and one of the kernel's own.
//
// The instruction key A is exchanged at every entry and exit (trap/entry.S): the kernel signs its
// return addresses with its own. The others are used by user mode only, and are exchanged when
// threads are.

#include <arm64/cpu.h>
#include <arm64/trap.h>
#include <hal/time.h>

uint64_t arm_kernel_key[2];

// Keys when the machine has no entropy source: secret enough to catch accidents, and different each
// time.
static uint64_t weak_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;
	uint64_t x = __atomic_add_fetch(&state, read_sysreg(cntvct_el0) | 1, __ATOMIC_RELAXED);

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t random_key(void)
{
	uint64_t key = weak_random();
	unsigned long value;

	if (arm_features.random) {
		__asm__ volatile("mrs %0, s3_3_c2_c4_0" : "=r"(value) : : "cc"); // RNDR
		key ^= value;
	}
	return key;
}

void arm_keys_boot(void)
{
	if (!arm_features.pac)
		return;
	arm_kernel_key[0] = random_key();
	arm_kernel_key[1] = random_key();
}

void arm_keys_exec(struct hal_thread *thread)
{
	if (!arm_features.pac)
		return;
	for (unsigned int i = 0; i < 10; i++)
		thread->keys[i] = random_key();
	arm_keys_switch(thread);
}

// Key A for instructions is left to the exit to user mode.
void arm_keys_switch(const struct hal_thread *next)
{
	write_sysreg(s3_0_c2_c1_2, next->keys[2]); // APIBKEYLO_EL1, HI
	write_sysreg(s3_0_c2_c1_3, next->keys[3]);
	write_sysreg(s3_0_c2_c2_0, next->keys[4]); // APDAKEY
	write_sysreg(s3_0_c2_c2_1, next->keys[5]);
	write_sysreg(s3_0_c2_c2_2, next->keys[6]); // APDBKEY
	write_sysreg(s3_0_c2_c2_3, next->keys[7]);
	write_sysreg(s3_0_c2_c3_0, next->keys[8]); // APGAKEY
	write_sysreg(s3_0_c2_c3_1, next->keys[9]);
}
