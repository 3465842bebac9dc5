// SPDX-License-Identifier: MIT
// Signal frames, as Linux lays them out for arm64: struct rt_sigframe, then a frame record that
// links the handler to what it interrupted. Written and read piecewise: the frame is larger than a
// page, mostly room for records that this CPU does not have.

#include <arm64/cpu.h>
#include <arm64/fpu.h>
#include <arm64/regs.h>
#include <core/lib/string.h>
#include <hal/signal.h>
#include <hal/user.h>
#include <hal/vdso.h>

#define EFAULT	    14
#define SA_SIGINFO  0x00000004ul
#define SA_RESTORER 0x04000000ul
enum { SIGILL = 4, SIGBUS = 7, SIGSEGV = 11 };

#define FPSIMD_MAGIC 0x46508001u
#define ESR_MAGIC    0x45535201u

struct context_head {
	uint32_t magic, size;
};

struct fpsimd_context {
	struct context_head head;
	uint32_t fpsr, fpcr;
	uint64_t q[32][2];
};
_Static_assert(sizeof(struct fpsimd_context) == 528, "Linux ABI");
#define FPSIMD_HEAD offsetof(struct fpsimd_context, q)

struct user_regs {
	uint64_t x[31], sp, pc, pstate;
};
_Static_assert(offsetof(struct hal_regs, sp) == offsetof(struct user_regs, sp) &&
		       offsetof(struct hal_regs, pstate) == offsetof(struct user_regs, pstate),
	       "copied as one piece");

struct frame_head { // of struct ucontext; Linux leaves room for 1024 signals behind the mask
	uint64_t flags, link;
	struct hal_stack stack;
	uint64_t mask;
};

struct rt_sigframe {
	uint8_t info[128];
	struct frame_head head;
	uint8_t unused[120];
	uint64_t fault_address __attribute__((aligned(16))); // struct sigcontext
	struct user_regs regs;
	uint8_t records[4096] __attribute__((aligned(16)));
};
_Static_assert(offsetof(struct rt_sigframe, head) == 128 &&
		       offsetof(struct rt_sigframe, fault_address) == 304 &&
		       offsetof(struct rt_sigframe, records) == 592 &&
		       sizeof(struct rt_sigframe) == 4688,
	       "Linux ABI");
#define FIELD(name) hal_user_ptr(void, frame + offsetof(struct rt_sigframe, name))

struct frame_record {
	uint64_t fp, lr;
};

extern const char hal_vdso_start[], hal_vdso_end[];

// __kernel_rt_sigreturn, behind a NOP; vdso.ld fixes the place.
#define SIGRETURN_OFFSET 0x804

// What the frame tells about the fault that this signal reports; it stays in the frames of later
// signals too, as on Linux.
static void note_fault(struct hal_thread *thread, const struct hal_signal *signal)
{
	unsigned long syndrome = thread->fault_syndrome;
	int code;

	if (signal->sig != SIGSEGV && signal->sig != SIGBUS && signal->sig != SIGILL)
		return;
	memcpy(&code, (const char *)signal->info + 8, sizeof(code)); // si_code
	if (code <= 0 || code == 0x80)
		return;
	thread->signal_address = 0;
	thread->signal_syndrome = signal->sig == SIGILL ? 0 : syndrome;
	if (ESR_CLASS(syndrome) != EC_DATA_USER && ESR_CLASS(syndrome) != EC_INSTRUCTION_USER)
		return;
	thread->signal_address = thread->fault_address;
	// Nothing is told about kernel addresses: all look like a translation fault of level 0.
	if (thread->fault_address >> 55 & 1)
		thread->signal_syndrome =
			(syndrome & (0x7ful << 25 | ESR_WRITE | ESR_CACHE_OP)) | 0x04;
}

// The record of FP state at `at`: straight from the registers when they are in use.
static int push_fpu(struct hal_thread *thread, vaddr_t at)
{
	struct arm_fpu *fpu = thread->fpu;
	uint64_t head = (uint64_t)sizeof(struct fpsimd_context) << 32 | FPSIMD_MAGIC;
	uint64_t control;
	bool done = false;

	if (!hal_user_range(hal_user_ptr(void, at), sizeof(struct fpsimd_context)))
		return -EFAULT;
	if (thread->flags & HAL_THREAD_FPU_LIVE) {
		// Nobody else gets the registers in between.
		unsigned long flags = hal_irq_save();

		if (thread->flags & HAL_THREAD_FPU_LIVE)
			done = !arm_fpu_to_user(hal_user_ptr(struct fpsimd_context, at), head);
		hal_irq_restore(flags);
	}
	if (done)
		return 0;
	arm_fpu_save_now();
	memcpy(&control, &fpu->fpsr, sizeof(control));
	return hal_put_user64(hal_user_ptr(void, at), head) ||
			       hal_put_user64(hal_user_ptr(void, at + 8), control) ||
			       hal_copy_to_user(hal_user_ptr(void, at + FPSIMD_HEAD), fpu->q,
						sizeof(fpu->q))
		       ? -EFAULT
		       : 0;
}

static int push_records(struct hal_thread *thread, vaddr_t frame)
{
	vaddr_t at = frame + offsetof(struct rt_sigframe, records);

	if (push_fpu(thread, at))
		return -EFAULT;
	at += sizeof(struct fpsimd_context);
	if (thread->signal_syndrome) {
		if (hal_put_user64(hal_user_ptr(void, at), 16ull << 32 | ESR_MAGIC) ||
		    hal_put_user64(hal_user_ptr(void, at + 8), thread->signal_syndrome))
			return -EFAULT;
		at += 16;
	}
	return hal_put_user64(hal_user_ptr(void, at), 0);
}

