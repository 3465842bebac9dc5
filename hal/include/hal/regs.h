/* SPDX-License-Identifier: MIT */
/*
 * hal/regs.h - the saved registers of user or kernel code that was interrupted. Incomplete above
 * the HAL.
 *
 * A frame made by a system call remembers its number and the original first argument apart from
 * the return value register, so that the call can be restarted. The six arguments are contiguous
 * in the frame: core_syscall gets a pointer to them.
 */
#ifndef HAL_REGS_H
#define HAL_REGS_H

#include <hal/types.h>

struct hal_regs;

vaddr_t hal_regs_pc(const struct hal_regs *regs);
vaddr_t hal_regs_sp(const struct hal_regs *regs);
void hal_regs_set_pc(struct hal_regs *regs, vaddr_t pc);
void hal_regs_set_sp(struct hal_regs *regs, vaddr_t sp);

/* Did the frame come from user mode? */
bool hal_regs_user(const struct hal_regs *regs);
/* Were interrupts on in the interrupted context? */
bool hal_regs_irqs_on(const struct hal_regs *regs);

/* Is the frame inside a system call (not an exception or interrupt, not after sigreturn or exec)?
 */
bool hal_regs_in_syscall(const struct hal_regs *regs);
/* Forget that it is: no restart any more. */
void hal_regs_leave_syscall(struct hal_regs *regs);
/* Number and arguments of the system call in progress (i 0..5; arg 0 is the original one). Only if
 * hal_regs_in_syscall(). */
long hal_regs_syscall(const struct hal_regs *regs);
unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i);
/* The system call's result. */
long hal_regs_result(const struct hal_regs *regs);
void hal_regs_set_result(struct hal_regs *regs, long result);

/* Make the frame execute its system call instruction again: with the same number and first
 * argument, or (nr >= 0) as system call nr (restart_syscall). */
void hal_regs_restart(struct hal_regs *regs, long nr);

/* Single-step user code; returns -EOPNOTSUPP where the machine cannot (riscv64). */
__must_check int hal_regs_single_step(struct hal_regs *regs, bool on);

/* Linux's NT_PRSTATUS register set: copy into buf (hal_regset_size() bytes), or set from it,
 * sanitised. */
size_t hal_regset_size(void);
void hal_regset_get(const struct hal_regs *regs, void *buf);
void hal_regset_set(struct hal_regs *regs, const void *buf);

#endif
