/* SPDX-License-Identifier: MIT */
/* x86_64/apic_timer.h - the local APIC's timer, for time/. */
#ifndef X86_64_APIC_TIMER_H
#define X86_64_APIC_TIMER_H

#include <stdint.h>

void apic_timer_measure_begin(void);
uint32_t apic_timer_count(void);
/* hz: the timer's own frequency, as measured */
void apic_timer_measure_end(uint64_t hz);
void apic_timer_start(uint64_t ns);
void apic_timer_stop(void);

#endif
