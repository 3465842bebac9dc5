/* SPDX-License-Identifier: MIT */
/* hal/time.h - a monotonic counter, a one-shot timer per CPU, and the battery clock. */
#ifndef HAL_TIME_H
#define HAL_TIME_H

#include <hal/types.h>

struct hal_vdso_data;

/* Nanoseconds since some moment before core_main(), never going back, the same on every CPU. Any
 * context. */
uint64_t hal_time_ns(void);

/* Arm this CPU's timer for the absolute time deadline (of hal_time_ns()); a deadline in the past
 * fires at once; UINT64_MAX disarms. When it fires, core_timer() is called in interrupt context on
 * this CPU. Interrupts off. */
void hal_timer_set(uint64_t deadline);

/* Seconds since 1970-01-01 UTC from the battery clock (x86 CMOS, PL031, goldfish RTC); -ENODEV
 * without one. May spin for up to a second boundary: no. */
__must_check int hal_rtc_read(uint64_t *seconds);

/* Fill usable, counter_base (now), mult, shift of the vDSO's data from the same counter as
 * hal_time_ns(); returns the time in ns at counter_base. */
uint64_t hal_time_vdso(struct hal_vdso_data *data);

#endif
