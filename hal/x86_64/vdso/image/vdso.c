// SPDX-License-Identifier: MIT
// The vDSO's functions: clocks from the TSC and the data page below the image, and the CPU's
// number.

#include <stdint.h>

#define NR_GETTIMEOFDAY	 96
#define NR_CLOCK_GETTIME 228
#define NR_CLOCK_GETRES	 229

static inline long vdso_call(long number, long arg0, long arg1)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(arg0), "S"(arg1)
			 : "rcx", "r11", "memory");
	return result;
}

static inline uint64_t vdso_counter(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#define VDSO_SHIFT 32
#include <common/vdso_clock.h>

int __vdso_clock_gettime(int clock, struct vdso_time *to);
int __vdso_gettimeofday(struct vdso_time *to, void *zone);
int __vdso_clock_getres(int clock, struct vdso_time *to);
long __vdso_time(long *to);
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused);

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

long __vdso_time(long *to)
{
	struct vdso_time now;

	vdso_clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (to)
		*to = now.seconds;
	return now.seconds;
}

// The limit of GDT entry 15 is the CPU's number.
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, __attribute__((unused)) void *unused)
{
	unsigned int number;

	__asm__ volatile("lsl %1, %0" : "=r"(number) : "r"(0x7bu));
	if (cpu)
		*cpu = number;
	if (node)
		*node = 0;
	return 0;
}
