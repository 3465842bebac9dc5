/* SPDX-License-Identifier: MIT */
/* hal/cpu.h - this processor, the other processors, and interrupts on and off. */
#ifndef HAL_CPU_H
#define HAL_CPU_H

#include <hal/types.h>

/* Why one CPU interrupts another; the receiver's HAL calls core_ipi(kind) (SHOOTDOWN is handled
 * inside the HAL). */
enum hal_ipi {
	HAL_IPI_RESCHED, /* look at your run queue */
	HAL_IPI_CALL,	 /* run your queue of cross-CPU calls */
	HAL_IPI_STOP,	 /* stop for a panic: park with interrupts off, never return */
	HAL_IPI_TLB,	 /* HAL's own: TLB shootdown; never reaches core */
	HAL_IPI_COUNT
};

/*
 * Start CPU number cpu (1 .. cpu_count-1; 0 is the boot CPU). thread is the idle thread it begins
 * on (initialised by hal_thread_init_idle); irq_stack and emergency_stack are the tops of two
 * stacks of HAL_STACK_SIZE with guards below. Returns 0 when the start was requested, -EIO when
 * the machine refuses; the CPU then enters core_secondary(cpu). Context: boot CPU, interrupts on
 * or off.
 */
struct hal_thread;
__must_check int hal_cpu_start(unsigned int cpu, struct hal_thread *thread, void *irq_stack,
			       void *emergency_stack);

/* Attach core's per-CPU block to the running CPU; hal_cpu_local() returns it from then on. */
void hal_cpu_set_local(void *local);

/* Send an IPI. Any context, any lock; returns without waiting. Sending to oneself is allowed. */
void hal_ipi_send(unsigned int cpu, enum hal_ipi kind);

/* Enable interrupts and sleep until one came, with no window in which a wake-up is lost. Entered
 * with interrupts off; returns with them off, after pending interrupts were handled. */
void hal_cpu_idle(void);

/* Stop this CPU for good: interrupts off, lowest power. Any context. */
__noreturn void hal_cpu_park(void);

/* Fill buf with up to n bytes of hardware randomness; returns how many were had (0 when the
 * machine has no source). Any context. */
size_t hal_entropy(void *buf, size_t n);

/* Write the /proc/cpuinfo record of this machine's CPU cpu, as Linux prints it there, into buf (n
 * bytes); returns the length. */
size_t hal_cpu_describe(unsigned int cpu, char *buf, size_t n);

/* AT_HWCAP (which 0), AT_HWCAP2 (which 1): only features whose state Tern switches or that it
 * emulates. */
unsigned long hal_hwcap(unsigned int which);

/* AT_PLATFORM's string ("x86_64", "aarch64") or NULL where Linux gives none (riscv64). */
const char *hal_platform(void);

/*
 * Inline half, <hal_arch/cpu.h>:
 *   unsigned int hal_cpu_id(void);             number of this CPU, 0-based; stable as long as the caller does not sleep
 *   void *hal_cpu_local(void);                 what hal_cpu_set_local() set
 *   void hal_cpu_relax(void);                  a pause in a spin loop
 *   bool hal_irq_enabled(void);                are interrupts on
 *   void hal_irq_enable(void), hal_irq_disable(void);
 *   unsigned long hal_irq_save(void);          turn interrupts off, return what hal_irq_restore() needs
 *   void hal_irq_restore(unsigned long flags);
 */
#include <hal_arch/cpu.h>

#endif
