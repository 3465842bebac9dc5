// SPDX-License-Identifier: MIT
// Processors: what each is set to, which there are, starting them, sleeping.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <common/fdt.h>
#include <core/upcall.h>
#include <hal/debug.h>

extern char arm_no_table[], arm_secondary_start[];
extern paddr_t arm_kernel_root;

struct hal_cpu arm_cpus[HAL_MAX_CPUS];

// SCTLR_EL1
#define SCTLR_RESERVED	 (1ul << 29 | 1ul << 28 | 1ul << 22 | 1ul << 20 | 1ul << 11)
#define SCTLR_MMU	 (1ul << 0)
#define SCTLR_CACHES	 (1ul << 2 | 1ul << 12)
#define SCTLR_SP_ALIGNED (1ul << 3 | 1ul << 4)
#define SCTLR_USER_CTR \
	(1ul << 15) // as Linux: CTR_EL0, DC ZVA, cache maintenance, WFI and WFE in user mode
#define SCTLR_USER_ZVA	 (1ul << 14)
#define SCTLR_USER_CACHE (1ul << 26)
#define SCTLR_USER_WAIT	 (1ul << 16 | 1ul << 18)
#define SCTLR_NO_PAN	 (1ul << 23) // leave PSTATE.PAN alone at exceptions
#define SCTLR_PAC	 (1ul << 31 | 1ul << 30 | 1ul << 27 | 1ul << 13)
#define SCTLR_BTI	 (1ul << 36) // in EL1, PACIASP is a landing pad for calls only

#define CPACR_TRAP_USER	     (1ul << 20)
#define CNTKCTL_USER_VIRTUAL 2ul // CNTVCT_EL0 for the vDSO
#define CNTKCTL_EVENTS	     4ul // wake WFE when bit EVNTI (7..4) of the counter rises

static void find_features(void)
{
	unsigned long mmfr0 = read_sysreg(id_aa64mmfr0_el1);
	unsigned long mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	unsigned long pfr0 = read_sysreg(id_aa64pfr0_el1);
	unsigned long pfr1 = read_sysreg(id_aa64pfr1_el1);
	unsigned long isar0 = read_sysreg(id_aa64isar0_el1);
	unsigned long isar1 = read_sysreg(id_aa64isar1_el1);

	if (id_field(mmfr0, 28) == 15)
		hal_boot_fail("this CPU has no 4 KiB pages");
	if (id_field(pfr0, 16) == 15 || id_field(pfr0, 20) == 15)
		hal_boot_fail("this CPU has no floating point and SIMD");
	arm_features.pan = id_field(mmfr1, 20) != 0;
	arm_features.bti = id_field(pfr1, 0) != 0;
	arm_features.ssbs = id_field(pfr1, 4) != 0;
	arm_features.random = id_field(isar0, 60) != 0;
	arm_features.pac = (id_field(isar1, 4) || id_field(isar1, 8)) &&
			   (id_field(isar1, 24) || id_field(isar1, 28));
}

// The counter's bit that rises about ten thousand times a second, as Linux's event stream does.
static unsigned long event_bit(void)
{
	unsigned long rate = read_sysreg(cntfrq_el0) / 10000, bit = 0;

	while (bit < 15 && rate >> (bit + 2))
		bit++;
	return bit;
}

// The compiler's prologues sign return addresses: no signed frame may be alive when the keys
// change.
static inline __attribute__((always_inline)) void write_kernel_key(void)
{
	write_sysreg(s3_0_c2_c1_0, arm_kernel_key[0]);
	write_sysreg(s3_0_c2_c1_1, arm_kernel_key[1]);
}

