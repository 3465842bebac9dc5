/* SPDX-License-Identifier: MIT */
/* x86_64/thread.h - thread/switch.S. */
#ifndef X86_64_THREAD_H
#define X86_64_THREAD_H

#include <hal/types.h>

struct hal_regs;
struct hal_thread;

struct hal_thread *thread_switch_stacks(struct hal_thread *prev, struct hal_thread *next);
void thread_begin_kernel(void);
void thread_begin_user(void);
__attribute__((noreturn)) void thread_enter_user(struct hal_regs *regs);
/* thread.c: the running thread's GS base. Any context but an NMI's. */
uint64_t thread_user_gs(void);

#endif
