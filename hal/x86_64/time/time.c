// SPDX-License-Identifier: MIT
// Time from the TSC, measured once against the HPET, the ACPI timer or the PIT; the one-shot timer
// from the local APIC.
//
// The TSC is believed when the CPU calls it invariant or a hypervisor supplies it, and no CPU saw
// it go back against another when it started. If it is not, the HPET counts instead; without a
// 64-bit HPET the TSC is used all the same, but never allowed to run backwards, and not from user
// mode.

#include <common/acpi.h>
#include <common/counter.h>
#include <common/rtc.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/time.h>
#include <hal/vdso.h>
#include <x86_64/apic_timer.h>
#include <x86_64/cpu.h>

#define NSEC 1000000000ul

static uint64_t tsc_hz, tsc_mult, tsc_per_ns; // ns = tsc * mult >> 32, and its inverse << 32
static enum { TSC_TRUSTED, TSC_CLAMPED, TSC_UNUSED } tsc_state;
static uint64_t latest; // atomic: what TSC_CLAMPED returned last

static volatile uint64_t *hpet; // registers
static uint64_t hpet_mult;	// ns per tick << 32
static bool hpet_64;
static uint16_t acpi_port;

/* ---- references: counters of known frequency ---- */

#define HPET_CAPABILITIES (0x000 / 8)
#define HPET_CONFIG	  (0x010 / 8)
#define HPET_COUNTER	  (0x0f0 / 8)

struct reference {
	uint64_t hz;
	uint32_t mask;
	uint32_t (*read)(void);
};

static uint32_t read_hpet(void)
{
	return (uint32_t)hpet[HPET_COUNTER];
}

static uint32_t read_acpi(void)
{
	return in32(acpi_port);
}

static uint32_t read_pit(void)
{
	uint32_t low;

	out8(0x43, 0x80); // latch channel 2
	low = in8(0x42);
	return 0u - (low | (uint32_t)in8(0x42) << 8); // it counts down
}

static bool find_hpet(void)
{
	const struct acpi_header *table = acpi_find("HPET");
	uint64_t address, period;

	if (!table || table->length < 56 || *((const uint8_t *)table + 40) != 0) // in memory
		return false;
	memcpy(&address, (const uint8_t *)table + 44, 8);
	hpet = mmu_fixmap(address, 1024, true);
	if (!hpet)
		return false;
	period = hpet[HPET_CAPABILITIES] >> 32; // femtoseconds
	if (period < 100000 || period > 100000000) {
		hpet = NULL;
		return false;
	}
	hpet_64 = hpet[HPET_CAPABILITIES] >> 13 & 1;
	hpet_mult = (period << 32) / 1000000;
	hpet[HPET_CONFIG] |= 1;
	return true;
}

static struct reference find_reference(void)
{
	const struct acpi_header *fadt;
	uint32_t port;

	if (find_hpet())
		return (struct reference){1000000000000000ul / (hpet[HPET_CAPABILITIES] >> 32), ~0u,
					  read_hpet};
	fadt = acpi_find("FACP");
	if (fadt && fadt->length >= 80) {
		memcpy(&port, (const uint8_t *)fadt + 76, 4);
		acpi_port = (uint16_t)port;
		if (acpi_port)
			return (struct reference){3579545, 0xffffff, read_acpi};
	}
	out8(0x61, (uint8_t)((in8(0x61) & ~2u) | 1)); // gate on, speaker off
	out8(0x43, 0xb0);			      // channel 2, both bytes, mode 0
	out8(0x42, 0xff);
	out8(0x42, 0xff);
	return (struct reference){1193182, 0xffff, read_pit};
}

struct sample {
	uint64_t tsc;
	uint32_t reference, timer;
};

// The reading that was least disturbed.
static struct sample take(const struct reference *reference)
{
	struct sample best = {0};
	uint64_t shortest = ~0ul;

	for (unsigned int i = 0; i < 25; i++) {
		uint64_t before = rdtsc();
		uint32_t value = reference->read();
		uint64_t after = rdtsc();

		if (after - before < shortest) {
			shortest = after - before;
			best = (struct sample){before + shortest / 2, value, 0};
		}
	}
	best.timer = apic_timer_count();
	return best;
}

