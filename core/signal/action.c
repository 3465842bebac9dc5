// SPDX-License-Identifier: MIT
// What a thread says about its own signals: actions, masks, the alternate stack; and what execve
// does to them.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/syscall.h>
#include <hal/abi.h>
#include <hal/regs.h>
#include <hal/user.h>

#include "internal.h"

/* ---- actions ---- */

/* Linux's struct sigaction: handler, flags, [restorer,] mask. */
#define ACTION_WORDS (HAL_ABI_HAS_SA_RESTORER ? 4 : 3)

/* Flags that Linux knows; others read back as 0, so that programs can probe. */
#define SA_KNOWN                                                                           \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | \
	 SA_RESETHAND | SA_EXPOSE_TAGBITS | (HAL_ABI_HAS_SA_RESTORER ? SA_RESTORER : 0))

static void action_decode(struct sigaction *action, const uint64_t words[4])
{
	*action = (struct sigaction){
		.handler = words[0],
		.flags = words[1] & SA_KNOWN,
		.restorer = HAL_ABI_HAS_SA_RESTORER ? words[2] : 0,
		.mask = words[ACTION_WORDS - 1] & ~SIG_UNMASKABLE,
	};
}

static void action_encode(uint64_t words[4], const struct sigaction *action)
{
	words[0] = action->handler;
	words[1] = action->flags;
	words[2] = action->restorer;
	words[ACTION_WORDS - 1] = action->mask;
}

static void action_set(int sig, const struct sigaction *new)
{
	struct process *process = current->process;
	struct thread *t;

	current->sighand->action[sig - 1] = *new;
	/* POSIX: what is pending and now ignored is discarded, blocked or not. */
	if (signal_action_ignores(new, sig)) {
		pending_flush(&process->shared, sigbit(sig));
		list_for_each_entry (t, &process->threads, process_link)
			pending_flush(&t->pending, sigbit(sig));
	}
}

SYSCALL(rt_sigaction)
{
	int sig = (int)args->arg[0];
	unsigned long new_user = args->arg[1], old_user = args->arg[2], flags;
	struct sigaction new __uninitialized, old __uninitialized;
	uint64_t words[4] __uninitialized;

	if (args->arg[3] != sizeof(uint64_t))
		return -EINVAL;
	if (new_user) {
		if (copy_from_user(words, new_user, ACTION_WORDS * sizeof(words[0])))
			return -EFAULT;
		action_decode(&new, words);
	}
	if (!signal_valid(sig) || (new_user && (SIGNAL_SET_KERNEL_ONLY & sigbit(sig))))
		return -EINVAL;
	flags = spin_lock_irqsave(&current->sighand->lock);
	old = current->sighand->action[sig - 1];
	if (new_user)
		action_set(sig, &new);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	if (!old_user)
		return 0;
	action_encode(words, &old);
	return copy_to_user(old_user, words, ACTION_WORDS * sizeof(words[0]));
}

void signal_reset_actions(struct sighand *sighand)
{
	for (int sig = 1; sig <= SIGMAX; sig++) {
		struct sigaction *action = &sighand->action[sig - 1];

		/* Ignored stays ignored, by choice or by default; the rest of the action goes. */
		*action = (struct sigaction){.handler = action->handler == SIG_IGN ? SIG_IGN
										   : SIG_DFL};
	}
}

void signal_exec(struct thread *thread)
{
	unsigned long flags = spin_lock_irqsave(&thread->sighand->lock);

	signal_reset_actions(thread->sighand);
	/* The new program knows nothing of the old one's timers. */
	pending_flush_timers(&thread->pending);
	pending_flush_timers(&thread->process->shared);
	thread->altstack = (struct hal_stack){.flags = SS_DISABLE};
	thread->restart.restart = NULL;
	spin_unlock_irqrestore(&thread->sighand->lock, flags);
}

/* ---- masks ---- */

