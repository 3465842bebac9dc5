/* SPDX-License-Identifier: MIT */
/* x86_64/boot.h - boot/start.S, and what calls back from it. */
#ifndef X86_64_BOOT_H
#define X86_64_BOOT_H

#include <stdint.h>

__attribute__((noreturn)) void boot_start(uint32_t magic, uint32_t address);
__attribute__((noreturn)) void ap_start(unsigned int id);

/* Find the other CPUs in the MADT. */
void smp_boot(void);
/* The emergency serial port. */
void debug_boot(void);

extern char boot_stack_top[], boot_irq_stack_top[], boot_emergency_stack_top[];
extern char boot_pml4[];
extern char trampoline_start[], trampoline_end[], trampoline_gdtr[], trampoline_far[],
	trampoline_root[];
extern char trampoline_gdt[], trampoline_entry[], trampoline64[];
extern char ap_high[];

/* Read by ap_high. */
extern uint64_t ap_stack;
extern unsigned int ap_number;

#endif
