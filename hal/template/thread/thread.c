// SPDX-License-Identifier: MIT
// template: first contexts, fork, exec, TLS, FP state.

#include <core/upcall.h>
#include <hal/debug.h>
#include <hal/thread.h>

#define ENOSYS 38

size_t hal_fpu_size(void)
{
	return 0;
}

void hal_thread_init(struct hal_thread *thread, void *stack, void (*entry)(void *), void *arg)
{
	// FILL IN: a frame at the top of the stack, below it what hal_thread_switch() restores.
	(void)thread;
	(void)stack;
	(void)entry;
	(void)arg;
}

void hal_thread_init_idle(struct hal_thread *thread, void *stack)
{
	// FILL IN: the first call makes thread the current one of the boot CPU.
	(void)stack;
	template_current = thread;
}

void hal_thread_fork(struct hal_thread *child, void *stack, vaddr_t sp, bool set_tls,
		     unsigned long tls)
{
	// FILL IN: copy the frame (result 0, not in a system call) and the FP state.
	(void)child;
	(void)stack;
	(void)sp;
	(void)set_tls;
	(void)tls;
}

void hal_thread_exec(vaddr_t pc, vaddr_t sp)
{
	// FILL IN: all registers zero, clean FP state, TLS 0.
	(void)pc;
	(void)sp;
}

__noreturn void hal_thread_enter_user(void)
{
	// FILL IN, in switch.S.
	hal_power_off(0);
}

struct hal_thread *hal_thread_switch(struct hal_thread *prev, struct hal_thread *next)
{
	// FILL IN, in switch.S.
	template_current = next;
	return prev;
}

struct hal_regs *hal_thread_regs(struct hal_thread *thread)
{
	return thread->regs;
}

void hal_thread_set_tls(unsigned long tls)
{
	(void)tls;
}

unsigned long hal_thread_get_tls(void)
{
	return 0;
}

long hal_private_call(enum hal_private_call which, const unsigned long *args)
{
	(void)which;
	(void)args;
	return -ENOSYS;
}