void signal_set_mask(uint64_t mask)
{
	struct thread *t = current;
	unsigned long flags = spin_lock_irqsave(&t->sighand->lock);
	uint64_t newly = mask & ~t->blocked;

	ASSERT(!(mask & SIG_UNMASKABLE));
	if (newly && t->process->thread_count > 1)
		signal_retarget(t, newly);
	t->blocked = mask;
	signal_recalc(t);
	spin_unlock_irqrestore(&t->sighand->lock, flags);
}

int signal_set_temporary_mask(const void __user *set, size_t size)
{
	struct thread *t = current;
	uint64_t mask;

	if (!set)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (hal_get_user64(&mask, set))
		return -EFAULT;
	t->saved_mask = t->blocked;
	t->restore_mask = true;
	signal_set_mask(mask & ~SIG_UNMASKABLE);
	return 0;
}

void signal_restore_mask(void)
{
	struct thread *t = current;

	if (!t->restore_mask)
		return;
	t->restore_mask = false;
	signal_set_mask(t->saved_mask);
}

SYSCALL(rt_sigprocmask)
{
	struct thread *t = current;
	uint64_t old = t->blocked, new;

	if (args->arg[3] != sizeof(new))
		return -EINVAL;
	if (args->arg[1]) {
		if (hal_get_user64(&new, hal_user_ptr(const void, args->arg[1])))
			return -EFAULT;
		new &= ~SIG_UNMASKABLE;
		switch ((int)args->arg[0]) {
		case SIG_BLOCK:
			new |= old;
			break;
		case SIG_UNBLOCK:
			new = old & ~new;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		if (new != old)
			signal_set_mask(new);
	}
	if (args->arg[2])
		return hal_put_user64(hal_user_ptr(void, args->arg[2]), old);
	return 0;
}

SYSCALL(rt_sigpending)
{
	struct thread *t = current;
	unsigned long flags;
	uint64_t set;

	if (args->arg[1] > sizeof(set))
		return -EINVAL;
	flags = spin_lock_irqsave(&t->sighand->lock);
	set = (t->pending.set | t->process->shared.set) & t->blocked;
	spin_unlock_irqrestore(&t->sighand->lock, flags);
	return copy_to_user(args->arg[0], &set, args->arg[1]);
}

static long suspend(void)
{
	for (;;) {
		sched_set_state(THREAD_INTERRUPTIBLE);
		if (signal_pending())
			break;
		schedule();
	}
	sched_set_state(THREAD_RUNNING);
	return -ERESTARTNOHAND;
}

SYSCALL(rt_sigsuspend)
{
	int error;

	if (args->arg[1] != sizeof(uint64_t))
		return -EINVAL;
	if (!args->arg[0])
		return -EFAULT;
	error = signal_set_temporary_mask(hal_user_ptr(const void, args->arg[0]), args->arg[1]);
	return error ? error : suspend();
}

SYSCALL(pause)
{
	return suspend();
}

/* ---- the alternate stack ---- */

int signal_set_altstack(const struct hal_stack *new, vaddr_t sp, size_t least)
{
	struct thread *t = current;
	uint32_t flags = (uint32_t)new->flags, mode = flags & ~SS_AUTODISARM;

	if (signal_on_stack(&t->altstack, sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		t->altstack = (struct hal_stack){.flags = (int32_t)flags};
		return 0;
	}
	if (new->size < least)
		return -ENOMEM;
	t->altstack = (struct hal_stack){.sp = new->sp, .size = new->size, .flags = (int32_t)flags};
	return 0;
}

SYSCALL(sigaltstack)
{
	struct thread *t = current;
	vaddr_t sp = hal_regs_sp(hal_thread_regs(&t->hal));
	struct hal_stack new, old = t->altstack;
	int error;

	if (args->arg[0]) {
		if (copy_from_user(&new, args->arg[0], sizeof(new)))
			return -EFAULT;
		error = signal_set_altstack(&new, sp, HAL_ABI_MINSIGSTKSZ);
		if (error)
			return error;
	}
	if (!args->arg[1])
		return 0;
	old.flags = (int32_t)((uint32_t)signal_stack_flags(&old, sp) |
			      ((uint32_t)old.flags & SS_AUTODISARM));
	old.pad = 0;
	return copy_to_user(args->arg[1], &old, sizeof(old));
}
