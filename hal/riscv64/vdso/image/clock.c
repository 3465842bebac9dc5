// SPDX-License-Identifier: MIT
// Clocks without a system call: the time CSR and the data page below the image.

#include <hal/vdso.h>

#define CLOCK_REALTIME         0
#define CLOCK_MONOTONIC        1
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME         7
#define NSEC_PER_SEC           1000000000ul

#define NR_CLOCK_GETTIME 113
#define NR_CLOCK_GETRES  114
#define NR_GETTIMEOFDAY  169

extern const struct hal_vdso_data vdso_data __attribute__((visibility("hidden")));

struct timespec {
	long seconds, nanoseconds;
};

#define exported __attribute__((visibility("default")))
exported int __vdso_clock_gettime(int clock, struct timespec *to);
exported int __vdso_gettimeofday(struct timespec *to, int *zone);
exported int __vdso_clock_getres(int clock, struct timespec *to);

static long system_call(long number, long arg0, long arg1)
{
	register long a0 __asm__("a0") = arg0;
	register long a1 __asm__("a1") = arg1;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
	return a0;
}

// False: ask the kernel.
static inline bool read_clock(int clock, uint64_t *ns)
{
	const struct hal_vdso_data *data = &vdso_data;
	uint32_t seq;

	do {
		uint64_t base, now;

		while ((seq = __atomic_load_n(&data->seq, __ATOMIC_ACQUIRE)) & 1)
			;
		switch (clock) {
		case CLOCK_REALTIME:
			base = data->realtime_ns;
			break;
		case CLOCK_MONOTONIC:
		case CLOCK_MONOTONIC_RAW:
		case CLOCK_BOOTTIME:
			base = data->monotonic_ns;
			break;
		case CLOCK_REALTIME_COARSE:
			*ns = data->coarse_realtime_ns;
			continue;
		case CLOCK_MONOTONIC_COARSE:
			*ns = data->coarse_monotonic_ns;
			continue;
		default:
			return false;
		}
		if (!data->usable)
			return false;
		__asm__ volatile("rdtime %0" : "=r"(now) : : "memory");
		*ns = base + (uint64_t)((unsigned __int128)(now - data->counter_base) * data->mult >> data->shift);
	} while (__atomic_thread_fence(__ATOMIC_ACQUIRE), __atomic_load_n(&data->seq, __ATOMIC_RELAXED) != seq);
	return true;
}

int __vdso_clock_gettime(int clock, struct timespec *to)
{
	uint64_t ns;

	if (!read_clock(clock, &ns))
		return (int)system_call(NR_CLOCK_GETTIME, clock, (long)to);
	to->seconds = (long)(ns / NSEC_PER_SEC);
	to->nanoseconds = (long)(ns % NSEC_PER_SEC);
	return 0;
}

int __vdso_gettimeofday(struct timespec *to, int *zone)
{
	uint64_t ns;

	if (zone || !to || !read_clock(CLOCK_REALTIME, &ns))
		return (int)system_call(NR_GETTIMEOFDAY, (long)to, (long)zone);
	to->seconds = (long)(ns / NSEC_PER_SEC);
	to->nanoseconds = (long)(ns % NSEC_PER_SEC / 1000);
	return 0;
}

int __vdso_clock_getres(int clock, struct timespec *to)
{
	return (int)system_call(NR_CLOCK_GETRES, clock, (long)to);
}
