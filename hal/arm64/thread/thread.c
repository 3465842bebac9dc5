// SPDX-License-Identifier: MIT
// hal/thread.h: making threads, and what a switch does besides exchanging stacks.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/user.h>

enum { SAVED_X19, SAVED_X20, SAVED_SP = 11, SAVED_PC = 12 };

static void set_stack(struct hal_thread *thread, void *stack, const char *pc)
{
	*(struct hal_thread **)stack = thread; // arm_stack_owner()
	thread->regs = (struct hal_regs *)((char *)stack + HAL_STACK_SIZE) - 1;
	thread->flags = 0;
	thread->tls = 0;
	thread->saved[SAVED_SP] = (unsigned long)thread->regs;
	thread->saved[SAVED_PC] = (unsigned long)pc;
	thread->fpu_cpu = ~0u;
}

void hal_thread_init(struct hal_thread *thread, void *stack, void (*entry)(void *), void *arg)
{
	set_stack(thread, stack, arm_thread_begin);
	thread->saved[SAVED_X19] = (unsigned long)entry;
	thread->saved[SAVED_X20] = (unsigned long)arg;
}

__noreturn void arm_thread_run(void (*entry)(void *), void *arg)
{
	hal_irq_enable();
	entry(arg);
	panic("a kernel thread returned");
}

void hal_thread_init_idle(struct hal_thread *thread, void *stack)
{
	static bool adopted;
	struct hal_thread *running = hal_thread_current();

	thread->regs = (struct hal_regs *)((char *)stack + HAL_STACK_SIZE) - 1;
	thread->fpu_cpu = ~0u;
	if (adopted)
		return;
	adopted = true;
	thread->regs = running->regs;
	thread->cpu = running->cpu;
	thread->local = running->local;
	thread->hal = running->hal;
	write_sysreg(tpidr_el1, thread);
}

void hal_thread_fork(struct hal_thread *child, void *stack, vaddr_t sp, bool set_tls,
		     unsigned long tls)
{
	struct hal_thread *parent = hal_thread_current();

	set_stack(child, stack,
		  arm_features.pac ? arm_thread_to_user_pac : arm_thread_to_user_plain);
	*child->regs = *parent->regs;
	child->regs->x[0] = 0;
	child->regs->flags |= REGS_CHANGED;
	child->regs->pstate &= ~PSTATE_STEP;
	if (sp)
		child->regs->sp = sp;
	child->tls = set_tls ? tls : hal_thread_get_tls();
	memcpy(child->keys, parent->keys, sizeof(child->keys));
	child->flags = parent->flags & HAL_THREAD_FPU_EMPTY;
	if (!child->flags) {
		arm_fpu_save_now();
		memcpy(child->fpu, parent->fpu, hal_fpu_size());
	}
}

void hal_thread_exec(vaddr_t pc, vaddr_t sp)
{
	struct hal_thread *thread = hal_thread_current();
	struct hal_regs *regs = thread->regs;

	memset(regs, 0, sizeof(*regs));
	regs->pc = pc;
	regs->sp = sp;
	regs->pstate = arm_features.ssbs ? PSTATE_EL0 | PSTATE_SSBS : PSTATE_EL0;
	regs->flags = REGS_NOT_SYSCALL;
	arm_fpu_forget(thread);
	thread->flags |= HAL_THREAD_FPU_EMPTY;
	thread->signal_address = 0;
	thread->signal_syndrome = 0;
	arm_keys_exec(thread);
	hal_thread_set_tls(0);
}

__noreturn void hal_thread_enter_user(void)
{
	struct hal_regs *regs = hal_thread_current()->regs;

	if (arm_features.pac)
		arm_enter_user_pac(regs);
	arm_enter_user_plain(regs);
}

struct hal_thread *hal_thread_switch(struct hal_thread *prev, struct hal_thread *next)
{
	arm_fpu_switch(prev, next);
	if ((prev->flags | next->flags) & HAL_THREAD_STEP)
		arm_step_switch(prev, next);
	if (arm_features.pac && next->fpu)
		arm_keys_switch(next);
	return arm_switch(prev, next);
}

struct hal_regs *hal_thread_regs(struct hal_thread *thread)
{
	return thread->regs;
}

void hal_thread_set_tls(unsigned long tls)
{
	write_sysreg(tpidr_el0, tls);
}

unsigned long hal_thread_get_tls(void)
{
	return read_sysreg(tpidr_el0);
}

long hal_private_call(enum hal_private_call which, const unsigned long *args)
{
	(void)which;
	(void)args;
	return -38; // ENOSYS
}
