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

struct esr_context {
	struct context_head head;
	uint64_t esr;
};

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

static int push_records(struct hal_thread *thread, vaddr_t frame)
{
	struct arm_fpu *fpu = thread->fpu;
	vaddr_t at = frame + offsetof(struct rt_sigframe, records);
	struct {
		struct esr_context esr;
		struct context_head end;
	} tail = {{{ESR_MAGIC, sizeof(struct esr_context)}, thread->signal_syndrome}, {0, 0}};
	struct {
		struct context_head head;
		uint32_t fpsr, fpcr;
	} head;

	arm_fpu_save_now();
	head.head = (struct context_head){FPSIMD_MAGIC, sizeof(struct fpsimd_context)};
	head.fpsr = fpu->fpsr;
	head.fpcr = fpu->fpcr;
	if (hal_copy_to_user(hal_user_ptr(void, at), &head, FPSIMD_HEAD) ||
	    hal_copy_to_user(hal_user_ptr(void, at + FPSIMD_HEAD), fpu->q, sizeof(fpu->q)))
		return -EFAULT;
	at += sizeof(struct fpsimd_context);
	if (thread->signal_syndrome)
		return hal_copy_to_user(hal_user_ptr(void, at), &tail, sizeof(tail)) ? -EFAULT : 0;
	return hal_put_user64(hal_user_ptr(void, at), 0);
}

int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal)
{
	struct hal_thread *thread = hal_thread_current();
	vaddr_t top = signal->stack_top ? signal->stack_top : hal_untag(regs->sp);
	vaddr_t record_at = (top - sizeof(struct frame_record)) & ~15ul;
	vaddr_t frame = record_at - sizeof(struct rt_sigframe);
	struct frame_record record = {regs->x[29], regs->x[30]};
	struct frame_head head = {.stack = signal->stack, .mask = signal->mask};

	if (frame > top || (signal->stack_top && frame < signal->stack_limit))
		return -EFAULT;
	note_fault(thread, signal);
	if (hal_copy_to_user(FIELD(head), &head, sizeof(head)) ||
	    hal_put_user64(FIELD(fault_address), thread->signal_address) ||
	    hal_copy_to_user(FIELD(regs), regs, sizeof(struct user_regs)) ||
	    hal_copy_to_user(hal_user_ptr(void, record_at), &record, sizeof(record)) ||
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

// The FP state into the thread's memory, and into the registers if they were in use.
static int pop_fpu(struct hal_thread *thread, vaddr_t at, uint32_t fpsr, uint32_t fpcr)
{
	struct arm_fpu *fpu = thread->fpu;
	bool live = thread->flags & HAL_THREAD_FPU_LIVE;

	// The copy may sleep: the registers must not be saved over it.
	arm_fpu_forget(thread);
	fpu->fpsr = fpsr;
	fpu->fpcr = fpcr;
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
	struct {
		struct context_head head;
		uint32_t fpsr, fpcr;
	} head;

	for (; end - at >= 16; at += head.head.size) {
		if (hal_copy_from_user(&head, hal_user_ptr(void, at), sizeof(head)))
			return -EFAULT;
		if (!head.head.magic)
			return head.head.size || !fpu ? -EFAULT : 0;
		if (head.head.size < 16 || head.head.size & 15 || head.head.size > end - at)
			return -EFAULT;
		if (head.head.magic == FPSIMD_MAGIC) {
			if (fpu || head.head.size != sizeof(struct fpsimd_context) ||
			    pop_fpu(thread, at, head.fpsr, head.fpcr))
				return -EFAULT;
			fpu = true;
		} else if (head.head.magic != ESR_MAGIC) {
			return -EFAULT;
		}
	}
	return -EFAULT;
}

int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored)
{
	struct hal_thread *thread = hal_thread_current();
	vaddr_t frame = regs->sp;
	struct frame_head head;
	struct user_regs user;

	// Not restarted whatever comes of it.
	regs->flags |= REGS_NOT_SYSCALL | REGS_CHANGED;
	if (frame & 15 || hal_copy_from_user(&head, FIELD(head), sizeof(head)) ||
	    hal_copy_from_user(&user, FIELD(regs), sizeof(user)))
		return -EFAULT;
	if (user.pstate & (PSTATE_MODE | PSTATE_AA32 | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F))
		return -EFAULT;
	if (pop_records(thread, frame))
		return -EFAULT;
	memcpy(regs, &user, sizeof(user));
	regs->pstate = user.pstate & (PSTATE_FLAGS | PSTATE_DIT | PSTATE_SSBS | PSTATE_BTYPE);
	if (thread->flags & HAL_THREAD_STEP)
		regs->pstate |= PSTATE_STEP;
	restored->mask = head.mask;
	restored->stack = head.stack;
	return 0;
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
