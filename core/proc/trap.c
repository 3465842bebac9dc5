// SPDX-License-Identifier: MIT
// Exceptions of user mode, and what a thread does before it enters user mode again. (core_fault is
// core/mm/fault.c.)

#include <core/proc.h>
#include <core/upcall.h>
#include <core/vfs.h>
#include <hal/regs.h>
#include <hal/user.h>

void core_trap(__attribute__((unused)) struct hal_regs *regs, int sig, int code, vaddr_t address)
{
	signal_force(sig, code, address);
}

void thread_run_work(struct thread *thread)
{
	__atomic_fetch_and(&thread->hal.work, ~THREAD_WORK_NOTIFY, __ATOMIC_ACQ_REL);
	if (unlikely(thread->set_child_tid)) {
		/* A new thread's first way out; as on Linux, a bad address is not an error. */
		(void)!hal_put_user32(hal_user_ptr(void, thread->set_child_tid),
				      (uint32_t)thread->pid->number);
		thread->set_child_tid = 0;
	}
	if (READ_ONCE(thread->cpu_timers_due)) {
		thread->cpu_timers_due = false;
		process_timers_check(thread);
	}
	if (!list_empty(&thread->exit_work))
		file_run_deferred();
}

static void resume_sequence(struct thread *thread, struct hal_regs *regs)
{
	__atomic_fetch_and(&thread->hal.work, ~THREAD_WORK_RSEQ, __ATOMIC_ACQ_REL);
	if (thread->rseq && !rseq_resume(regs))
		signal_force(SIGSEGV, SI_KERNEL, 0);
}

void core_return_to_user(struct hal_regs *regs)
{
	struct thread *thread = current;
	unsigned int work = load_acquire(&thread->hal.work);

	if (work & THREAD_WORK_RESCHED)
		schedule();
	if (work & THREAD_WORK_NOTIFY)
		thread_run_work(thread);
	if (work & THREAD_WORK_SIGNAL) {
		/* A handler interrupts a critical section as well: what it interrupts is the abort
		 * handler, also when the processor was not lost. */
		if (unlikely(thread->rseq))
			resume_sequence(thread, regs);
		signal_deliver(regs);
	}
	if (READ_ONCE(thread->hal.work) & THREAD_WORK_RSEQ)
		resume_sequence(thread, regs);
}
