/* SPDX-License-Identifier: MIT */
/* arm64/cpu.h - the port's block per CPU, system registers, what this machine has, and how the
 * port's files call one another. */
#ifndef ARM64_CPU_H
#define ARM64_CPU_H

#include <hal/boot.h>
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <hal/thread.h>

struct dt_node;

struct hal_cpu {
	unsigned int id;
	bool online;
	void *irq_stack; /* tops of stacks */
	void *emergency_stack;
	struct hal_thread *idle;      /* what a starting CPU runs first */
	struct hal_thread *fpu_owner; /* whose state the FP registers hold */
	bool fpu_open;		      /* user mode may use the FP registers */
	struct hal_space *space;      /* active; atomic for hal_space_destroy() */
	uint64_t asid;		      /* the generation and ASID in TTBR0; atomic */
	uint64_t asid_kept;	      /* what it was when the generation changed last, or what its
				       * space has had since instead */
	uint64_t mpidr;		      /* affinity fields: its name to PSCI and the GIC */
	uint64_t midr;
	volatile unsigned char *redistributor; /* GICv3 */
	unsigned char gic_target;	       /* GICv2: its bit */
} __attribute__((aligned(HAL_CACHE_LINE)));

extern struct hal_cpu arm_cpus[HAL_MAX_CPUS];
extern struct hal_boot_info arm_boot_info;
extern paddr_t arm_console; /* the PL011 that is the console and the debug port; 0: none */

struct arm_features {
	bool pan; /* first: user.S */
	bool pac, bti, ssbs, random, el2;
};
extern struct arm_features arm_features;

#define read_sysreg(name)                                          \
	({                                                         \
		unsigned long value_;                              \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})
#define write_sysreg(name, value) \
	__asm__ volatile("msr " #name ", %0" : : "rZ"((unsigned long)(value)) : "memory")
#define isb()	   __asm__ volatile("isb" : : : "memory")
#define dsb(scope) __asm__ volatile("dsb " #scope : : : "memory")

#define MPIDR_AFFINITY 0xff00fffffful

static inline struct hal_cpu *this_cpu(void)
{
	return hal_thread_current()->hal;
}

/* A field of an ID register: four bits, unsigned. */
static inline unsigned int id_field(unsigned long id, unsigned int shift)
{
	return (unsigned int)(id >> shift) & 15;
}

/* boot/: features and control registers of the running CPU; which machine this is, for /proc and
 * the auxiliary vector. */
void arm_cpu_init(struct hal_cpu *cpu);
void arm_cpus_find(void);

/* mmu/kernel.c */
void arm_kernel_map_init(struct hal_boot_info *info, paddr_t image);
/* Map registers of a device; the address, or NULL without memory. Early: the boot pool's tables are
 * used. */
void *arm_map_registers(paddr_t base, uint64_t size);
/* Clean n bytes to the point of coherency, for a CPU that starts with its MMU off. */
void arm_clean(const void *start, size_t n);

/* mmu/tlb.c */
void arm_tlb_init(void);
void arm_tlb_ipi(void);

/* thread/ */
struct hal_regs;
void arm_fpu_trap(struct hal_regs *regs);
void arm_fpu_forget(struct hal_thread *thread);
void arm_fpu_save_now(void);
void arm_fpu_switch(struct hal_thread *prev, struct hal_thread *next);
void arm_keys_boot(void);
void arm_keys_exec(struct hal_thread *thread);
void arm_keys_switch(const struct hal_thread *next);
void arm_step_switch(const struct hal_thread *prev, const struct hal_thread *next);

/* irq/ */
void arm_irq_init(void);
void arm_irq_init_cpu(struct hal_cpu *cpu);
/* Number of the line of interrupt i of a node, or HAL_IRQ_NONE. */
unsigned int arm_irq_of(const struct dt_node *node, unsigned int i);
void arm_irq_enable_private(unsigned int id);

/* time/ */
void arm_time_init(void);
void arm_timer_init_cpu(void);
bool arm_timer_irq(unsigned int id);
void arm_rtc_init(void);

/* debug/ */
void arm_debug_uart(volatile void *registers);
void arm_psci_init(void);
long arm_psci(unsigned long function, unsigned long a, unsigned long b, unsigned long c);

#define PSCI_SYSTEM_OFF	  0x84000008
#define PSCI_SYSTEM_RESET 0x84000009
#define PSCI_CPU_ON	  0xc4000003

#endif