int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal)
{
	struct hal_thread *thread = hal_thread_current();
	vaddr_t top = signal->stack_top ? signal->stack_top : hal_untag(regs->sp);
	vaddr_t record_at = (top - sizeof(struct frame_record)) & ~15ul;
	vaddr_t frame = record_at - sizeof(struct rt_sigframe);
	struct frame_head head = {.stack = signal->stack, .mask = signal->mask};

	if (frame > top || (signal->stack_top && frame < signal->stack_limit))
		return -EFAULT;
	note_fault(thread, signal);
	if (hal_copy_to_user(FIELD(head), &head, sizeof(head)) ||
	    hal_put_user64(FIELD(fault_address), thread->signal_address) ||
	    hal_copy_to_user(FIELD(regs), regs, sizeof(struct user_regs)) ||
	    hal_copy_to_user(hal_user_ptr(void, record_at), &regs->x[29],
			     sizeof(struct frame_record)) ||
	    push_records(thread, frame))
		return -EFAULT;
	if (signal->sa_flags & SA_SIGINFO) {
		if (hal_copy_to_user(FIELD(info), signal->info, 128))
			return -EFAULT;
		regs->x[1] = frame;
		regs->x[2] = frame + offsetof(struct rt_sigframe, head);
	}
	regs->x[0] = (unsigned long)signal->sig;
	regs->x[29] = record_at;
	regs->x[30] =
		signal->sa_flags & SA_RESTORER ? signal->restorer : signal->vdso + SIGRETURN_OFFSET;
	regs->sp = frame;
	regs->pc = signal->handler;
	regs->pstate &= ~PSTATE_BTYPE;
	if (arm_features.bti)
		regs->pstate |= PSTATE_BTYPE_CALL; // as if called: the handler is a landing pad
	regs->flags |= REGS_CHANGED;
	return 0;
}

// The FP state into the registers if they were in use, else into the thread's memory.
static int pop_fpu(struct hal_thread *thread, vaddr_t at, uint64_t control)
{
	struct arm_fpu *fpu = thread->fpu;
	bool live = thread->flags & HAL_THREAD_FPU_LIVE;

	if (live) {
		unsigned long flags = hal_irq_save();
		bool done = thread->flags & HAL_THREAD_FPU_LIVE &&
			    !arm_fpu_from_user(hal_user_ptr(const struct fpsimd_context, at));

		hal_irq_restore(flags);
		if (done)
			return 0;
	}
	// The copy may sleep: the registers must not be saved over it.
	arm_fpu_forget(thread);
	memcpy(&fpu->fpsr, &control, sizeof(control));
	if (hal_copy_from_user(fpu->q, hal_user_ptr(void, at + FPSIMD_HEAD), sizeof(fpu->q)))
		return -EFAULT;
	if (live)
		arm_fpu_trap(NULL);
	return 0;
}

// The records up to the empty one. FP state must be there; what this machine has not is an error,
// as for Linux.
static int pop_records(struct hal_thread *thread, vaddr_t frame)
{
	vaddr_t at = frame + offsetof(struct rt_sigframe, records), end = at + 4096;
	bool fpu = false;
	uint64_t head, control;

	if (!hal_user_range(hal_user_ptr(void, at), 4096))
		return -EFAULT;
	while (end - at >= 16) {
		uint32_t size;

		if (hal_get_user64(&head, hal_user_ptr(void, at)))
			return -EFAULT;
		if (!head)
			return fpu ? 0 : -EFAULT;
		size = (uint32_t)(head >> 32);
		if (size < 16 || size & 15 || size > end - at)
			return -EFAULT;
		if ((uint32_t)head == FPSIMD_MAGIC) {
			if (fpu || size != sizeof(struct fpsimd_context) ||
			    hal_get_user64(&control, hal_user_ptr(void, at + 8)) ||
			    pop_fpu(thread, at, control))
				return -EFAULT;
			fpu = true;
		} else if ((uint32_t)head != ESR_MAGIC) {
			return -EFAULT;
		}
		at += size;
	}
	return -EFAULT;
}

int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored)
{
	struct hal_thread *thread = hal_thread_current();
	vaddr_t frame = regs->sp;
	bool good;

	// Not restarted whatever comes of it.
	regs->flags |= REGS_NOT_SYSCALL | REGS_CHANGED;
	if (frame & 15 ||
	    hal_copy_from_user(&restored->stack, FIELD(head.stack), sizeof(restored->stack)) ||
	    hal_get_user64(&restored->mask, FIELD(head.mask)) ||
	    hal_copy_from_user(regs, FIELD(regs), sizeof(struct user_regs)))
		good = false;
	else
		good = !(regs->pstate &
			 (PSTATE_MODE | PSTATE_AA32 | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F));
	// Sane even when the frame was not: a handler for what comes of that may run.
	regs->pstate &= PSTATE_FLAGS | PSTATE_DIT | PSTATE_SSBS | PSTATE_BTYPE;
	if (thread->flags & HAL_THREAD_STEP)
		regs->pstate |= PSTATE_STEP;
	return good && !pop_records(thread, frame) ? 0 : -EFAULT;
}

// With the frame record, and what aligning the stack may cost.
size_t hal_signal_min_stack(void)
{
	return sizeof(struct rt_sigframe) + sizeof(struct frame_record) + 16;
}

const void *hal_vdso_image(size_t *size)
{
	*size = (size_t)(hal_vdso_end - hal_vdso_start);
	return hal_vdso_start;
}
