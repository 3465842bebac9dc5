// SPDX-License-Identifier: MIT
// The local APIC, through its registers in memory or (x2APIC) through MSRs: IPIs, end of interrupt,
// the CPU's timer.

#include <hal/boot.h>
#include <hal/cpu.h>
#include <x86_64/apic_timer.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>
#include <x86_64/trap.h>

#define APIC_ID		 0x020
#define APIC_TPR	 0x080
#define APIC_EOI	 0x0b0
#define APIC_SPURIOUS	 0x0f0
#define APIC_ICR	 0x300
#define APIC_ICR_HIGH	 0x310
#define APIC_LVT_TIMER	 0x320
#define APIC_LVT_THERMAL 0x330
#define APIC_LVT_PMC	 0x340
#define APIC_LVT_LINT0	 0x350
#define APIC_LVT_LINT1	 0x360
#define APIC_LVT_ERROR	 0x370
#define APIC_TIMER_INIT	 0x380
#define APIC_TIMER_NOW	 0x390
#define APIC_TIMER_DIV	 0x3e0

#define LVT_MASKED   0x10000u
#define LVT_DEADLINE 0x40000u
#define ICR_PENDING  0x1000u
#define DIVIDE_BY_16 3u

#define BASE_ENABLE 0x800ul
#define BASE_X2APIC 0x400ul

static volatile uint32_t *registers;
static bool x2apic;
static uint64_t timer_mult; /* timer ticks per ns, << 32 */

static uint32_t read(unsigned int reg)
{
	if (x2apic)
		return (uint32_t)rdmsr(MSR_X2APIC + (reg >> 4));
	return registers[reg / 4];
}

static void write(unsigned int reg, uint32_t value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + (reg >> 4), value);
	else
		registers[reg / 4] = value;
}

uint32_t apic_id(void)
{
	return x2apic ? read(APIC_ID) : read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	write(APIC_EOI, 0);
}

void apic_command(uint32_t destination, uint32_t command)
{
	unsigned long flags;

	if (x2apic) {
		// The write does not order earlier stores by itself.
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		wrmsr(MSR_X2APIC + (APIC_ICR >> 4), (uint64_t)destination << 32 | command);
		return;
	}
	flags = hal_irq_save();
	while (registers[APIC_ICR / 4] & ICR_PENDING)
		hal_cpu_relax();
	registers[APIC_ICR_HIGH / 4] = destination << 24;
	registers[APIC_ICR / 4] = command;
	hal_irq_restore(flags);
}

void hal_ipi_send(unsigned int cpu, enum hal_ipi kind)
{
	// A stop must reach CPUs that have interrupts off: NMI.
	if (kind == HAL_IPI_STOP) {
		trap_stop_others();
		apic_command(cpus[cpu].apic_id, 0x4400);
		return;
	}
	apic_command(cpus[cpu].apic_id, 0x4000 | (VECTOR_IPI + kind));
}

void apic_boot(void)
{
	x2apic = cpu_features.x2apic;
	if (!x2apic) {
		registers = mmu_fixmap(rdmsr(MSR_APIC_BASE) & 0xffffff000ul, 4096, true);
		if (!registers)
			hal_boot_fail("no room to map the local APIC");
	}
	apic_cpu_setup();
}

void apic_cpu_setup(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | BASE_ENABLE;

	// Without the intermediate state the change to x2APIC mode faults.
	wrmsr(MSR_APIC_BASE, base);
	if (x2apic)
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
	write(APIC_SPURIOUS, 0x100 | VECTOR_SPURIOUS);
	write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	write(APIC_LVT_LINT0, LVT_MASKED);
	write(APIC_LVT_LINT1, LVT_MASKED);
	write(APIC_LVT_ERROR, LVT_MASKED);
	write(APIC_TPR, 0);
	apic_eoi();
	this_cpu()->apic_id = apic_id();
	apic_timer_setup();
}

/* ---- timer ---- */

void apic_timer_setup(void)
{
	if (cpu_features.tsc_deadline) {
		write(APIC_LVT_TIMER, LVT_DEADLINE | VECTOR_TIMER);
		// The mode is in force before the first deadline is written.
		__asm__ volatile("mfence; lfence" : : : "memory");
	} else {
		write(APIC_TIMER_DIV, DIVIDE_BY_16);
		write(APIC_LVT_TIMER, VECTOR_TIMER);
	}
}

// For calibration: let it run (masked by IF), and say how far it got.
void apic_timer_measure_begin(void)
{
	write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	write(APIC_TIMER_DIV, DIVIDE_BY_16);
	write(APIC_TIMER_INIT, ~0u);
}

uint32_t apic_timer_count(void)
{
	return ~0u - read(APIC_TIMER_NOW);
}

void apic_timer_measure_end(uint64_t hz)
{
	write(APIC_TIMER_INIT, 0);
	// hz * 2^32 / 10^9, without overflow
	timer_mult = ((hz << 20) / 1000000000ul) << 12;
	if (!timer_mult && !cpu_features.tsc_deadline)
		hal_boot_fail("the local APIC's timer does not run");
	apic_timer_setup();
}

// One interrupt in about ns nanoseconds, or earlier if that is too far for the counter.
void apic_timer_start(uint64_t ns)
{
	unsigned __int128 ticks = ((unsigned __int128)ns * timer_mult) >> 32;

	write(APIC_TIMER_INIT, ticks > ~0u ? ~0u : ticks ? (uint32_t)ticks : 1);
}

void apic_timer_stop(void)
{
	write(APIC_TIMER_INIT, 0);
}
