// SPDX-License-Identifier: MIT
// Threads: the first context of new ones, fork, exec, TLS, and the calls only this machine has.

#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/thread.h>
#include <riscv/cpu.h>

#define NO_CPU (~0u)

// In switch.S.
void riscv_thread_start(void);
void riscv_thread_start_user(void);
// Called there.
__noreturn void riscv_thread_run(void (*entry)(void *), void *arg);

// The frame of threads that never see user mode and whose stack is not ours: the boot CPU's idle
// thread.
static struct hal_regs no_regs;

static struct hal_regs *regs_on(void *stack)
{
	return (struct hal_regs *)((char *)stack + HAL_STACK_SIZE) - 1;
}

static void begin_on(struct hal_thread *thread, void *stack, void (*start)(void))
{
	thread->regs = regs_on(stack);
	thread->fpu_cpu = NO_CPU;
	thread->flags = 0;
	thread->fault_address = 0;
	thread->fault_pc = 0;
	memset(thread->saved, 0, sizeof(thread->saved));
	thread->saved[0] = (unsigned long)start;
	thread->saved[1] = (unsigned long)thread->regs;
}

void hal_thread_init(struct hal_thread *thread, void *stack, void (*entry)(void *), void *arg)
{
	begin_on(thread, stack, riscv_thread_start);
	memset(thread->regs, 0, sizeof(*thread->regs));
	thread->saved[3] = (unsigned long)entry;
	thread->saved[4] = (unsigned long)arg;
}

__noreturn void riscv_thread_run(void (*entry)(void *), void *arg)
{
	hal_irq_enable();
	entry(arg);
	panic("a kernel thread returned");
}

void hal_thread_init_idle(struct hal_thread *thread, void *stack)
{
	static bool adopted;
	struct hal_thread *current = hal_thread_current();

	thread->fpu_cpu = NO_CPU;
	if (!adopted) {
		adopted = true;
		thread->cpu = current->cpu;
		thread->local = current->local;
		thread->hal = current->hal;
		thread->regs = &no_regs;
		__asm__ volatile("mv tp, %0" : : "r"(thread) : "memory");
		return;
	}
	thread->regs = regs_on(stack);
	memset(thread->regs, 0, sizeof(*thread->regs));
}

void hal_thread_fork(struct hal_thread *child, void *stack, vaddr_t sp, bool set_tls,
		     unsigned long tls)
{
	struct hal_thread *parent = hal_thread_current();
	struct hal_regs *regs;

	begin_on(child, stack, riscv_thread_start_user);
	riscv_fpu_store(parent->regs);
	memcpy(child->fpu, parent->fpu, hal_fpu_size());
	regs = child->regs;
	*regs = *parent->regs;
	regs->status &= ~SSTATUS_FS;
	regs->cause = REGS_CAUSE_NONE;
	regs->a0 = 0;
	if (sp)
		regs->sp = sp;
	if (set_tls)
		regs->tp = tls;
}

void hal_thread_exec(vaddr_t pc, vaddr_t sp)
{
	struct hal_thread *thread = hal_thread_current();
	struct hal_regs *regs = thread->regs;

	memset(regs, 0, sizeof(*regs));
	regs->pc = pc;
	regs->sp = sp;
	regs->status = SSTATUS_USER;
	regs->cause = REGS_CAUSE_NONE;
	memset(thread->fpu, 0, hal_fpu_size());
	thread->fpu_cpu = NO_CPU;
}

struct hal_regs *hal_thread_regs(struct hal_thread *thread)
{
	return thread->regs;
}

void hal_thread_set_tls(unsigned long tls)
{
	hal_thread_current()->regs->tp = tls;
}

unsigned long hal_thread_get_tls(void)
{
	return hal_thread_current()->regs->tp;
}
