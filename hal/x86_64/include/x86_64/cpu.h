/* SPDX-License-Identifier: MIT */
/* x86_64/cpu.h - the per-CPU block, control registers and MSRs, and what the CPU can do. */
#ifndef X86_64_CPU_H
#define X86_64_CPU_H

#include <hal/cpu.h>
#include <hal/mmu.h>
#include <hal/thread.h>

#define GDT_TSS 8 /* index; two entries */
#define GDT_NUMBER \
	15 /* index; its limit is the CPU's number: the vDSO's getcpu reads it with LSL, as on \
	      Linux */
#define GDT_ENTRIES 16

#define IST_DF	1
#define IST_NMI 2
#define IST_MC	3
#define IST_DB	4

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t ist[8]; /* [0] reserved */
	uint64_t reserved2;
	uint16_t reserved3, iomap_base;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "the CPU's layout");

#define PCID_SLOTS 6

struct hal_cpu {
	struct hal_cpu_head head;
	/* for trap/entry.S */
	uint64_t user_sp;	  /* scratch of the system-call entry */
	uint64_t stack_top;	  /* of the current thread */
	uint64_t irq_stack;	  /* top */
	uint64_t emergency_stack; /* top: #DF, NMI, #MC, #DB in parts */

	uint32_t apic_id;
	bool online;		      /* atomic */
	struct hal_thread *idle;      /* where a secondary CPU begins */
	uint64_t timer_deadline;      /* ns; UINT64_MAX: none */
	struct hal_thread *fpu_owner; /* whose FP state the registers hold */

	/* mmu/tlb.c */
	struct hal_space *space; /* loaded; NULL: the kernel's own */
	unsigned int pcid;	 /* slot in use */
	unsigned int pcid_next;	 /* slot to evict */
	struct {
		uint64_t space_id;
		uint64_t generation;
	} slots[PCID_SLOTS];
	uint64_t tlb_senders; /* atomic: CPUs that want something flushed here */

	uint64_t gdt[GDT_ENTRIES];
	struct tss tss;
} __aligned_to(64);

extern struct hal_cpu cpus[HAL_MAX_CPUS];
extern unsigned int cpu_count;

static inline struct hal_cpu *this_cpu(void)
{
	return (struct hal_cpu *)(void *)x86_head_read_(struct hal_cpu_head *, self);
}

/* What CPUID says, once, of the boot CPU. */
struct cpu_features {
	bool smep, smap, umip, fsgsbase, pcid, invpcid, x2apic, tsc_deadline, invariant_tsc,
		hypervisor, tcg;
	bool rdrand, rdseed, rdtscp, xsave, gib_pages;
	uint32_t edx1; /* AT_HWCAP */
};
extern struct cpu_features cpu_features;

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

#define MSR_APIC_BASE	   0x1b
#define MSR_TSC_DEADLINE   0x6e0
#define MSR_PAT		   0x277
#define MSR_X2APIC	   0x800
#define MSR_EFER	   0xc0000080
#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_CSTAR	   0xc0000083
#define MSR_SFMASK	   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX	   0xc0000103

#define EFER_SCE 0x001ul
#define EFER_NXE 0x800ul

#define CR0_MP 0x00000002ul
#define CR0_EM 0x00000004ul
#define CR0_TS 0x00000008ul
#define CR0_NE 0x00000020ul
#define CR0_WP 0x00010000ul
#define CR0_AM 0x00040000ul

#define CR4_MCE	       0x00040ul
#define CR4_PGE	       0x00080ul
#define CR4_OSFXSR     0x00200ul
#define CR4_OSXMMEXCPT 0x00400ul
#define CR4_UMIP       0x00800ul
#define CR4_FSGSBASE   0x10000ul
#define CR4_PCIDE      0x20000ul
#define CR4_OSXSAVE    0x40000ul
#define CR4_SMEP       0x100000ul
#define CR4_SMAP       0x200000ul

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

#define DEFINE_CR(n)                                                                \
	static inline uint64_t read_cr##n(void)                                     \
	{                                                                           \
		uint64_t value;                                                     \
		__asm__ volatile("movq %%cr" #n ", %0" : "=r"(value) : : "memory"); \
		return value;                                                       \
	}                                                                           \
	static inline void write_cr##n(uint64_t value)                              \
	{                                                                           \
		__asm__ volatile("movq %0, %%cr" #n : : "r"(value) : "memory");     \
	}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	/* Not before what precedes it. */
	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* ---- between the port's own files ---- */

/* boot/cpu.c: descriptor tables, control registers and MSRs of CPU number id, which runs this; its
 * block has the interrupt and emergency stacks. */
void cpu_detect(void);
void cpu_setup(unsigned int id);
void cpu_set_stack(struct hal_cpu *cpu, uint64_t top);
/* boot/smp.c: the page below 1 MiB for the trampoline. */
void smp_reserve(paddr_t page);

/* mmu/boot.c: the final page tables, from RAM at [pool, end); the first page not used is returned.
 */
paddr_t mmu_boot(paddr_t pool, paddr_t end);
size_t mmu_boot_pages(void);
/* Map device registers or firmware tables for good, before core's allocators work; NULL when the
 * window is full. */
void *mmu_fixmap(paddr_t pa, size_t n, bool device);
extern paddr_t kernel_root;
/* Copy the kernel's half of the top-level table. */
void mmu_fill_kernel_half(uint64_t *root);

/* mmu/tlb.c */
/* Patch instructions the CPU does not have, while text is writable. */
void mmu_patch(void);
void tlb_cpu_setup(struct hal_cpu *cpu);
void tlb_ipi(void);

/* thread/fpu.c */
void fpu_detect(void);
void fpu_cpu_setup(void);
void fpu_save(void *area);
void fpu_restore(const void *area);

/* irq/apic.c, irq/ioapic.c */
void apic_boot(void);
void apic_cpu_setup(void);
uint32_t apic_id(void);
void apic_eoi(void);
/* ICR: destination APIC id and command */
void apic_command(uint32_t destination, uint32_t command);
void apic_timer_setup(void);
void ioapic_boot(void);
/* The line of an ISA interrupt, with ACPI's overrides. */
unsigned int ioapic_isa_line(unsigned int isa);

/* time/time.c */
void time_boot(void);
void time_check_warp(void);
void time_timer_interrupt(bool user);
uint64_t time_tsc_khz(void);
void time_delay_us(unsigned int us);

#endif
