// SPDX-License-Identifier: MIT
// Linux's rt_sigframe for riscv64: siginfo, then ucontext with the integer and F/D registers. There
// is no restorer: the vDSO returns.

#include <core/lib/string.h>
#include <hal/signal.h>
#include <hal/user.h>
#include <hal/vdso.h>
#include <riscv/cpu.h>

#define EFAULT 14

// As <asm/ucontext.h> and <asm/sigcontext.h> have them.
struct frame {
	uint8_t info[128];
	uint64_t uc_flags;
	uint64_t uc_link;
	struct hal_stack uc_stack;
	uint64_t uc_sigmask;
	uint8_t uc_sigmask_unused[128 - 8];
	uint64_t pad;
	uint64_t sc_regs[REGS_USER_WORDS];
	struct {
		uint64_t f[32];
		uint32_t fcsr;
	} fp;
	uint8_t fp_quad_rest[516 - 264];
	uint32_t reserved;  // 0
	uint32_t end_magic; // list of further records: its end
	uint32_t end_size;
};
_Static_assert(offsetof(struct frame, uc_stack) == 144, "uc_stack");
_Static_assert(offsetof(struct frame, uc_sigmask) == 168, "uc_sigmask");
_Static_assert(offsetof(struct frame, sc_regs) == 304, "uc_mcontext");
_Static_assert(offsetof(struct frame, fp) == 560, "sc_fpregs");
_Static_assert(offsetof(struct frame, reserved) == 1076, "sc_extdesc.reserved");
_Static_assert(sizeof(struct frame) == 1088, "rt_sigframe");

extern const char hal_vdso_start[];

// Offset of __vdso_rt_sigreturn in the image: its first instruction stands at a place the linker
// script fixes.
#define SIGRETURN_OFFSET 0x800

size_t hal_signal_min_stack(void)
{
	return sizeof(struct frame);
}

int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal)
{
	static const uint64_t zeros[2];
	struct hal_thread *thread = hal_thread_current();
	vaddr_t top = signal->stack_top ? signal->stack_top : regs->sp;
	vaddr_t sp = (top - sizeof(struct frame)) & ~15ul;
	struct frame __user *frame = hal_user_ptr(struct frame, sp);
	const uint64_t head[5] = {0, 0, signal->stack.sp, (uint32_t)signal->stack.flags,
				  signal->stack.size};
	bool bad;

	if (top < sizeof(struct frame) || (signal->stack_top && sp < signal->stack_limit))
		return -EFAULT;
	riscv_fpu_store(regs);
	bad = hal_copy_to_user(frame->info, signal->info, 128) ||
	      hal_copy_to_user(&frame->uc_flags, head, sizeof(head)) ||
	      hal_put_user64(&frame->uc_sigmask, signal->mask) ||
	      hal_copy_to_user(frame->sc_regs, regs, sizeof(frame->sc_regs)) ||
	      hal_copy_to_user(&frame->fp, thread->fpu, 264) ||
	      hal_copy_to_user(&frame->reserved, zeros, 12);
	if (bad)
		return -EFAULT;
	regs->ra = signal->vdso + SIGRETURN_OFFSET;
	regs->pc = signal->handler;
	regs->sp = sp;
	regs->a0 = (unsigned long)signal->sig;
	regs->a1 = hal_user_addr(frame->info);
	regs->a2 = hal_user_addr(&frame->uc_flags);
	hal_regs_leave_syscall(regs);
	return 0;
}

int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored)
{
	struct frame __user *frame = hal_user_ptr(struct frame, regs->sp);
	struct hal_thread *thread = hal_thread_current();
	uint64_t words[REGS_USER_WORDS];
	uint32_t end[3];

	if (hal_copy_from_user(&restored->stack, &frame->uc_stack, sizeof(restored->stack)) ||
	    hal_copy_from_user(&restored->mask, &frame->uc_sigmask, sizeof(restored->mask)) ||
	    hal_copy_from_user(words, frame->sc_regs, sizeof(words)) ||
	    hal_copy_from_user(end, &frame->reserved, sizeof(end)))
		return -EFAULT;
	if (end[0] || end[1] || end[2])
		return -EFAULT;
	// From here on a fault leaves a mixture, but then the process is killed.
	riscv_fpu_forget(regs);
	if (hal_copy_from_user(thread->fpu, &frame->fp, 264))
		return -EFAULT;
	memcpy(regs, words, sizeof(words));
	hal_regs_leave_syscall(regs);
	return 0;
}

const void *hal_vdso_image(size_t *size)
{
	extern const char hal_vdso_end[];

	*size = (size_t)(hal_vdso_end - hal_vdso_start);
	return hal_vdso_start;
}
