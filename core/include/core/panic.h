/* SPDX-License-Identifier: MIT */
/* core/panic.h - the end of the kernel: one report through the emergency path, then power off (or
 * stay, with panic=halt). */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

#include <core/upcall.h>

/* HAL_IPI_STOP: this CPU stops because another one panicked. */
__noreturn void panic_stop_here(void);

/* A report is under way: printk writes through, locks are not waited for. */
bool panicking(void);

/* core/mm: call line for each mapping near address of a thread that has memory. No locks. */
struct thread;
void panic_show_memory(struct thread *thread, vaddr_t address, void (*line)(const char *text));

#endif
