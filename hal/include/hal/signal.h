/* SPDX-License-Identifier: MIT */
/*
 * hal/signal.h - the signal frame: Linux's own rt_sigframe, laid out byte for byte, pushed to and
 * popped from the user stack.
 *
 * Core decides which signal, which stack, which mask; the HAL lays out siginfo, ucontext and the
 * FP/SIMD records, sets the registers for the handler, and takes everything back at rt_sigreturn,
 * sanitised. Both functions access user memory piecewise, may page in and sleep, and are called
 * from core_return_to_user() or the rt_sigreturn system call, with interrupts on and no lock held.
 */
#ifndef HAL_SIGNAL_H
#define HAL_SIGNAL_H

#include <hal/types.h>

struct hal_regs;

/* Linux's stack_t. */
struct hal_stack {
	uint64_t sp;
	int32_t flags;
	int32_t pad;
	uint64_t size;
};

struct hal_signal {
	int sig;
	const void *info; /* siginfo_t, 128 bytes as Linux lays it out */
	vaddr_t handler;
	unsigned long sa_flags; /* SA_SIGINFO, SA_RESTORER, ... */
	vaddr_t restorer;	/* where SA_RESTORER applies */
	vaddr_t vdso;		/* base of this process's vDSO image */
	uint64_t mask;		/* blocked signals to restore at sigreturn */
	struct hal_stack stack; /* the alternate stack as uc_stack shows it */
	vaddr_t stack_top; /* 0: build below the interrupted sp, respecting the red zone; else: top of the alternate stack */
	vaddr_t stack_limit; /* lowest usable address when stack_top is given; a frame that does not fit is -EFAULT */
};

struct hal_signal_restored {
	uint64_t mask; /* as read: core removes SIGKILL and SIGSTOP */
	struct hal_stack
		stack; /* uc_stack as read: core applies it as sigaltstack would, ignoring errors */
};

/* Push the frame and aim regs at the handler. The saved sp is the one from before any switch. 0 or
 * -EFAULT (nothing changed in regs). */
__must_check int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal);

/* Pop the frame at the current sp. 0, or -EFAULT when it is unmapped, misaligned or malformed: the
 * caller kills with SIGSEGV. The frame is not in a system call afterwards. */
__must_check int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored);

/* AT_MINSIGSTKSZ: bytes of the largest frame on this CPU. */
size_t hal_signal_min_stack(void);

/* Size in bytes of the kernel's sigset (8) is fixed by the ABI; MINSIGSTKSZ for sigaltstack is in
 * hal_arch/abi.h. */

#endif
