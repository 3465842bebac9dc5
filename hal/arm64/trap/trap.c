// SPDX-License-Identifier: MIT
// Exceptions, sorted by ESR_EL1 into page faults, signals, lazy FP loading, fix-ups of user copies,
// and the end.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <arm64/trap.h>
#include <core/upcall.h>
#include <hal/debug.h>
#include <hal/user.h>

// Linux's numbers.
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8 };
enum {
	ILL_ILLOPC = 1,
	ILL_ILLOPN = 2,
	TRAP_BRKPT = 1,
	TRAP_TRACE = 2,
	TRAP_HWBKPT = 4,
	BUS_ADRALN = 1,
	BUS_OBJERR = 3,
};

// Exception classes.
enum {
	EC_UNKNOWN = 0x00,
	EC_FP_ACCESS = 0x07,
	EC_ILLEGAL_STATE = 0x0e,
	EC_BTI = 0x0d,
	EC_SYSREG = 0x18,
	EC_POINTER_AUTH = 0x1c,
	EC_INSTRUCTION_KERNEL = 0x21,
	EC_PC_ALIGNMENT = 0x22,
	EC_DATA_KERNEL = 0x25,
	EC_SP_ALIGNMENT = 0x26,
	EC_FP_EXCEPTION = 0x2c,
	EC_SERROR = 0x2f,
	EC_BREAKPOINT = 0x30,
	EC_STEP = 0x32,
	EC_WATCHPOINT = 0x34,
	EC_BRK = 0x3c,
};

// Codes of aborts: translation, access flag and permission faults are core's business.
#define FAULT_IS_PAGE(code) ((code) >= 0x04 && (code) <= 0x0f)
#define FAULT_ALIGNMENT	    0x21u

const char *hal_regs_cause(const struct hal_regs *regs)
{
	switch (ESR_CLASS(regs->syndrome)) {
	case EC_UNKNOWN:
		return regs->syndrome || hal_regs_user(regs) ? "undefined instruction" : NULL;
	case EC_ILLEGAL_STATE:
		return "illegal execution state";
	case EC_BTI:
		return "branch target exception";
	case EC_POINTER_AUTH:
		return "pointer authentication failure";
	case EC_INSTRUCTION_USER:
	case EC_INSTRUCTION_KERNEL:
		return "instruction abort";
	case EC_DATA_USER:
	case EC_DATA_KERNEL:
		return "page fault";
	case EC_PC_ALIGNMENT:
		return "misaligned pc";
	case EC_SP_ALIGNMENT:
		return "misaligned sp";
	case EC_SERROR:
		return "SError";
	case EC_BRK:
		// kCFI's check: the low bits name the registers.
		if ((regs->syndrome & 0xfc00) == 0x8000)
			return "kCFI violation";
		return (regs->syndrome & 0xff00) == 0x5500 ? "UBSan trap" : "break instruction";
	default:
		return "exception";
	}
}

static unsigned int fault_kind(unsigned long syndrome)
{
	if (ESR_CLASS(syndrome) == EC_INSTRUCTION_USER)
		return CORE_FAULT_EXEC;
	return (syndrome & (ESR_WRITE | ESR_CACHE_OP)) == ESR_WRITE ? CORE_FAULT_WRITE : 0;
}

static void user_fp_exception(struct hal_regs *regs)
{
	// si_code by cumulative flag: IOF, DZF, OFF, UFF, IXF.
	static const unsigned char codes[] = {7, 3, 4, 5, 6};
	int code = 14; // FPE_FLTUNK

	if (regs->syndrome & 1ul << 23)
		for (unsigned int i = 0; i < sizeof(codes); i++)
			if (regs->syndrome >> i & 1) {
				code = codes[i];
				break;
			}
	core_trap(regs, SIGFPE, code, regs->pc);
}

