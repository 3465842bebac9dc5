// SPDX-License-Identifier: MIT
// Clocks without a system call: the time CSR and the data page below the image.

#include <hal/vdso.h>

#define NR_CLOCK_GETTIME 113
#define NR_CLOCK_GETRES	 114
#define NR_GETTIMEOFDAY	 169

static long vdso_call(long number, long arg0, long arg1)
{
	register long a0 __asm__("a0") = arg0;
	register long a1 __asm__("a1") = arg1;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
	return a0;
}

static inline uint64_t vdso_counter(void)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now) : : "memory");
	return now;
}

#define VDSO_SHIFT 24 /* as time/ has it */
#include <common/vdso_clock.h>

#define exported __attribute__((visibility("default")))
exported int __vdso_clock_gettime(int clock, struct vdso_time *to);
exported int __vdso_gettimeofday(struct vdso_time *to, void *zone);
exported int __vdso_clock_getres(int clock, struct vdso_time *to);

int __vdso_clock_gettime(int clock, struct vdso_time *to)
{
	return vdso_clock_gettime(clock, to);
}

int __vdso_gettimeofday(struct vdso_time *to, void *zone)
{
	return vdso_gettimeofday(to, zone);
}

int __vdso_clock_getres(int clock, struct vdso_time *to)
{
	return vdso_clock_getres(clock, to);
}
