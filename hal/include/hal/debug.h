/* SPDX-License-Identifier: MIT */
/* hal/debug.h - the last resort: output, register dumps and power-off that work in any context,
 * with any lock held. */
#ifndef HAL_DEBUG_H
#define HAL_DEBUG_H

#include <hal/types.h>

struct hal_regs;

/* Write n bytes to the emergency serial port, polled; '\n' becomes CR LF. Lock-free, allocates
 * nothing, any context from the first C line of boot. */
void hal_debug_write(const char *text, size_t n);

/* Call line(text) for each line of a register dump (general, control and fault registers, as names
 * and hex). Any context. */
void hal_regs_dump(const struct hal_regs *regs, void (*line)(const char *text));

/* Collect up to max return addresses: of the interrupted context (regs not NULL) or of the caller.
 * Follows frame pointers only within known kernel stacks; never faults. Returns the count. Any
 * context. */
unsigned int hal_backtrace(const struct hal_regs *regs, vaddr_t *pcs, unsigned int max);

/* What the machine calls the exception in regs ("page fault", "undefined instruction") for the
 * panic text; NULL when it is none. */
const char *hal_regs_cause(const struct hal_regs *regs);

/* Power the machine off, or restart it. code: 0 is a normal end; else it is passed to the host
 * where the machine has a way (QEMU's debug exit, test finisher). Any context; do not return. */
__noreturn void hal_power_off(int code);
__noreturn void hal_reboot(void);

#endif