void time_boot(void)
{
	struct reference reference = find_reference();
	struct sample first, last;
	uint64_t ticks;

	apic_timer_measure_begin();
	first = take(&reference);
	// 4 ms, or so many TSC ticks that the reference must be standing still.
	do {
		hal_cpu_relax();
		ticks = (reference.read() - first.reference) & reference.mask;
		if (rdtsc() - first.tsc > 4000000000ul)
			hal_boot_fail("no timer to measure the TSC against");
	} while (ticks < reference.hz / 250);
	last = take(&reference);
	ticks = (last.reference - first.reference) & reference.mask;

	tsc_hz = (last.tsc - first.tsc) * reference.hz / ticks;
	if (tsc_hz < 1000000)
		hal_boot_fail("the TSC does not run");
	tsc_mult = (NSEC << 32) / tsc_hz;
	tsc_per_ns = ((tsc_hz << 20) / NSEC) << 12;
	apic_timer_measure_end((uint64_t)(last.timer - first.timer) * reference.hz / ticks);
	if (!cpu_features.invariant_tsc && !cpu_features.hypervisor && cpu_count > 1)
		tsc_state = hpet && hpet_64 ? TSC_UNUSED : TSC_CLAMPED;
}

uint64_t time_tsc_khz(void)
{
	return tsc_hz / 1000;
}

static __attribute__((noinline)) uint64_t time_without_tsc(uint64_t tsc_ns)
{
	uint64_t seen;

	if (tsc_state == TSC_UNUSED)
		return counter_scale(hpet[HPET_COUNTER], hpet_mult, 32);
	seen = __atomic_load_n(&latest, __ATOMIC_RELAXED);
	do {
		if (tsc_ns <= seen)
			return seen;
	} while (!__atomic_compare_exchange_n(&latest, &seen, tsc_ns, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return tsc_ns;
}

uint64_t hal_time_ns(void)
{
	uint64_t ns = counter_scale(rdtsc(), tsc_mult, 32);

	if (__builtin_expect(tsc_state != TSC_TRUSTED, 0))
		return time_without_tsc(ns);
	return ns;
}

uint64_t hal_time_vdso(struct hal_vdso_data *data)
{
	uint64_t counter = rdtsc();

	data->usable = tsc_state == TSC_TRUSTED;
	data->counter_base = counter;
	data->mult = tsc_mult;
	data->shift = 32;
	return data->usable ? counter_scale(counter, tsc_mult, 32) : hal_time_ns();
}

void time_delay_us(unsigned int us)
{
	uint64_t start = rdtsc();

	while (rdtsc() - start < tsc_hz / 1000000 * us)
		hal_cpu_relax();
}

/* ---- do the CPUs' TSCs agree? ---- */

// Boot CPU and the starting one run this together: each looks for a value older than the other's
// last.
void time_check_warp(void)
{
	static unsigned int arrived, left; // atomic
	static uint64_t last;
	static unsigned int lock;
	unsigned int round;

	if (tsc_state != TSC_TRUSTED)
		return;
	round = (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) + 1) & ~1u;
	while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < round)
		hal_cpu_relax();
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t now;

		while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
			hal_cpu_relax();
		now = rdtsc();
		if (now < last)
			__atomic_store_n(&tsc_state, TSC_CLAMPED, __ATOMIC_RELAXED);
		else
			last = now;
		__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
	}
	__atomic_add_fetch(&left, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&left, __ATOMIC_SEQ_CST) < round)
		hal_cpu_relax();
}

/* ---- the one-shot timer ---- */

/* ns: what is farther would wrap as ticks, and be over at once; it may come early for nothing. */
#define FARTHEST (1ull << 60)

void hal_timer_set(uint64_t deadline)
{
	uint64_t now, left;

	this_cpu()->timer_deadline = deadline;
	if (deadline == UINT64_MAX) {
		if (cpu_features.tsc_deadline)
			wrmsr(MSR_TSC_DEADLINE, 0);
		else
			apic_timer_stop();
		return;
	}
	now = hal_time_ns();
	left = deadline > now ? deadline - now : 0;
	if (left > FARTHEST)
		left = FARTHEST;
	if (!cpu_features.tsc_deadline)
		apic_timer_start(left);
	else
		wrmsr(MSR_TSC_DEADLINE, rdtsc() + counter_scale(left, tsc_per_ns, 32));
}

void time_timer_interrupt(bool user)
{
	uint64_t deadline = this_cpu()->timer_deadline;

	if (deadline == UINT64_MAX)
		return;
	// The counter is coarser than the clock, or too short for the deadline.
	if (hal_time_ns() < deadline) {
		hal_timer_set(deadline);
		return;
	}
	this_cpu()->timer_deadline = UINT64_MAX;
	core_timer(user);
}

/* ---- the battery clock ---- */

static uint8_t read_cmos(uint8_t reg)
{
	out8(0x70, reg);
	return in8(0x71);
}

int hal_rtc_read(uint64_t *seconds)
{
	return mc146818_read(read_cmos, seconds);
}
