// SPDX-License-Identifier: MIT
// Delivery: what happens to a pending signal when the thread is about to enter user mode.

#include <core/coredump.h>
#include <core/errno.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/syscall.h>
#include <hal/abi.h>
#include <hal/regs.h>
#include <hal/user.h>

#include "internal.h"

enum {
#define SYSCALL_HANDLED(number, name) NR_##name = number,
#define SYSCALL_ABSENT(number, name)
#include <generated/syscalls.h>
#undef SYSCALL_HANDLED
#undef SYSCALL_ABSENT
};

struct delivery {
	int sig;
	struct siginfo info;
	struct sigaction action;
};

/* sighand->lock held and kept; false: the stop is off. *flags are those the lock was taken with. */
static bool may_stop(int sig, unsigned long *flags)
{
	struct process *process = current->process;
	bool orphaned;

	if (sig == SIGSTOP)
		return true;
	/* Nobody could continue an orphaned group. tasklist comes before this lock. */
	spin_unlock_irqrestore(&current->sighand->lock, *flags);
	*flags = spin_lock_irqsave(&tasklist);
	orphaned = process_group_orphaned(process->group);
	spin_unlock_irqrestore(&tasklist, *flags);
	*flags = spin_lock_irqsave(&current->sighand->lock);
	return !orphaned;
}

static void pay_stop_notice(unsigned long *flags)
{
	struct process *process = current->process;
	int why = process->stop_notify;

	process->stop_notify = 0;
	spin_unlock_irqrestore(&current->sighand->lock, *flags);
	*flags = spin_lock_irqsave(&tasklist);
	signal_notify_stop(process, why);
	spin_unlock_irqrestore(&tasklist, *flags);
	*flags = spin_lock_irqsave(&current->sighand->lock);
}

/* One line about a death that somebody will want to explain. */
static void report_death(const struct delivery *d)
{
	const struct hal_regs *regs = hal_thread_regs(&current->hal);

	if (d->info.code > 0 && (SIGNAL_SET_SYNCHRONOUS & sigbit(d->sig)))
		printk(LOG_INFO "%s[%d]: signal %d code %d at %#lx, pc %#lx sp %#lx\n",
		       current->name, current->pid->number, d->sig, d->info.code,
		       (unsigned long)d->info.fault.address, hal_regs_pc(regs), hal_regs_sp(regs));
}

/* Take signals until one has a handler (true) or there is none (false). Does not return from a
 * fatal one. */
