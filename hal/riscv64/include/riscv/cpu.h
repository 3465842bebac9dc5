/* SPDX-License-Identifier: MIT */
/* riscv/cpu.h - the port's own block per CPU, CSR access, and what its files tell each other. */
#ifndef RISCV_CPU_H
#define RISCV_CPU_H

#include <hal/boot.h>
#include <hal/cpu.h>
#include <hal/mmu.h>
#include <hal/thread.h>
#include <riscv/regs.h>

struct hal_cpu {
	void *irq_stack; /* tops */
	void *emergency_stack;
	struct hal_thread
		*fpu_owner; /* whose state the FP registers hold, if its fpu_cpu is this CPU */
	unsigned int id;
	unsigned int ipis; /* 1 << kind for each that was sent; atomic */
	unsigned long hartid;
	unsigned int plic_context;
	unsigned long published;  /* riscv_kernel_published, when it last fenced for that */
	struct hal_space *space;  /* active; NULL: the kernel's own */
	struct hal_thread *first; /* a secondary's idle thread */
} __aligned_to(HAL_CACHE_LINE);

extern struct hal_cpu riscv_cpus[HAL_MAX_CPUS];
extern unsigned int riscv_cpu_total; /* CPUs that can be started */
extern uint64_t riscv_cpus_online;   /* CPUs that run; atomic */

static inline struct hal_cpu *this_cpu(void)
{
	return hal_thread_current()->hal;
}

#define csr_read(name)                                                              \
	({                                                                          \
		unsigned long csr_value;                                            \
		__asm__ volatile("csrr %0, " #name : "=r"(csr_value) : : "memory"); \
		csr_value;                                                          \
	})
#define csr_write(name, value) \
	__asm__ volatile("csrw " #name ", %0" : : "rK"((unsigned long)(value)) : "memory")
#define csr_set(name, value) \
	__asm__ volatile("csrs " #name ", %0" : : "rK"((unsigned long)(value)) : "memory")
#define csr_clear(name, value) \
	__asm__ volatile("csrc " #name ", %0" : : "rK"((unsigned long)(value)) : "memory")

/* boot/boot.c */
__noreturn void riscv_boot(unsigned long hartid, paddr_t tree, paddr_t image);
__noreturn void riscv_boot_secondary(struct hal_cpu *cpu);
extern char __kernel_start[], __text_start[], __text_end[], __rodata_start[], __rodata_end[],
	__data_start[], __kernel_end[];
bool riscv_option(
	const char *name,
	const char *value); /* does the command line have name=value (name alone: value NULL) */

/* boot/cpus.c */
void riscv_cpus_init(unsigned long boot_hartid);
bool riscv_isa_has(const char *name);		      /* a letter, or an extension's name */
unsigned long riscv_machine_id(unsigned int which);   /* mvendorid, marchid, mimpid */
unsigned int riscv_cpu_of_hart(unsigned long hartid); /* HAL_MAX_CPUS: none of ours */
void riscv_ipi_handle(void);

/* mmu/mmu.c */
void riscv_mmu_init(struct hal_boot_info *info);
void riscv_mmu_cpu_init(void);
volatile void *riscv_map_device(paddr_t pa, uint64_t size);
extern unsigned long riscv_kernel_satp;

/* mmu/tlb.c */
void riscv_asid_init(unsigned int bits);
extern unsigned long riscv_kernel_published; /* how often kernel entries were added; atomic */
/* Did a load or store at va fault only because the hart had not seen the kernel's entry? It does now. */
bool riscv_kernel_spurious(vaddr_t va);

/* mmu/user.S and user.c: the fixup for a fault at pc in a user copy; 0: none. */
vaddr_t riscv_user_fixup(vaddr_t pc);

/* irq/plic.c */
void riscv_plic_init(void);
void riscv_plic_cpu_init(void);
void riscv_plic_handle(void);

/* time/time.c */
void riscv_time_init(void);
void riscv_time_cpu_init(void);
uint64_t riscv_time_frequency(void);
void riscv_rtc_init(paddr_t pa);

/* thread/fpu.S and fpu.c */
void riscv_fpu_save(void *fpu);
void riscv_fpu_load(const void *fpu);
bool riscv_fpu_first_use(struct hal_regs *regs); /* an illegal instruction with FS off: load the
						    state and try again */
void riscv_fpu_store(struct hal_regs *regs);	 /* make current's fpu memory current */
void riscv_fpu_forget(
	struct hal_regs *regs); /* current's fpu memory was written: the registers are stale */

/* boot/devices.c */
void riscv_devices_init(void);

/* debug/serial.c */
void riscv_debug_init(void);
uint8_t riscv_uart_in(unsigned int reg);
void riscv_uart_out(unsigned int reg, uint8_t value);
extern unsigned int riscv_uart_irq; /* HAL_IRQ_NONE: there is no 16550, or it has no line */

/* trap */
void riscv_trap_init(void);
extern char riscv_trap_vector[];

#endif
