/* SPDX-License-Identifier: MIT */
/* core/time.h - clocks and timers, in nanoseconds throughout. */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <core/lib/rbtree.h>
#include <core/types.h>

struct wait_queue;

#define KTIME_MAX UINT64_MAX /* never */

/* CLOCK_MONOTONIC (= CLOCK_BOOTTIME: we do not suspend). Any context. */
ktime_t clock_monotonic(void);
/* CLOCK_REALTIME, ns since 1970 UTC. Any context. */
ktime_t clock_realtime(void);
/* Step the real-time clock; wakes TFD_TIMER_CANCEL_ON_SET and absolute realtime sleepers
 * re-evaluate. */
void clock_set_realtime(ktime_t now);
/* realtime minus monotonic. */
int64_t clock_realtime_offset(void);
/* A point of CLOCK_REALTIME as one of CLOCK_MONOTONIC, while the clock is not set again; 0: before
 * that began. */
ktime_t clock_real_to_monotonic(ktime_t real);

/* A point in time on one of the two clocks; time KTIME_MAX: never. */
struct deadline {
	ktime_t time;
	bool realtime; /* moves when CLOCK_REALTIME is set */
};
#define DEADLINE_NEVER ((struct deadline){.time = KTIME_MAX})

/* sched_wait() with a deadline on either clock. 0: woken, or the clock was set: look again. */
__must_check int clock_wait(unsigned int state, struct deadline deadline);

/* A timer: fires once at an absolute CLOCK_MONOTONIC time, in interrupt context on some CPU. */
struct timer {
	struct rb_node node; /* [base lock] */
	ktime_t expires;     /* [base lock] */
	void (*fire)(struct timer *timer);
	struct timer_base *base; /* where it is queued, NULL when not */
};

void timer_init(struct timer *timer, void (*fire)(struct timer *timer));
/* Queue (or requeue) for expires. Any context. fire may start its own timer again. */
void timer_start(struct timer *timer, ktime_t expires);
/* Remove; true if it was queued. Its function may still be running on another CPU. Any context. */
bool timer_cancel(struct timer *timer);
/* Wait until its function runs nowhere. Not from the function itself, not with locks that it takes. */
void timer_wait(const struct timer *timer);
/* Remove and wait. */
bool timer_cancel_sync(struct timer *timer);
bool timer_pending(const struct timer *timer);

/* saturating a + b */
static inline ktime_t ktime_add(ktime_t a, ktime_t b)
{
	ktime_t sum;
	return __builtin_add_overflow(a, b, &sum) ? KTIME_MAX : sum;
}

/* *expires moved on by whole intervals (not 0) until it lies beyond now, saturating: by how many. */
static inline uint64_t ktime_forward(ktime_t *expires, ktime_t interval, ktime_t now)
{
	uint64_t n;
	ktime_t step;

	if (now < *expires)
		return 0;
	n = (now - *expires) / interval + 1;
	if (__builtin_mul_overflow(n, interval, &step))
		step = KTIME_MAX;
	*expires = ktime_add(*expires, step);
	return n;
}

/* Woken when CLOCK_REALTIME was stepped. */
extern struct wait_queue clock_was_set;

void time_init(void);	    /* boot CPU: clocks, RTC */
void timer_init_cpus(void); /* boot CPU, before any timer is started */
void timer_reprogram(
	void); /* this CPU: arm the hardware for its first timer or tick. Interrupts off */
const void *
time_vdso_page(void); /* linear-map address of the page that holds struct hal_vdso_data */

#endif
