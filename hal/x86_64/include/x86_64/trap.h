/* SPDX-License-Identifier: MIT */
/* x86_64/trap.h - the C half of trap/entry.S. */
#ifndef X86_64_TRAP_H
#define X86_64_TRAP_H

struct hal_regs;

/* Called by trap/entry.S. */
void trap_user_fault(struct hal_regs *regs);
void trap_user(struct hal_regs *regs);
void trap_kernel_fault(struct hal_regs *regs);
void trap_kernel(struct hal_regs *regs);
void trap_paranoid(struct hal_regs *regs);
void trap_interrupt(struct hal_regs *regs);
void trap_return(struct hal_regs *regs);

/* From now on an NMI means HAL_IPI_STOP. */
void trap_stop_others(void);

/* trap/entry.S */
extern const char trap_stubs[256][16];
void syscall_entry(void);
void user_return(void);

#endif
