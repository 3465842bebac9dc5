// SPDX-License-Identifier: MIT
// The vDSO's functions. They run in user mode, read the data page below the image and the TSC, and
// fall back to the system call.

#include <hal/vdso.h>

extern const struct hal_vdso_data vdso_data __attribute__((visibility("hidden")));

struct timespec {
	int64_t sec, nsec;
};
struct timeval {
	int64_t sec, usec;
};
struct timezone {
	int32_t minutes_west, dst_time;
};

enum {
	CLOCK_REALTIME,
	CLOCK_MONOTONIC,
	CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE,
	CLOCK_BOOTTIME
};
enum { SYS_gettimeofday = 96, SYS_time = 201, SYS_clock_gettime = 228, SYS_clock_getres = 229 };
#define NSEC 1000000000ul

#define READ(field) __atomic_load_n(&vdso_data.field, __ATOMIC_RELAXED)

int __vdso_clock_gettime(int clock, struct timespec *ts);
int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz);
int64_t __vdso_time(int64_t *t);
int __vdso_clock_getres(int clock, struct timespec *ts);
int __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused);

static long syscall2(long nr, long a, long b)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b)
			 : "rcx", "r11", "memory");
	return result;
}

static inline uint64_t rdtsc_ordered(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

// The clock in nanoseconds; false where only the kernel knows.
static inline bool read_clock(int clock, uint64_t *ns)
{
	uint32_t seq;

	do {
		while ((seq = __atomic_load_n(&vdso_data.seq, __ATOMIC_ACQUIRE)) & 1)
			__asm__ volatile("pause");
		switch (clock) {
		case CLOCK_REALTIME:
			*ns = READ(realtime_ns);
			break;
		case CLOCK_MONOTONIC:
		case CLOCK_BOOTTIME: // the machine never sleeps: the same
			*ns = READ(monotonic_ns);
			break;
		case CLOCK_REALTIME_COARSE:
			*ns = READ(coarse_realtime_ns);
			break;
		case CLOCK_MONOTONIC_COARSE:
			*ns = READ(coarse_monotonic_ns);
			break;
		default:
			return false;
		}
		if (clock != CLOCK_REALTIME_COARSE && clock != CLOCK_MONOTONIC_COARSE) {
			uint64_t ticks = rdtsc_ordered() - READ(counter_base);

			if (!READ(usable))
				return false;
			// Another CPU's base may be a moment ahead.
			if ((int64_t)ticks > 0)
				*ns += (uint64_t)(((unsigned __int128)ticks * READ(mult)) >>
						  READ(shift));
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (READ(seq) != seq);
	return true;
}

int __vdso_clock_gettime(int clock, struct timespec *ts)
{
	uint64_t ns;

	if (!read_clock(clock, &ns))
		return (int)syscall2(SYS_clock_gettime, clock, (long)ts);
	ts->sec = (int64_t)(ns / NSEC);
	ts->nsec = (int64_t)(ns % NSEC);
	return 0;
}

int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz)
{
	uint64_t ns;

	// The time zone, which nobody uses, is the kernel's.
	if (tz || !read_clock(CLOCK_REALTIME, &ns))
		return (int)syscall2(SYS_gettimeofday, (long)tv, (long)tz);
	if (tv) {
		tv->sec = (int64_t)(ns / NSEC);
		tv->usec = (int64_t)(ns % NSEC / 1000);
	}
	return 0;
}

int64_t __vdso_time(int64_t *t)
{
	uint64_t ns;
	int64_t sec;

	if (!read_clock(CLOCK_REALTIME_COARSE, &ns))
		return syscall2(SYS_time, (long)t, 0);
	sec = (int64_t)(ns / NSEC);
	if (t)
		*t = sec;
	return sec;
}

int __vdso_clock_getres(int clock, struct timespec *ts)
{
	return (int)syscall2(SYS_clock_getres, clock, (long)ts);
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

#define ALIAS(name) __attribute__((weak, alias("__vdso_" #name)))
int clock_gettime(int clock, struct timespec *ts) ALIAS(clock_gettime);
int gettimeofday(struct timeval *tv, struct timezone *tz) ALIAS(gettimeofday);
int64_t time(int64_t *t) ALIAS(time);
int clock_getres(int clock, struct timespec *ts) ALIAS(clock_getres);
int getcpu(unsigned int *cpu, unsigned int *node, void *unused) ALIAS(getcpu);
