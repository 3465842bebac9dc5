/* SPDX-License-Identifier: MIT */
/* logic.h - what signals mean, as pure functions of sets and numbers: host-tested. */
#ifndef CORE_SIGNAL_LOGIC_H
#define CORE_SIGNAL_LOGIC_H

#include <core/signal.h>

#define SIGNAL_SET_STOP (sigbit(SIGSTOP) | sigbit(SIGTSTP) | sigbit(SIGTTIN) | sigbit(SIGTTOU))
/* Ignored by default; SIGCONT's effect is not its action. */
#define SIGNAL_SET_IGNORED (sigbit(SIGCONT) | sigbit(SIGCHLD) | sigbit(SIGWINCH) | sigbit(SIGURG))
/* Caused by the instruction that was executed: delivered before all others, so that the frame shows
 * that instruction. */
#define SIGNAL_SET_SYNCHRONOUS                                                                  \
	(sigbit(SIGSEGV) | sigbit(SIGBUS) | sigbit(SIGILL) | sigbit(SIGTRAP) | sigbit(SIGFPE) | \
	 sigbit(SIGSYS))
/* Their death leaves a core, if anything does: reported by the thread that takes them. */
#define SIGNAL_SET_CORE                                                                 \
	(SIGNAL_SET_SYNCHRONOUS | sigbit(SIGQUIT) | sigbit(SIGABRT) | sigbit(SIGXCPU) | \
	 sigbit(SIGXFSZ))
/* Nobody can ask to handle these. */
#define SIGNAL_SET_KERNEL_ONLY (sigbit(SIGKILL) | sigbit(SIGSTOP))

static inline bool signal_valid(int sig)
{
	return sig >= 1 && sig <= SIGMAX;
}

static inline bool signal_default_ignores(int sig)
{
	return SIGNAL_SET_IGNORED & sigbit(sig);
}

static inline bool signal_default_stops(int sig)
{
	return SIGNAL_SET_STOP & sigbit(sig);
}

/* Does this disposition throw the signal away? */
static inline bool signal_action_ignores(const struct sigaction *action, int sig)
{
	return action->handler == SIG_IGN ||
	       (action->handler == SIG_DFL && signal_default_ignores(sig));
}

/* Does it end the process? */
static inline bool signal_action_kills(const struct sigaction *action, int sig)
{
	return action->handler == SIG_DFL && !signal_default_ignores(sig) &&
	       !signal_default_stops(sig);
}

/* The next one to deliver of a set without blocked ones: 0 for none. */
static inline int signal_first(uint64_t set)
{
	if (set & SIGNAL_SET_SYNCHRONOUS)
		set &= SIGNAL_SET_SYNCHRONOUS;
	return set ? __builtin_ctzll(set) + 1 : 0;
}

/* The mask while a handler runs. */
static inline uint64_t signal_handler_mask(uint64_t blocked, const struct sigaction *action,
					   int sig)
{
	blocked |= action->mask;
	if (!(action->flags & SA_NODEFER))
		blocked |= sigbit(sig);
	return blocked & ~SIG_UNMASKABLE;
}

/* What becomes of a system call that returned result when a handler runs (or, handled false, when
 * none does). */
enum signal_restart { RESTART_NO, RESTART_INTERRUPTED, RESTART_AGAIN, RESTART_BY_BLOCK };
static inline enum signal_restart signal_restart(long result, bool handled, unsigned long sa_flags)
{
	switch (-result) {
	case ERESTARTNOINTR:
		return RESTART_AGAIN;
	case ERESTARTSYS:
		return !handled || (sa_flags & SA_RESTART) ? RESTART_AGAIN : RESTART_INTERRUPTED;
	case ERESTARTNOHAND:
		return handled ? RESTART_INTERRUPTED : RESTART_AGAIN;
	case ERESTART_RESTARTBLOCK:
		return handled ? RESTART_INTERRUPTED : RESTART_BY_BLOCK;
	default:
		return RESTART_NO;
	}
}

/* Alternate stacks. */
static inline bool signal_on_stack(const struct hal_stack *stack, vaddr_t sp)
{
	return !((uint32_t)stack->flags & SS_AUTODISARM) && sp > stack->sp &&
	       sp - stack->sp <= stack->size;
}

static inline int signal_stack_flags(const struct hal_stack *stack, vaddr_t sp)
{
	if (!stack->size)
		return SS_DISABLE;
	return signal_on_stack(stack, sp) ? SS_ONSTACK : 0;
}

#endif
