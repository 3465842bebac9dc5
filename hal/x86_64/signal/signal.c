// SPDX-License-Identifier: MIT
// Signal frames: Linux's struct rt_sigframe with its FP state above it (arch/x86: uapi
// asm/sigcontext.h, asm/ucontext.h).
//
// From high to low addresses: the FP state, 64-byte aligned, in XSAVE's standard format with
// Linux's record in the bytes that the CPU leaves to software and a closing magic word; siginfo,
// ucontext; the return address, at an address that is 8 modulo 16, as after a call. The red zone of
// 128 bytes below the interrupted stack pointer stays untouched.

#include <core/lib/string.h>
#include <hal/regs.h>
#include <hal/signal.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/fpu.h>
#include <x86_64/regs.h>

#define EFAULT 14

#define SA_RESTORER	     0x04000000ul
#define RED_ZONE	     128
#define UC_FP_XSTATE	     1ul
#define UC_SIGCONTEXT_SS     2ul
#define UC_STRICT_RESTORE_SS 4ul
#define FP_XSTATE_MAGIC1     0x46505853u
#define FP_XSTATE_MAGIC2     0x46505845u

struct sigcontext {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, vector, old_mask, cr2, fpstate;
	uint64_t reserved[8];
};

struct ucontext {
	uint64_t flags, link;
	struct hal_stack stack;
	struct sigcontext context;
	uint64_t mask;
};

struct sigframe {
	uint64_t return_address;
	struct ucontext uc;
	/* siginfo follows */
};

_Static_assert(sizeof(struct sigcontext) == 256, "Linux's struct sigcontext");
_Static_assert(offsetof(struct sigcontext, fpstate) == 184, "Linux's struct sigcontext");
_Static_assert(sizeof(struct ucontext) == 304, "Linux's struct ucontext");
#define INFO_SIZE 128
_Static_assert(sizeof(struct sigframe) + INFO_SIZE == 440, "Linux's struct rt_sigframe");

// Linux's struct _fpx_sw_bytes.
struct fpu_record {
	uint32_t magic1, extended_size;
	uint64_t features;
	uint32_t size, padding[7];
};
_Static_assert(sizeof(struct fpu_record) == 48, "Linux's struct _fpx_sw_bytes");

static size_t fpu_frame_size(void)
{
	return fpu_info.features ? fpu_info.size + sizeof(uint32_t) : fpu_info.size;
}

size_t hal_signal_min_stack(void)
{
	// The frame, the FP state, and what aligning the two may cost.
	return (sizeof(struct sigframe) + INFO_SIZE + 15 + fpu_frame_size() + 63 + 15) & ~15ul;
}

// The FP state, as the registers have it, to the user's stack.
static bool push_fpu(vaddr_t at)
{
	struct fpu_record record = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = (uint32_t)fpu_frame_size(),
		.features = fpu_info.features,
		.size = (uint32_t)fpu_info.size,
	};

	if (!hal_user_range(hal_user_ptr(void, at), fpu_frame_size()) || fpu_save_user(at))
		return false;
	if (!fpu_info.features)
		return true;
	return !hal_copy_to_user(hal_user_ptr(void, at + FPU_SOFTWARE), &record, sizeof(record)) &&
	       !hal_put_user32(hal_user_ptr(void, at + fpu_info.size), FP_XSTATE_MAGIC2);
}

