// SPDX-License-Identifier: MIT
// The register frame as core sees it.

#include <core/lib/string.h>
#include <hal/regs.h>
#include <hal/thread.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/fpu.h>
#include <x86_64/regs.h>
#include <x86_64/thread.h>

#define NT_X86_XSTATE 0x202u

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

bool hal_regs_user(const struct hal_regs *regs)
{
	return regs->cs & 3;
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

static void get_general(struct hal_thread *thread, void *buf)
{
	const struct hal_regs *r = hal_thread_regs(thread);
	struct user_regs u = {.cs = r->cs, .ss = r->ss, .rflags = r->rflags};

	u.orig_rax = hal_regs_in_syscall(r) ? r->error : ~0ul;
	u.fs_base = hal_thread_get_tls();
	u.gs_base = thread_user_gs();
#define COPY(reg) u.reg = r->reg;
	X86_EACH_REG(COPY)
#undef COPY
	memcpy(buf, &u, sizeof(u));
}

// The second is the first part of the third, which has in the bytes that the CPU leaves to software
// what was saved.
size_t hal_regset_get(unsigned int i, uint32_t *type, void *buf)
{
	const size_t sizes[] = {sizeof(struct user_regs), FPU_LEGACY, fpu_info.size};
	struct hal_thread *thread = hal_thread_current();

	if (i >= (fpu_info.features ? 3u : 2u))
		return 0;
	*type = i == 0 ? HAL_NT_PRSTATUS : i == 1 ? HAL_NT_PRFPREG : NT_X86_XSTATE;
	if (buf && !i) {
		get_general(thread, buf);
	} else if (buf) {
		fpu_save_now(thread);
		memcpy(buf, thread->fpu, sizes[i]);
		if (i == 2)
			memcpy((char *)buf + FPU_SOFTWARE, &fpu_info.features, sizeof(uint64_t));
	}
	return sizes[i];
}
