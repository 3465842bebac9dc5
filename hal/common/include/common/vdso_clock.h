/* SPDX-License-Identifier: MIT */
/*
 * common/vdso_clock.h - the vDSO's clocks, once: included by the one source file of a port's image
 * that has supplied static long vdso_call(long number, long arg0, long arg1);   a system call
 *   static uint64_t vdso_counter(void);                         the counter, read in program order
 * and the numbers of the three calls it falls back to. Runs in user mode, position-independent,
 * without relocations.
 */
#ifndef HAL_COMMON_VDSO_CLOCK_H
#define HAL_COMMON_VDSO_CLOCK_H

#include <hal/vdso.h>

#define CLOCK_REALTIME	       0
#define CLOCK_MONOTONIC	       1
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME	       7
#define VDSO_NS_PER_SECOND     1000000000ul

/* The page below the image: read-only here, but not constant. */
extern struct hal_vdso_data vdso_data __attribute__((visibility("hidden")));

struct vdso_time {
	long seconds, fraction; /* nanoseconds or microseconds */
};

/* The time of clock; false: ask the kernel. */
static inline bool vdso_read(int clock, uint64_t *ns)
{
	const struct hal_vdso_data *data = &vdso_data;
	uint32_t seq;

	do {
		uint64_t base;

		while ((seq = __atomic_load_n(&data->seq, __ATOMIC_ACQUIRE)) & 1)
			;
		/*
		 * No switch: the compiler might make a table with relocations of it. The coarse
		 * clocks are the fine ones: there is no tick that would keep others near.
		 */
		if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
			base = data->realtime_ns;
		else if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
			 clock == CLOCK_BOOTTIME || clock == CLOCK_MONOTONIC_COARSE)
			base = data->monotonic_ns;
		else
			return false;
		if (!data->usable)
			return false;
		uint64_t ticks = vdso_counter() - data->counter_base;
		/* Another CPU's counter, which made the base, may be a moment ahead. */
		if ((int64_t)ticks < 0)
			ticks = 0;
		*ns = base + (uint64_t)((unsigned __int128)ticks * data->mult >> data->shift);
	} while (__atomic_thread_fence(__ATOMIC_ACQUIRE),
		 __atomic_load_n(&data->seq, __ATOMIC_RELAXED) != seq);
	return true;
}

static inline int vdso_clock_gettime(int clock, struct vdso_time *to)
{
	uint64_t ns;

	if (!vdso_read(clock, &ns))
		return (int)vdso_call(NR_CLOCK_GETTIME, clock, (long)to);
	to->seconds = (long)(ns / VDSO_NS_PER_SECOND);
	to->fraction = (long)(ns % VDSO_NS_PER_SECOND);
	return 0;
}

static inline int vdso_gettimeofday(struct vdso_time *to, void *zone)
{
	uint64_t ns;

	if (zone || !to || !vdso_read(CLOCK_REALTIME, &ns))
		return (int)vdso_call(NR_GETTIMEOFDAY, (long)to, (long)zone);
	to->seconds = (long)(ns / VDSO_NS_PER_SECOND);
	to->fraction = (long)(ns % VDSO_NS_PER_SECOND / 1000);
	return 0;
}

static inline int vdso_clock_getres(int clock, struct vdso_time *to)
{
	return (int)vdso_call(NR_CLOCK_GETRES, clock, (long)to);
}

#endif
