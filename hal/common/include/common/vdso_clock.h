/* SPDX-License-Identifier: MIT */
/*
 * common/vdso_clock.h - the vDSO's clocks, once: included by the one source file of a port's image
 * that has supplied
 *   static long vdso_call(long number, long arg0, long arg1);   a system call
 *   static uint64_t vdso_counter(void);                         the counter, read in program order
 *   VDSO_SHIFT, if it knows it: the shift that hal_time_vdso() always gives
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

#ifndef VDSO_SHIFT
#define VDSO_SHIFT vdso_data.shift
#endif

/* The page below the image: read-only here, but not constant. */
extern struct hal_vdso_data vdso_data __attribute__((visibility("hidden")));

struct vdso_time {
	long seconds, fraction; /* nanoseconds or microseconds */
};

/*
 * Where the data has this clock's time; NULL: ask the kernel. No switch: the compiler might make a
 * table with relocations of it. The coarse clocks are the fine ones: there is no tick that would
 * keep others near.
 */
static inline const uint64_t *vdso_base(int clock)
{
	const unsigned int real = 1u << CLOCK_REALTIME | 1u << CLOCK_REALTIME_COARSE;
	const unsigned int monotonic = 1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW |
				       1u << CLOCK_MONOTONIC_COARSE | 1u << CLOCK_BOOTTIME;

	if ((unsigned int)clock > CLOCK_BOOTTIME)
		return NULL;
	if (monotonic >> clock & 1)
		return &vdso_data.monotonic_ns;
	return real >> clock & 1 ? &vdso_data.realtime_ns : NULL;
}

/* The time that is at base now; false: ask the kernel. */
static inline bool vdso_read(const uint64_t *base, uint64_t *ns)
{
	const struct hal_vdso_data *data = &vdso_data;
	uint64_t ticks, mult, time;
	uint32_t seq;

	if (!base)
		return false;
	do {
		while ((seq = __atomic_load_n(&data->seq, __ATOMIC_ACQUIRE)) & 1)
			;
		if (!data->usable)
			return false;
		time = *base;
		mult = data->mult;
		ticks = vdso_counter() - data->counter_base;
	} while (__atomic_thread_fence(__ATOMIC_ACQUIRE),
		 __atomic_load_n(&data->seq, __ATOMIC_RELAXED) != seq);
	/* Another CPU's counter, which made the base, may be a moment ahead. */
	if ((int64_t)ticks > 0)
		time += (uint64_t)((unsigned __int128)ticks * mult >> VDSO_SHIFT);
	*ns = time;
	return true;
}

static inline int vdso_clock_gettime(int clock, struct vdso_time *to)
{
	uint64_t ns;

	if (!vdso_read(vdso_base(clock), &ns))
		return (int)vdso_call(NR_CLOCK_GETTIME, clock, (long)to);
	to->seconds = (long)(ns / VDSO_NS_PER_SECOND);
	to->fraction = (long)(ns % VDSO_NS_PER_SECOND);
	return 0;
}

static inline int vdso_gettimeofday(struct vdso_time *to, void *zone)
{
	uint64_t ns;

	if (zone || !to || !vdso_read(&vdso_data.realtime_ns, &ns))
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
