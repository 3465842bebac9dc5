/* SPDX-License-Identifier: MIT */
/*
 * hal/thread.h - the machine's half of a thread: kernel stack, saved registers, TLS pointer,
 * FP/SIMD state.
 *
 * struct hal_thread (in <hal_arch/thread.h>) is embedded as the FIRST member of core's struct
 * thread. Core may touch two of its fields, which every port has under the same name:
 *   unsigned int work;   reasons to call core_return_to_user() before user mode is entered; set and cleared with atomic builtins
 *   void *fpu;           hal_fpu_size() bytes aligned to 64, given by core for user threads, NULL for kernel threads
 *
 * A kernel stack is HAL_STACK_SIZE bytes, lies in the upper half of a window of 2 * HAL_STACK_SIZE
 * aligned to that size, and the lower half is unmapped: `sp & HAL_STACK_SIZE` is therefore set for
 * every valid kernel sp but the very top, and the entry code from kernel mode tests that bit of
 * (sp - frame) before it stores anything. The user register frame (struct hal_regs) lies at the
 * very top.
 */
#ifndef HAL_THREAD_H
#define HAL_THREAD_H

#include <hal/types.h>
#include <hal_arch/arch.h>
#include <hal_arch/thread.h>

struct hal_regs;

/* Bytes of FP/SIMD save area per user thread (x86: XSAVE area by CPUID). Constant after boot. */
size_t hal_fpu_size(void);

/* Prepare a kernel thread that first runs core_thread_begin(prev), then entry(arg), which must not
 * return. stack: lowest address. */
void hal_thread_init(struct hal_thread *thread, void *stack, void (*entry)(void *), void *arg);

/* The first call adopts the running boot context (stack is not used); the others prepare the
 * contexts that secondary CPUs will start on, as thread. */
void hal_thread_init_idle(struct hal_thread *thread, void *stack);

/*
 * Prepare child as a copy of the running user thread: it first runs core_thread_begin(prev), then
 * returns to user mode from the present system call with result 0. sp 0 keeps the parent's stack
 * pointer; set_tls says whether tls, a valid one, replaces the parent's TLS pointer. The FP state is copied into
 * child->fpu. Context: the parent, in a system call.
 */
void hal_thread_fork(struct hal_thread *child, void *stack, vaddr_t sp, bool set_tls,
		     unsigned long tls);

/*
 * Prepare thread, made by hal_thread_init() with a stack, so that a kernel thread (init) or the
 * current thread after execve enters user mode: resets all user registers, FP state and TLS of the
 * CURRENT thread; takes effect at the next return to user mode. The frame does not look like a
 * system call's afterwards.
 */
void hal_thread_exec(vaddr_t pc, vaddr_t sp);

/* From a kernel thread that called hal_thread_exec(): go to user mode (through the normal return
 * path: core_return_to_user runs if work is set). */
__noreturn void hal_thread_enter_user(void);

/*
 * Switch from prev (the running thread) to next; returns, when prev runs again, the thread that
 * ran before it. Saves and restores FP state, TLS and per-CPU stack pointers; does not touch the
 * address space (hal_space_activate). Interrupts off.
 */
struct hal_thread *hal_thread_switch(struct hal_thread *prev, struct hal_thread *next);

/* The user register frame of a user thread that is in the kernel. */
struct hal_regs *hal_thread_regs(struct hal_thread *thread);

/* The TLS pointer (FS base, TPIDR_EL0, tp) of the current thread. */
void hal_thread_set_tls(unsigned long tls);
unsigned long hal_thread_get_tls(void);

/*
 * System calls that only one machine has. The master table names them with their numbers for that
 * machine only, so a port that lacks one is never asked; it answers -ENOSYS all the same. args:
 * the six system call arguments. May sleep.
 */
enum hal_private_call {
	HAL_CALL_ARCH_PRCTL, /* x86_64: ARCH_{SET,GET}_{FS,GS}, ARCH_CPUID refused as Linux without the feature */
	HAL_CALL_RISCV_FLUSH_ICACHE, /* riscv64 */
	HAL_CALL_RISCV_HWPROBE,	     /* riscv64 */
};
long hal_private_call(enum hal_private_call which, const unsigned long *args);

/*
 * Inline half, <hal_arch/thread.h>:
 *   struct hal_thread
 *   struct hal_thread *hal_thread_current(void);   the running thread; any context
 *   bool hal_tls_valid(unsigned long tls);         may the TLS pointer be that?
 */

#endif
