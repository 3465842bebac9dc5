// SPDX-License-Identifier: MIT
// The time CSR, which all harts share, and the timer: stimecmp where Sstc is there, else the
// firmware's.

#include <common/counter.h>
#include <common/fdt.h>
#include <hal/boot.h>
#include <hal/time.h>
#include <hal/vdso.h>
#include <riscv/cpu.h>
#include <riscv/sbi.h>

#define NSEC_PER_SEC 1000000000ul
#define SHIFT	     24

static bool has_sstc;
static uint64_t frequency;
static uint64_t to_ns; // ns = ticks * to_ns >> SHIFT
static uint64_t deadline_mult;
static volatile uint32_t *rtc;

static bool find_frequency(const struct dt_node *node, void *context)
{
	(void)context;
	frequency = dt_cell(node, "timebase-frequency", 0, 0);
	return frequency != 0;
}

// Firmware that does not know the extension leaves the register closed.
static bool stimecmp_works(void)
{
	unsigned long works = 0;

	__asm__ volatile("1: csrw 0x14d, %1\n"
			 "li %0, 1\n"
			 "2:\n"
			 ".pushsection __ex_table, \"a\", @progbits\n"
			 ".balign 4\n"
			 ".4byte 1b - ., 2b - .\n"
			 ".popsection"
			 : "+r"(works)
			 : "r"(~0ul)
			 : "memory");
	return works;
}

void riscv_time_init(void)
{
	dt_walk(find_frequency, NULL);
	if (frequency < 1000 || frequency > NSEC_PER_SEC)
		hal_boot_fail("the device tree has no usable timebase-frequency");
	to_ns = ((NSEC_PER_SEC << SHIFT) + frequency / 2) / frequency;
	deadline_mult = counter_deadline_mult(to_ns, SHIFT);
	has_sstc = riscv_isa_has("sstc") && stimecmp_works();
	riscv_time_cpu_init();
}

void riscv_time_cpu_init(void)
{
	csr_write(scounteren, 2); // user mode may read time
	hal_timer_set(UINT64_MAX);
}

uint64_t hal_time_ns(void)
{
	return counter_scale(csr_read(time), to_ns, SHIFT);
}

void hal_timer_set(uint64_t deadline)
{
	uint64_t ticks = UINT64_MAX;

	if (deadline != UINT64_MAX)
		ticks = counter_deadline(deadline, deadline_mult);
	if (has_sstc)
		__asm__ volatile("csrw 0x14d, %0" : : "r"(ticks) : "memory");
	else
		sbi_call(SBI_TIME, 0, ticks, 0, 0, 0, 0);
}

uint64_t hal_time_vdso(struct hal_vdso_data *data)
{
	uint64_t now = csr_read(time);

	data->usable = 1;
	data->counter_base = now;
	data->mult = to_ns;
	data->shift = SHIFT;
	return counter_scale(now, to_ns, SHIFT);
}

uint64_t riscv_time_frequency(void)
{
	return frequency;
}

// ---- the goldfish RTC: nanoseconds since 1970; reading the low word latches the high one ----

void riscv_rtc_init(paddr_t pa)
{
	rtc = riscv_map_device(pa, 8);
}

int hal_rtc_read(uint64_t *seconds)
{
	uint64_t low;

	if (!rtc)
		return -19; // ENODEV
	low = rtc[0];
	*seconds = ((uint64_t)rtc[1] << 32 | low) / NSEC_PER_SEC;
	return 0;
}
