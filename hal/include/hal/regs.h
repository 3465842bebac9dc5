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

/* Did the frame come from user mode? */
bool hal_regs_user(const struct hal_regs *regs);

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

/*
 * The register sets of the current thread, a user's, as the notes of Linux's core dumps show them:
 * the i-th, from 0. First the general registers, then those of floating point, then what only this
 * machine has. Returns its size and in *type its note's (NT_*); it is stored unless buf is NULL. 0:
 * there is none. Interrupts on; does not sleep.
 */
size_t hal_regset_get(unsigned int i, uint32_t *type, void *buf);
#define HAL_NT_PRSTATUS 1u
#define HAL_NT_PRFPREG	2u

#endif