int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal)
{
	struct hal_thread *thread = hal_thread_current();
	struct sigframe frame __attribute__((uninitialized)); // filled in whole
	vaddr_t sp = signal->stack_top ? signal->stack_top : regs->rsp - RED_ZONE, fpu;

	// Linux needs a restorer on this machine; without one the process is killed.
	if (!(signal->sa_flags & SA_RESTORER))
		return -EFAULT;
	fpu = (sp - fpu_frame_size()) & ~63ul;
	sp = ((fpu - sizeof(frame) - INFO_SIZE) & ~15ul) - 8;
	if (sp > regs->rsp && !signal->stack_top)
		return -EFAULT; // it wrapped around
	if (signal->stack_top && (sp < signal->stack_limit || sp > signal->stack_top))
		return -EFAULT;

	frame.return_address = signal->restorer;
	frame.uc.flags =
		(fpu_info.features ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	frame.uc.link = 0;
	frame.uc.stack = signal->stack;
	frame.uc.mask = signal->mask;
#define COPY(reg) frame.uc.context.reg = regs->reg;
	X86_EACH_REG(COPY)
#undef COPY
	frame.uc.context.rflags = regs->rflags;
	frame.uc.context.cs = USER_CS;
	frame.uc.context.gs = frame.uc.context.fs = 0;
	frame.uc.context.ss = USER_DS;
	frame.uc.context.error = thread->trap_error;
	frame.uc.context.vector = thread->trap_vector;
	frame.uc.context.cr2 = thread->trap_address;
	frame.uc.context.old_mask = signal->mask;
	frame.uc.context.fpstate = fpu;
	for (unsigned int i = 0; i < 8; i++)
		frame.uc.context.reserved[i] = 0;
	if (!push_fpu(fpu) || hal_copy_to_user(hal_user_ptr(void, sp), &frame, sizeof(frame)) ||
	    hal_copy_to_user(hal_user_ptr(void, sp + sizeof(frame)), signal->info, INFO_SIZE))
		return -EFAULT;

	regs->rdi = (uint64_t)signal->sig;
	regs->rsi = sp + sizeof(frame);
	regs->rdx = sp + offsetof(struct sigframe, uc);
	regs->rax = 0;
	regs->rip = signal->handler;
	regs->rsp = sp;
	regs->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
	hal_regs_leave_syscall(regs);
	fpu_load_init(thread);
	return 0;
}

// Is there XSAVE state with a valid record, or plain FXSAVE state? Nothing is believed that XRSTOR
// would not check: it reads user memory itself.
static bool has_record(vaddr_t at)
{
	struct fpu_record record;
	uint32_t magic2;

	return fpu_info.features &&
	       !hal_copy_from_user(&record, hal_user_ptr(void, at + FPU_SOFTWARE),
				   sizeof(record)) &&
	       record.magic1 == FP_XSTATE_MAGIC1 && record.size >= FPU_LEGACY + 64 &&
	       record.size <= fpu_info.size && record.size <= record.extended_size &&
	       !hal_get_user32(&magic2, hal_user_ptr(void, at + record.size)) &&
	       magic2 == FP_XSTATE_MAGIC2;
}

static bool pop_fpu(struct hal_thread *thread, vaddr_t at)
{
	if (!at) {
		fpu_load_init(thread);
		return true;
	}
	if (!(at & 63) && hal_user_range(hal_user_ptr(void, at), fpu_frame_size()) &&
	    !fpu_restore_user(at, has_record(at)))
		return true;
	fpu_load_init(thread);
	return false;
}

int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored)
{
	struct ucontext uc __attribute__((uninitialized));
	const struct sigcontext *c = &uc.context;
	vaddr_t frame = regs->rsp - 8; // the handler's RET took the return address

	if (hal_copy_from_user(&uc, hal_user_ptr(void, frame + offsetof(struct sigframe, uc)),
			       sizeof(uc)))
		return -EFAULT;
	if (!pop_fpu(hal_thread_current(), c->fpstate))
		return -EFAULT;
	// trap_return() sees to an address that is not canonical.
#define COPY(reg) regs->reg = c->reg;
	X86_EACH_REG(COPY)
#undef COPY
	regs->rflags = (regs->rflags & ~RFLAGS_USER) | (c->rflags & RFLAGS_USER);
	regs->vector = VECTOR_NONE;
	restored->mask = uc.mask;
	restored->stack = uc.stack;
	return 0;
}