static __attribute__((noinline)) void user_exception(struct hal_regs *regs)
{
	switch (ESR_CLASS(regs->syndrome)) {
	case EC_FP_ACCESS:
		arm_fpu_trap(regs);
		return;
	case EC_DATA_USER:
	case EC_INSTRUCTION_USER:
		if ((regs->syndrome & ESR_FAULT) == FAULT_ALIGNMENT)
			core_trap(regs, SIGBUS, BUS_ADRALN, hal_untag(regs->address));
		else
			core_trap(regs, SIGBUS, BUS_OBJERR, hal_untag(regs->address));
		return;
	case EC_PC_ALIGNMENT:
		core_trap(regs, SIGBUS, BUS_ADRALN, regs->address);
		return;
	case EC_SP_ALIGNMENT:
		core_trap(regs, SIGBUS, BUS_ADRALN, regs->sp);
		return;
	case EC_FP_EXCEPTION:
		user_fp_exception(regs);
		return;
	case EC_UNKNOWN:
	case EC_SYSREG:
		if (!arm_emulate_sysreg(regs))
			core_trap(regs, SIGILL, ILL_ILLOPC, regs->pc);
		return;
	case EC_POINTER_AUTH:
		core_trap(regs, SIGILL, ILL_ILLOPN, regs->pc);
		return;
	case EC_BREAKPOINT:
	case EC_WATCHPOINT:
		core_trap(regs, SIGTRAP, TRAP_HWBKPT, regs->pc);
		return;
	case EC_STEP:
		// Another instruction, unless whoever is told switches it off.
		if (hal_thread_current()->flags & HAL_THREAD_STEP)
			regs->pstate |= PSTATE_STEP;
		core_trap(regs, SIGTRAP, TRAP_TRACE, regs->pc);
		return;
	case EC_BRK:
		core_trap(regs, SIGTRAP, TRAP_BRKPT, regs->pc);
		return;
	default:
		core_trap(regs, SIGILL, ILL_ILLOPC, regs->pc);
	}
}

// Every synchronous exception of user mode but system calls. Interrupts on.
void arm_trap_user(struct hal_regs *regs)
{
	unsigned long syndrome = regs->syndrome;

	if ((ESR_CLASS(syndrome) == EC_DATA_USER || ESR_CLASS(syndrome) == EC_INSTRUCTION_USER) &&
	    FAULT_IS_PAGE(syndrome & ESR_FAULT))
		core_fault(regs, hal_untag(regs->address), fault_kind(syndrome) | CORE_FAULT_USER);
	else
		user_exception(regs);
}

// One instruction of user.S that accesses user memory. Offsets from the fields themselves; bit 0 of
// fixup: never call core_fault().
struct fixup {
	int32_t instruction;
	int32_t fixup;
};
extern const struct fixup __start___ex_table[], __stop___ex_table[];

static const struct fixup *find_fixup(vaddr_t pc)
{
	const struct fixup *low = __start___ex_table, *high = __stop___ex_table;

	// user.S emits them in the order of its instructions.
	while (low < high) {
		const struct fixup *middle = low + (high - low) / 2;
		vaddr_t at = (vaddr_t)&middle->instruction + (long)middle->instruction;

		if (at == pc)
			return middle;
		if (at < pc)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

// A fault of a user copy: true when the instruction is to be tried again or pc is now behind it.
static bool kernel_fault(struct hal_regs *regs)
{
	unsigned long syndrome = regs->syndrome;
	const struct fixup *fixup = find_fixup(regs->pc);

	if (!fixup)
		return false;
	if (!(fixup->fixup & 1) && !(regs->pstate & PSTATE_I) &&
	    FAULT_IS_PAGE(syndrome & ESR_FAULT)) {
		bool again;

		__asm__ volatile("msr daifclr, #6" : : : "memory");
		again = core_fault(regs, hal_untag(regs->address), fault_kind(syndrome));
		hal_irq_disable();
		if (again)
			return true;
	}
	regs->pc = (vaddr_t)&fixup->fixup + (long)(fixup->fixup & ~1);
	return true;
}

// Every synchronous exception of kernel mode. Interrupts off.
void arm_trap_kernel(struct hal_regs *regs)
{
	if (ESR_CLASS(regs->syndrome) == EC_DATA_KERNEL && kernel_fault(regs))
		return;
	core_kernel_trap(regs, hal_regs_cause(regs), regs->address);
}

void arm_trap_error(struct hal_regs *regs)
{
	core_kernel_trap(regs, hal_regs_cause(regs), regs->address);
}

void arm_trap_overflow(struct hal_regs *regs)
{
	core_kernel_trap(regs, "kernel stack overflow", regs->sp);
}
