/* SPDX-License-Identifier: MIT */
/* arm64/trap.h - what trap/entry.S and the C files have between them. */
#ifndef ARM64_TRAP_H
#define ARM64_TRAP_H

#include <arm64/regs.h>
#include <hal/thread.h>

/* Called by entry.S. */
void arm_trap_user(struct hal_regs *regs);
void arm_trap_kernel(struct hal_regs *regs);
void arm_trap_error(struct hal_regs *regs);
void arm_trap_overflow(struct hal_regs *regs);
void arm_irq(struct hal_regs *regs);

/* Of entry.S and switch.S: where threads begin (never called), and the way to user mode. */
extern const char arm_vectors_plain[], arm_vectors_pac[];
extern const char arm_thread_to_user_plain[], arm_thread_to_user_pac[], arm_thread_begin[];
_Noreturn void arm_enter_user_plain(struct hal_regs *regs);
_Noreturn void arm_enter_user_pac(struct hal_regs *regs);
struct hal_thread *arm_switch(struct hal_thread *prev, struct hal_thread *next);
_Noreturn void arm_thread_run(void (*entry)(void *), void *arg);

/* The thread whose user frame this is: the lowest word of a user thread's kernel stack names it. */
static inline struct hal_thread *arm_stack_owner(const struct hal_regs *regs)
{
	return *(struct hal_thread **)((vaddr_t)regs & ~(vaddr_t)(HAL_STACK_SIZE - 1));
}

/* The kernel's own key A for instructions: low, high. */
extern uint64_t arm_kernel_key[2];

/* Reading an ID register from user mode, which traps: as Linux, show what programs may know. True:
 * done. */
bool arm_emulate_sysreg(struct hal_regs *regs);

#endif
