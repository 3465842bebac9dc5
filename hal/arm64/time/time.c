// SPDX-License-Identifier: MIT
// hal/time.h by the generic timer: the virtual counter, which user mode may read as well, and its
// comparator as one-shot timer.

#include <arm64/cpu.h>
#include <common/counter.h>
#include <common/fdt.h>
#include <hal/time.h>
#include <hal/vdso.h>

#define NS_PER_SECOND 1000000000ull
#define NS_SHIFT      53 // ns = counter * ns_mult >> NS_SHIFT, for counters of 1 MHz and more
#define VDSO_SHIFT    24

#define CTL_ENABLE 1ul
#define CTL_MASKED 2ul

static uint64_t frequency, ns_mult, deadline_mult;
static unsigned int timer_id = 27; // the virtual timer's private interrupt on every machine so far

static uint64_t counter(void)
{
	// Not before what came earlier in the program.
	isb();
	return read_sysreg(cntvct_el0);
}

static bool find_timer(const struct dt_node *node, void *context)
{
	(void)context;
	if (!dt_compatible(node, "arm,armv8-timer") && !dt_compatible(node, "arm,armv7-timer"))
		return false;
	// Secure, non-secure, virtual, hypervisor; three cells each.
	if (dt_cell(node, "interrupts", 6, 0) == 1)
		timer_id = 16 + (dt_cell(node, "interrupts", 7, 11) & 15);
	frequency = dt_cell(node, "clock-frequency", 0, 0);
	return true;
}

void arm_time_init(void)
{
	dt_walk(find_timer, NULL);
	if (!frequency)
		frequency = read_sysreg(cntfrq_el0);
	if (frequency < 1000000 || frequency >= 2 * NS_PER_SECOND)
		hal_boot_fail("the timer's frequency is unknown");
	ns_mult = counter_ratio(NS_PER_SECOND, NS_SHIFT, frequency);
	deadline_mult = counter_deadline_mult(ns_mult, NS_SHIFT);
}

void arm_timer_init_cpu(void)
{
	write_sysreg(cntv_ctl_el0, 0);
	arm_irq_enable_private(timer_id);
}

bool arm_timer_irq(unsigned int id)
{
	if (id != timer_id)
		return false;
	// The line is a level: silent until it is set anew.
	write_sysreg(cntv_ctl_el0, CTL_MASKED);
	isb();
	return true;
}

uint64_t hal_time_ns(void)
{
	return counter_scale(counter(), ns_mult, NS_SHIFT);
}

void hal_timer_set(uint64_t deadline)
{
	if (deadline == UINT64_MAX) {
		write_sysreg(cntv_ctl_el0, CTL_MASKED);
		return;
	}
	write_sysreg(cntv_cval_el0, counter_deadline(deadline, deadline_mult));
	write_sysreg(cntv_ctl_el0, CTL_ENABLE);
}

uint64_t hal_time_vdso(struct hal_vdso_data *data)
{
	uint64_t now = counter();

	data->usable = 1;
	data->counter_base = now;
	data->mult = counter_ratio(NS_PER_SECOND, VDSO_SHIFT, frequency);
	data->shift = VDSO_SHIFT;
	return counter_scale(now, ns_mult, NS_SHIFT);
}

// ---- PL031: seconds since 1970 ----

static volatile uint32_t *rtc;

static bool find_rtc(const struct dt_node *node, void *context)
{
	paddr_t base;
	uint64_t size;

	(void)context;
	if (!dt_compatible(node, "arm,pl031") || !dt_reg(node, 0, &base, &size))
		return false;
	rtc = arm_map_registers(base, 0x1000);
	return true;
}

void arm_rtc_init(void)
{
	dt_walk(find_rtc, NULL);
}

int hal_rtc_read(uint64_t *seconds)
{
	if (!rtc)
		return -19; // ENODEV
	*seconds = *rtc;
	return 0;
}