__attribute__((target("branch-protection=none"))) void arm_cpu_init(struct hal_cpu *cpu)
{
	unsigned long sctlr = SCTLR_RESERVED | SCTLR_MMU | SCTLR_CACHES | SCTLR_SP_ALIGNED |
			      SCTLR_USER_CTR | SCTLR_USER_ZVA | SCTLR_USER_CACHE | SCTLR_USER_WAIT;

	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	cpu->midr = read_sysreg(midr_el1);
	if (cpu == &arm_cpus[0]) {
		find_features();
		arm_keys_boot();
	}
	write_sysreg(vbar_el1, arm_features.pac ? arm_vectors_pac : arm_vectors_plain);
	write_sysreg(cpacr_el1, CPACR_TRAP_USER);
	cpu->fpu_open = false;
	write_sysreg(cntkctl_el1, CNTKCTL_USER_VIRTUAL | CNTKCTL_EVENTS | event_bit() << 4);
	write_sysreg(mdscr_el1, 0);
	write_sysreg(oslar_el1, 0);
	write_sysreg(tpidrro_el0, 0);
	if (id_field(read_sysreg(id_aa64dfr0_el1), 8) % 15)
		write_sysreg(pmuserenr_el0, 0);
	if (arm_features.pac) {
		write_kernel_key();
		sctlr |= SCTLR_PAC;
	}
	if (arm_features.bti)
		sctlr |= SCTLR_BTI;
	if (!arm_features.pan)
		sctlr |= SCTLR_NO_PAN;
	write_sysreg(sctlr_el1, sctlr);
	isb();
	if (arm_features.pan)
		__asm__ volatile(".inst 0xd500419f" : : : "memory"); // MSR PAN, #1
	// SErrors are taken from here on.
	__asm__ volatile("msr daifclr, #4" : : : "memory");
}

// The boot CPU is number 0; the others follow in the tree's order.
void arm_cpus_find(void)
{
	static uint64_t ids[HAL_MAX_CPUS];
	unsigned int listed = dt_cpus(ids, HAL_MAX_CPUS);
	unsigned int count = 1;

	for (unsigned int i = 0; i < listed && i < HAL_MAX_CPUS; i++) {
		if (ids[i] == arm_cpus[0].mpidr || count == HAL_MAX_CPUS)
			continue;
		arm_cpus[count].id = count;
		arm_cpus[count].mpidr = ids[i];
		count++;
	}
	arm_boot_info.cpu_count = count;
}

int hal_cpu_start(unsigned int number, struct hal_thread *thread, void *irq_stack,
		  void *emergency_stack)
{
	struct hal_cpu *cpu = &arm_cpus[number];

	cpu->irq_stack = irq_stack;
	cpu->emergency_stack = emergency_stack;
	cpu->idle = thread;
	thread->hal = cpu;
	thread->cpu = number;
	thread->saved[11] = (unsigned long)thread->regs; // sp
	// It reads these with its caches off.
	arm_clean(cpu, sizeof(*cpu));
	arm_clean(thread, sizeof(*thread));
	arm_clean(&arm_kernel_root, sizeof(arm_kernel_root));
	if (arm_psci(PSCI_CPU_ON, cpu->mpidr, hal_virt_to_phys(arm_secondary_start),
		     hal_virt_to_phys(cpu)))
		return -5; // EIO
	return 0;
}

__noreturn void arm_secondary(struct hal_cpu *cpu);
__noreturn void arm_secondary(struct hal_cpu *cpu)
{
	write_sysreg(ttbr0_el1, hal_virt_to_phys(arm_no_table));
	isb();
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	arm_cpu_init(cpu);
	arm_irq_init_cpu(cpu);
	arm_timer_init_cpu();
	__atomic_store_n(&cpu->online, true, __ATOMIC_RELEASE);
	core_secondary(cpu->id);
}

void hal_cpu_set_local(void *local)
{
	hal_thread_current()->local = local;
}

void hal_cpu_idle(void)
{
	// WFI wakes for a pending interrupt that is still masked; it is taken in between.
	__asm__ volatile("dsb sy\n\twfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2"
			 :
			 :
			 : "memory");
}

__noreturn void hal_cpu_park(void)
{
	__asm__ volatile("msr daifset, #15" : : : "memory");
	for (;;)
		__asm__ volatile("wfi");
}
