/* SPDX-License-Identifier: MIT */
/* core/upcall.h - everything a HAL may call in core, besides core/lib/{list,string}.h, printk and
 * panic. */
#ifndef CORE_UPCALL_H
#define CORE_UPCALL_H

#include <hal/cpu.h>
#include <hal/types.h>

struct hal_regs;
struct hal_thread;

/* The kernel begins: boot CPU, on its first idle stack, interrupts off. */
__noreturn void core_main(void);

/* CPU cpu begins, on the idle thread given to hal_cpu_start(), interrupts off. */
__noreturn void core_secondary(unsigned int cpu);

/* First code of every new thread: finish the switch from prev. Interrupts off on entry; on return
 * the HAL goes on to entry(arg), with interrupts on, or to user mode. */
void core_thread_begin(struct hal_thread *prev);

/* A system call: nr as in the machine's call register, args the six argument registers inside
 * regs. Interrupts on. The result is stored by the HAL. rt_sigreturn and execve rewrite regs; then
 * hal_regs_in_syscall() is false and the result is NOT stored. */
long core_syscall(struct hal_regs *regs, unsigned long nr, const unsigned long *args);

/* An access fault by user code, or by a (pageable) user copy in the kernel. address is untagged.
 * Interrupts on (the HAL enables them, after saving what the fault registers said). True: repeat
 * the access. False in kernel mode: the HAL makes the copy stop. In user mode core has sent the
 * signal and returns true. */
enum {
	CORE_FAULT_WRITE = 1,
	CORE_FAULT_EXEC = 2,
	CORE_FAULT_USER = 4 /* user mode, not a user copy */
};
bool core_fault(struct hal_regs *regs, vaddr_t address, unsigned int what);

/* Any other exception of user mode: send Linux signal sig with si_code code and si_addr address.
 * Interrupts on. */
void core_trap(struct hal_regs *regs, int sig, int code, vaddr_t address);

/* An exception in kernel mode that nothing fixes up, a stack overflow, a kCFI violation: report
 * regs and die. Any context. */
__noreturn void core_kernel_trap(struct hal_regs *regs, const char *what, vaddr_t address);

/* Interrupt context, on the interrupt stack, interrupts off. */
void core_irq(unsigned int irq);
void core_timer(bool user); /* user: the interrupt came from user mode */
void core_ipi(enum hal_ipi kind);

/* Other processors are made to flush their TLBs, by whatever means. For the statistics. */
void core_tlb_remote(void);

/* About to enter user mode with hal_thread.work non-zero: reschedule, deliver signals, ...
 * Interrupts on; the HAL turns them off afterwards, looks at work again, and calls again if it is
 * set. */
void core_return_to_user(struct hal_regs *regs);

/* In a long loop of a private system call: lets others run. False: the thread is being killed, the call
 * is to return -EINTR. May sleep. */
bool core_go_on(void);

/* A zeroed page for a page table, or 0 when there is none. Does not sleep. And its release, all
 * zero again, after a grace period. */
paddr_t core_table_alloc(void);
void core_table_free(paddr_t table);

/* The kernel log (any context; see core/printk.h) and the end. */
__printf(1, 2) void printk(const char *format, ...);
__noreturn __printf(1, 2) void panic(const char *format, ...);

#endif
