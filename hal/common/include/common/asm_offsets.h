/* SPDX-License-Identifier: MIT */
/*
 * For hal/<arch>/asm_offsets.c only: constants of C handed to assembly, which includes the
 * generated <asm_offsets.h>.
 *
 *   ASM_OFFSETS_BEGIN
 *   OFFSET(REGS_PC, struct hal_regs, pc)
 *   CONSTANT(REGS_SIZE, sizeof(struct hal_regs))
 *   ASM_OFFSETS_END
 */
#ifndef COMMON_ASM_OFFSETS_H
#define COMMON_ASM_OFFSETS_H

#include <stddef.h>

#define ASM_OFFSETS_BEGIN       \
	void asm_offsets(void); \
	void asm_offsets(void)  \
	{
#define ASM_OFFSETS_END }

#define CONSTANT(name, value) \
	__asm__ volatile("\n.ascii \"->" #name " %c0\"" : : "i"((long)(value)));
#define OFFSET(name, type, member) CONSTANT(name, offsetof(type, member))

#endif
