// SPDX-License-Identifier: MIT
// The machine's half of threads: their first stack frames, the switch, TLS.
//
// FS and GS bases of user code live in the registers while their thread runs (GS in KERNEL_GS_BASE)
// and in struct hal_thread while it does not. With FSGSBASE user code changes them by itself, so
// they are read back at every switch; without, only arch_prctl() and loads of segment registers do.

#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal/regs.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/fpu.h>
#include <x86_64/regs.h>
#include <x86_64/thread.h>

// What thread_switch_stacks() pops.
struct switch_frame {
	uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};

static uint64_t read_fs_base(void)
{
	uint64_t base;

	if (!cpu_features.fsgsbase)
		return rdmsr(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(base) : : "memory");
	return base;
}

static void write_fs_base(uint64_t base)
{
	if (cpu_features.fsgsbase)
		__asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
	else
		wrmsr(MSR_FS_BASE, base);
}

// The user's, which waits in KERNEL_GS_BASE. Interrupts off: between the two SWAPGS nothing may
// look at GS.
static uint64_t read_user_gs_base(void)
{
	uint64_t base;

	if (!cpu_features.fsgsbase)
		return rdmsr(MSR_KERNEL_GS_BASE);
	__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(base) : : "memory");
	return base;
}

static void write_user_gs_base(uint64_t base)
{
	if (cpu_features.fsgsbase)
		__asm__ volatile("swapgs; wrgsbase %0; swapgs" : : "r"(base) : "memory");
	else
		wrmsr(MSR_KERNEL_GS_BASE, base);
}

struct hal_regs *hal_thread_regs(struct hal_thread *thread)
{
	return (struct hal_regs *)thread->stack_top - 1;
}

static void set_stack(struct hal_thread *thread, void *stack)
{
	thread->stack_top = (uint64_t)stack + HAL_STACK_SIZE;
}

// The frame's place at the top stays free: a kernel thread may become a user thread.
static struct switch_frame *first_frame(struct hal_thread *thread)
{
	struct switch_frame *frame;

	frame = (struct switch_frame *)hal_thread_regs(thread) - 1;
	memset(frame, 0, sizeof(*frame));
	thread->sp = (uint64_t)frame;
	return frame;
}

void hal_thread_init(struct hal_thread *thread, void *stack, void (*entry)(void *), void *arg)
{
	struct switch_frame *frame;

	set_stack(thread, stack);
	thread->fpu_valid = false;
	thread->fs_base = thread->gs_base = 0;
	frame = first_frame(thread);
	frame->rip = (uint64_t)thread_begin_kernel;
	frame->rbx = (uint64_t)entry;
	frame->r12 = (uint64_t)arg;
}

void hal_thread_init_idle(struct hal_thread *thread, void *stack)
{
	struct hal_cpu *cpu = this_cpu();

	thread->fpu_valid = false;
	if (!cpu->head.current) {
		thread->stack_top = cpu->stack_top;
		cpu->head.current = thread;
	} else {
		set_stack(thread, stack);
	}
}

void hal_thread_fork(struct hal_thread *child, void *stack, vaddr_t sp, bool set_tls,
		     unsigned long tls)
{
	struct hal_thread *parent = hal_thread_current();
	struct hal_regs *regs;
	unsigned long flags;

	set_stack(child, stack);
	first_frame(child)->rip = (uint64_t)thread_begin_user;
	regs = hal_thread_regs(child);
	*regs = *hal_thread_regs(parent);
	regs->rax = 0;
	if (sp)
		regs->rsp = sp;
	child->trap_vector = parent->trap_vector;
	child->trap_error = parent->trap_error;
	child->trap_address = parent->trap_address;

	flags = hal_irq_save();
	child->fs_base = set_tls ? tls : read_fs_base();
	child->gs_base = read_user_gs_base();
	if (child->fpu) {
		fpu_prepare_area(child->fpu);
		fpu_save(child->fpu);
		child->fpu_valid = true;
	}
	hal_irq_restore(flags);
}

void hal_thread_exec(vaddr_t pc, vaddr_t sp)
{
	struct hal_thread *thread = hal_thread_current();
	struct hal_regs *regs = hal_thread_regs(thread);
	unsigned long flags;

	memset(regs, 0, sizeof(*regs));
	regs->vector = VECTOR_NONE;
	regs->rip = pc;
	regs->rsp = sp;
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	regs->rflags = RFLAGS_IF | RFLAGS_ONE;
	thread->trap_vector = thread->trap_error = thread->trap_address = 0;
	flags = hal_irq_save();
	write_fs_base(0);
	write_user_gs_base(0);
	hal_irq_restore(flags);
	if (thread->fpu)
		fpu_prepare_area(thread->fpu);
	fpu_load_init(thread);
}

void hal_thread_enter_user(void)
{
	thread_enter_user(hal_thread_regs(hal_thread_current()));
}

struct hal_thread *hal_thread_switch(struct hal_thread *prev, struct hal_thread *next)
{
	struct hal_cpu *cpu = this_cpu();

	if (prev->fpu) {
		if (prev->fpu_valid)
			fpu_save(prev->fpu);
		prev->fs_base = read_fs_base();
		prev->gs_base = read_user_gs_base();
	}
	if (next->fpu) {
		if (next->fpu_valid)
			fpu_restore(next->fpu);
		write_fs_base(next->fs_base);
		write_user_gs_base(next->gs_base);
	}
	cpu->head.current = next;
	cpu_set_stack(cpu, next->stack_top);
	return thread_switch_stacks(prev, next);
}

void hal_thread_set_tls(unsigned long tls)
{
	write_fs_base(tls);
}

unsigned long hal_thread_get_tls(void)
{
	return read_fs_base();
}

uint64_t thread_user_gs(void)
{
	unsigned long flags = hal_irq_save();
	uint64_t base = read_user_gs_base();

	hal_irq_restore(flags);
	return base;
}

enum {
	ARCH_SET_GS = 0x1001,
	ARCH_SET_FS,
	ARCH_GET_FS,
	ARCH_GET_GS,
	ARCH_GET_CPUID = 0x1011,
	ARCH_SET_CPUID
};
enum { EPERM = 1, EFAULT = 14, ENODEV = 19, EINVAL = 22, ENOSYS = 38 };

long hal_private_call(enum hal_private_call which, const unsigned long *args)
{
	unsigned long flags;

	if (which != HAL_CALL_ARCH_PRCTL)
		return -ENOSYS;
	switch (args[0]) {
	case ARCH_SET_FS:
		if (args[1] >= hal_user_end())
			return -EPERM;
		write_fs_base(args[1]);
		return 0;
	case ARCH_SET_GS:
		if (args[1] >= hal_user_end())
			return -EPERM;
		flags = hal_irq_save();
		write_user_gs_base(args[1]);
		hal_irq_restore(flags);
		return 0;
	case ARCH_GET_FS:
		return hal_put_user64(hal_user_ptr(uint64_t, args[1]), read_fs_base());
	case ARCH_GET_GS:
		return hal_put_user64(hal_user_ptr(uint64_t, args[1]), thread_user_gs());
	case ARCH_GET_CPUID:
		return 1; // CPUID does not fault
	case ARCH_SET_CPUID:
		return -ENODEV;
	default:
		return -EINVAL;
	}
}