static bool next_handled(struct delivery *d)
{
	struct thread *t = current;
	struct process *process = t->process;
	unsigned long flags = spin_lock_irqsave(&t->sighand->lock);
	bool found = false;

	for (;;) {
		struct posix_timer *timer = NULL;
		struct sigaction *action;

		if (unlikely(process->stop_notify)) {
			pay_stop_notice(&flags);
			continue;
		}
		if (unlikely(process->group_exit ||
			     (process->group_exec && process->group_exec != t))) {
			spin_unlock_irqrestore(&t->sighand->lock, flags);
			process_exit(SIGKILL); /* or with what the group ends with */
		}
		if (unlikely(t->stop_pending)) {
			if (signal_stop(0, flags))
				flags = spin_lock_irqsave(&t->sighand->lock);
			continue;
		}
		d->sig = signal_dequeue(t, t->blocked, &d->info, &timer);
		if (!d->sig)
			break;
		t->stop_dequeued = true; /* a SIGCONT clears it once the lock is dropped */
		if (timer) {
			spin_unlock_irqrestore(&t->sighand->lock, flags);
			posix_timer_taken(timer, &d->info);
			flags = spin_lock_irqsave(&t->sighand->lock);
		}
		action = &t->sighand->action[d->sig - 1];
		if (action->handler == SIG_IGN)
			continue;
		if (action->handler != SIG_DFL) {
			d->action = *action;
			if (action->flags & SA_RESETHAND)
				action->handler = SIG_DFL;
			found = true;
			break;
		}
		if (signal_default_ignores(d->sig))
			continue;
		if (process->unkillable && !(SIGNAL_SET_KERNEL_ONLY & sigbit(d->sig)))
			continue;
		if (signal_default_stops(d->sig)) {
			if (may_stop(d->sig, &flags) && signal_stop(d->sig, flags))
				flags = spin_lock_irqsave(&t->sighand->lock);
			continue;
		}
		spin_unlock_irqrestore(&t->sighand->lock, flags);
		report_death(d);
		if (SIGNAL_SET_CORE & sigbit(d->sig))
			coredump(&d->info);
		process_exit(d->sig); /* or with what a core dump has made of it */
	}
	signal_recalc(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return found;
}

/* The interrupted system call, if it asked to be restarted. */
static void settle_syscall(struct hal_regs *regs, bool handled, unsigned long sa_flags)
{
	if (!hal_regs_in_syscall(regs))
		return;
	switch (signal_restart(hal_regs_result(regs), handled, sa_flags)) {
	case RESTART_NO:
		break;
	case RESTART_INTERRUPTED:
		hal_regs_set_result(regs, -EINTR);
		break;
	case RESTART_AGAIN:
		hal_regs_restart(regs, -1);
		break;
	case RESTART_BY_BLOCK:
		hal_regs_restart(regs, NR_restart_syscall);
		break;
	}
	hal_regs_leave_syscall(regs);
}

/* The handler of sig cannot be run as it should; if that is SIGSEGV's own, it is of no use. */
static void force_segv(int sig)
{
	struct thread *t = current;

	if (sig == SIGSEGV) {
		unsigned long flags = spin_lock_irqsave(&t->sighand->lock);

		t->sighand->action[SIGSEGV - 1].handler = SIG_DFL;
		spin_unlock_irqrestore(&t->sighand->lock, flags);
	}
	signal_force(SIGSEGV, SI_KERNEL, 0);
}

static void run_handler(struct hal_regs *regs, const struct delivery *d)
{
	struct thread *t = current;
	const struct sigaction *action = &d->action;
	vaddr_t sp = hal_regs_sp(regs), vdso = READ_ONCE(t->mm->vdso);
	bool on_stack = signal_on_stack(&t->altstack, sp);
	struct hal_signal frame = {
		.sig = d->sig,
		.info = &d->info,
		.handler = action->handler,
		.sa_flags = action->flags,
		.restorer = action->restorer,
		.vdso = vdso,
		.mask = t->restore_mask ? t->saved_mask : t->blocked,
		.stack = t->altstack,
	};

	if ((action->flags & SA_ONSTACK) && t->altstack.size && !on_stack)
		frame.stack_top = t->altstack.sp + t->altstack.size;
	else if (on_stack) /* nested: its end is checked, and the widest red zone is left alone */
		frame.stack_top = sp - 128;
	if (frame.stack_top)
		frame.stack_limit = t->altstack.sp;
	if (t->rseq && !rseq_resume(regs))
		force_segv(d->sig); /* as on Linux, this handler still runs */
	if (hal_signal_push(regs, &frame)) {
		force_segv(d->sig);
		return;
	}
	t->restore_mask = false;
	if ((uint32_t)t->altstack.flags & SS_AUTODISARM)
		t->altstack = (struct hal_stack){.flags = SS_DISABLE};
	if (signal_handler_mask(t->blocked, action, d->sig) != t->blocked)
		signal_set_mask(signal_handler_mask(t->blocked, action, d->sig));
}

void signal_deliver(struct hal_regs *regs)
{
	/* Filled by next_handled() before anything reads it. */
	struct delivery d __attribute__((uninitialized));

	if (next_handled(&d)) {
		settle_syscall(regs, true, d.action.flags);
		run_handler(regs, &d);
	} else {
		settle_syscall(regs, false, 0);
		signal_restore_mask();
	}
}

SYSCALL(rt_sigreturn)
{
	struct thread *t = current;
	struct hal_regs *regs = hal_thread_regs(&t->hal);
	struct hal_signal_restored restored
		__attribute__((uninitialized)); /* filled, or not looked at */

	t->restart.restart = NULL;
	if (hal_signal_pop(regs, &restored)) {
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	restored.mask &= ~SIG_UNMASKABLE;
	if (restored.mask != t->blocked)
		signal_set_mask(restored.mask);
	if ((uint64_t)restored.stack.sp != t->altstack.sp ||
	    restored.stack.size != t->altstack.size || restored.stack.flags != t->altstack.flags)
		(void)!signal_set_altstack(&restored.stack, hal_regs_sp(regs),
					   HAL_ABI_MINSIGSTKSZ); /* as on Linux */
	return 0;
}

SYSCALL(restart_syscall)
{
	long (*restart)(struct thread *thread) = current->restart.restart;

	if (!restart)
		return -EINTR;
	current->restart.restart = NULL;
	return restart(current);
}
