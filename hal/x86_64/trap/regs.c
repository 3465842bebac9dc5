// SPDX-License-Identifier: MIT
// The register frame as core sees it.

#include <core/lib/string.h>
#include <hal/regs.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>

vaddr_t hal_regs_pc(const struct hal_regs *regs)
{
	return regs->rip;
}

vaddr_t hal_regs_sp(const struct hal_regs *regs)
{
	return regs->rsp;
}

void hal_regs_set_pc(struct hal_regs *regs, vaddr_t pc)
{
	regs->rip = pc;
}

void hal_regs_set_sp(struct hal_regs *regs, vaddr_t sp)
{
	regs->rsp = sp;
}

bool hal_regs_user(const struct hal_regs *regs)
{
	return regs->cs & 3;
}

bool hal_regs_irqs_on(const struct hal_regs *regs)
{
	return regs->rflags & RFLAGS_IF;
}

bool hal_regs_in_syscall(const struct hal_regs *regs)
{
	return regs->vector == VECTOR_SYSCALL;
}

void hal_regs_leave_syscall(struct hal_regs *regs)
{
	if (regs->vector == VECTOR_SYSCALL)
		regs->vector = VECTOR_NONE;
}

long hal_regs_syscall(const struct hal_regs *regs)
{
	return (long)regs->error;
}

unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i)
{
	return (&regs->rdi)[i];
}

long hal_regs_result(const struct hal_regs *regs)
{
	return (long)regs->rax;
}

void hal_regs_set_result(struct hal_regs *regs, long result)
{
	regs->rax = (uint64_t)result;
}

void hal_regs_restart(struct hal_regs *regs, long nr)
{
	regs->rax = nr >= 0 ? (uint64_t)nr : regs->error;
	regs->rip -= 2; // the SYSCALL instruction
	regs->vector = VECTOR_NONE;
}

int hal_regs_single_step(struct hal_regs *regs, bool on)
{
	regs->rflags = on ? regs->rflags | RFLAGS_TF : regs->rflags & ~RFLAGS_TF;
	return 0;
}

// Linux's struct user_regs_struct.
struct user_regs {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
	uint64_t rip, cs, rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};
_Static_assert(sizeof(struct user_regs) == 216, "Linux's struct user_regs_struct");

size_t hal_regset_size(void)
{
	return sizeof(struct user_regs);
}

// The thread whose frame this is: frames of user mode lie at the top of its stack, but which thread
// has it is not known here, so FS and GS bases are the current thread's, or zero.
static bool is_current(const struct hal_regs *regs)
{
	return regs == hal_thread_regs(hal_thread_current());
}

void hal_regset_get(const struct hal_regs *r, void *buf)
{
	struct user_regs u = {
		.cs = r->cs,
		.ss = r->ss,
		.rflags = r->rflags,
		.orig_rax = hal_regs_in_syscall(r) ? r->error : ~0ul,
		.fs_base = is_current(r) ? hal_thread_get_tls() : 0,
	};

#define COPY(reg) u.reg = r->reg;
	X86_EACH_REG(COPY)
#undef COPY
	memcpy(buf, &u, sizeof(u));
}

void hal_regset_set(struct hal_regs *r, const void *buf)
{
	struct user_regs u;

	memcpy(&u, buf, sizeof(u));
#define COPY(reg) r->reg = u.reg;
	X86_EACH_REG(COPY)
#undef COPY
	r->rflags = (u.rflags & RFLAGS_USER) | (r->rflags & ~RFLAGS_USER);
	if ((int64_t)u.orig_rax < 0)
		hal_regs_leave_syscall(r);
	else if (hal_regs_in_syscall(r))
		r->error = u.orig_rax;
	if (is_current(r) && u.fs_base < hal_user_end())
		hal_thread_set_tls(u.fs_base);
}
