// SPDX-License-Identifier: MIT
// hal/regs.h: the register frame as core sees it.

#include <arm64/cpu.h>
#include <arm64/fpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <core/lib/string.h>

vaddr_t hal_regs_pc(const struct hal_regs *regs)
{
	return regs->pc;
}

vaddr_t hal_regs_sp(const struct hal_regs *regs)
{
	return regs->sp;
}

void hal_regs_set_pc(struct hal_regs *regs, vaddr_t pc)
{
	regs->pc = pc;
}

bool hal_regs_user(const struct hal_regs *regs)
{
	return (regs->pstate & PSTATE_MODE) == PSTATE_EL0;
}

bool hal_regs_in_syscall(const struct hal_regs *regs)
{
	return !(regs->flags & REGS_NOT_SYSCALL);
}

void hal_regs_leave_syscall(struct hal_regs *regs)
{
	regs->flags |= REGS_NOT_SYSCALL;
}

long hal_regs_syscall(const struct hal_regs *regs)
{
	return (int)regs->number;
}

unsigned long hal_regs_syscall_arg(const struct hal_regs *regs, unsigned int i)
{
	return i ? regs->x[i] : regs->first;
}

long hal_regs_result(const struct hal_regs *regs)
{
	return (long)regs->x[0];
}

void hal_regs_set_result(struct hal_regs *regs, long result)
{
	regs->x[0] = (unsigned long)result;
}

void hal_regs_restart(struct hal_regs *regs, long nr)
{
	regs->pc -= 4; // SVC
	regs->x[0] = regs->first;
	if (nr >= 0)
		regs->x[8] = (unsigned long)nr;
	regs->flags |= REGS_NOT_SYSCALL;
}

// The debug state machine steps one instruction of user mode when MDSCR_EL1.SS is on and PSTATE.SS
// was set by the ERET.
static void set_step(bool on)
{
	unsigned long mdscr = read_sysreg(mdscr_el1);

	write_sysreg(mdscr_el1, on ? mdscr | 1 : mdscr & ~1ul);
}

void arm_step_switch(const struct hal_thread *prev, const struct hal_thread *next)
{
	if ((prev->flags ^ next->flags) & HAL_THREAD_STEP)
		set_step(next->flags & HAL_THREAD_STEP);
}

int hal_regs_single_step(struct hal_regs *regs, bool on)
{
	struct hal_thread *thread = arm_stack_owner(regs);

	if (on) {
		thread->flags |= HAL_THREAD_STEP;
		regs->pstate |= PSTATE_STEP;
	} else {
		thread->flags &= ~HAL_THREAD_STEP;
		regs->pstate &= ~PSTATE_STEP;
	}
	regs->flags |= REGS_CHANGED;
	if (thread == hal_thread_current())
		set_step(on);
	return 0;
}

// Linux's struct user_pt_regs: the beginning of the frame.
#define USER_PT_REGS 272
_Static_assert(offsetof(struct hal_regs, pstate) == USER_PT_REGS - 8, "struct user_pt_regs");
// struct user_fpsimd_state, which has eight bytes to spare behind ours.
#define USER_FPSIMD_STATE (sizeof(struct arm_fpu) + 8)

#define NT_ARM_TLS	0x401u
#define NT_ARM_PAC_MASK 0x406u
#define ADDRESS_BITS	48

static const struct {
	uint32_t type;
	unsigned int size;
} sets[] = {
	{HAL_NT_PRSTATUS, USER_PT_REGS},
	{HAL_NT_PRFPREG, USER_FPSIMD_STATE},
	{NT_ARM_TLS, 16},      // the second word is SME's
	{NT_ARM_PAC_MASK, 16}, // last: not every CPU has it
};

size_t hal_regset_get(unsigned int i, uint32_t *type, void *buf)
{
	struct hal_thread *thread = hal_thread_current();
	uint64_t words[2] = {0};
	const void *from = words;

	if (i >= sizeof(sets) / sizeof(sets[0]) - !arm_features.pac)
		return 0;
	*type = sets[i].type;
	if (!buf)
		return sets[i].size;
	switch (sets[i].type) {
	case HAL_NT_PRSTATUS:
		from = thread->regs;
		break;
	case HAL_NT_PRFPREG:
		arm_fpu_save_now();
		memcpy(buf, thread->fpu, sizeof(struct arm_fpu));
		memset((char *)buf + sizeof(struct arm_fpu), 0, 8);
		return sets[i].size;
	case NT_ARM_TLS:
		words[0] = hal_thread_get_tls();
		break;
	default: // which bits of a data and of a code pointer are its signature
		words[0] = words[1] = (1ul << 55) - (1ul << ADDRESS_BITS);
	}
	memcpy(buf, from, sets[i].size);
	return sets[i].size;
}
