// SPDX-License-Identifier: MIT
// Clocks without a system call: the virtual counter and the data page below the image.

#include <stdint.h>

#define NR_CLOCK_GETTIME 113
#define NR_CLOCK_GETRES	 114
#define NR_GETTIMEOFDAY	 169

static inline long vdso_call(long number, long arg0, long arg1)
{
	register long x0 __asm__("x0") = arg0;
	register long x1 __asm__("x1") = arg1;
	register long x8 __asm__("x8") = number;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");
	return x0;
}

static inline uint64_t vdso_counter(void)
{
	uint64_t now;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now) : : "memory");
	return now;
}

#define VDSO_SHIFT 24 /* as time/ has it */
#include <common/vdso_clock.h>

#define exported __attribute__((visibility("default")))
exported int __kernel_clock_gettime(int clock, struct vdso_time *to);
exported int __kernel_gettimeofday(struct vdso_time *to, void *zone);
exported int __kernel_clock_getres(int clock, struct vdso_time *to);

int __kernel_clock_gettime(int clock, struct vdso_time *to)
{
	return vdso_clock_gettime(clock, to);
}

int __kernel_gettimeofday(struct vdso_time *to, void *zone)
{
	return vdso_gettimeofday(to, zone);
}

int __kernel_clock_getres(int clock, struct vdso_time *to)
{
	return vdso_clock_getres(clock, to);
}
