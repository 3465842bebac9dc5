// SPDX-License-Identifier: MIT
// Offsets and sizes for this port's assembly.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <common/asm_offsets.h>

ASM_OFFSETS_BEGIN
CONSTANT(REGS_SIZE, sizeof(struct hal_regs))
OFFSET(REGS_LR_SP, struct hal_regs, x[30])
OFFSET(REGS_SP, struct hal_regs, sp)
OFFSET(REGS_PC, struct hal_regs, pc)
OFFSET(REGS_FIRST, struct hal_regs, first)
OFFSET(REGS_FLAGS, struct hal_regs, flags)
OFFSET(REGS_SYNDROME, struct hal_regs, syndrome)
OFFSET(REGS_RECORD, struct hal_regs, record)
OFFSET(THREAD_WORK, struct hal_thread, work)
OFFSET(THREAD_LOCAL, struct hal_thread, local)
OFFSET(THREAD_CPU, struct hal_thread, cpu)
OFFSET(THREAD_HAL, struct hal_thread, hal)
OFFSET(THREAD_TLS, struct hal_thread, tls)
OFFSET(THREAD_SAVED, struct hal_thread, saved)
OFFSET(THREAD_FAULT, struct hal_thread, fault_address)
OFFSET(THREAD_KEYS, struct hal_thread, keys)
OFFSET(CPU_IRQ_STACK, struct hal_cpu, irq_stack)
OFFSET(CPU_EMERGENCY_STACK, struct hal_cpu, emergency_stack)
OFFSET(CPU_IDLE, struct hal_cpu, idle)
CONSTANT(STACK_SHIFT, HAL_STACK_SHIFT)
CONSTANT(STACK_SIZE, HAL_STACK_SIZE)
CONSTANT(IMAGE_BASE, HAL_IMAGE_BASE)
ASM_OFFSETS_END
