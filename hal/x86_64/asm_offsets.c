// SPDX-License-Identifier: MIT
// Constants of C for the port's assembly.

#include <common/asm_offsets.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>

ASM_OFFSETS_BEGIN
CONSTANT(STACK_SIZE, HAL_STACK_SIZE)
CONSTANT(USER_END, HAL_USER_END_)
OFFSET(REGS_RBX, struct hal_regs, rbx)
OFFSET(REGS_RDI, struct hal_regs, rdi)
OFFSET(REGS_RSI, struct hal_regs, rsi)
OFFSET(REGS_RDX, struct hal_regs, rdx)
OFFSET(REGS_R10, struct hal_regs, r10)
OFFSET(REGS_R8, struct hal_regs, r8)
OFFSET(REGS_R9, struct hal_regs, r9)
OFFSET(REGS_RAX, struct hal_regs, rax)
OFFSET(REGS_VECTOR, struct hal_regs, vector)
OFFSET(REGS_RIP, struct hal_regs, rip)
OFFSET(REGS_CS, struct hal_regs, cs)
OFFSET(REGS_RFLAGS, struct hal_regs, rflags)
OFFSET(REGS_RSP, struct hal_regs, rsp)
CONSTANT(REGS_SIZE, sizeof(struct hal_regs))
OFFSET(CPU_CURRENT, struct hal_cpu, head.current)
OFFSET(CPU_USER_SP, struct hal_cpu, user_sp)
OFFSET(CPU_STACK_TOP, struct hal_cpu, stack_top)
OFFSET(CPU_IRQ_STACK, struct hal_cpu, irq_stack)
OFFSET(THREAD_WORK, struct hal_thread, work)
OFFSET(THREAD_SP, struct hal_thread, sp)
ASM_OFFSETS_END
