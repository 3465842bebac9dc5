// SPDX-License-Identifier: MIT
// What a trap means: faults, other exceptions, interrupts; and the work before user mode is entered
// again.

#include <core/upcall.h>
#include <hal/debug.h>
#include <hal/time.h>
#include <hal/user.h>
#include <hal_arch/pte.h>
#include <riscv/cpu.h>

// Linux's numbers, for what exceptions become.
#define SIGILL	    4
#define SIGTRAP	    5
#define SIGBUS	    7
#define SIGSEGV	    11
#define ILL_ILLOPC  1
#define TRAP_BRKPT  1
#define BUS_ADRALN  1
#define SEGV_ACCERR 2

// Called by entry.S.
void riscv_user_exception(struct hal_regs *regs);
void riscv_kernel_exception(struct hal_regs *regs);
void riscv_interrupt(struct hal_regs *regs);
void riscv_work(struct hal_regs *regs);
__noreturn void riscv_stack_overflow(struct hal_regs *regs);

void riscv_trap_init(void)
{
	csr_write(sscratch, 0);
	csr_write(stvec, (unsigned long)riscv_trap_vector); // direct mode
	csr_clear(sstatus, SSTATUS_SUM | SSTATUS_FS | SSTATUS_VS);
	csr_set(sie, 1ul << IRQ_SOFT | 1ul << IRQ_TIMER | 1ul << IRQ_EXTERNAL);
}

static bool is_page_fault(unsigned long cause, unsigned int *what)
{
	switch (cause) {
	case CAUSE_FETCH_PAGE:
		*what = CORE_FAULT_EXEC;
		return true;
	case CAUSE_LOAD_PAGE:
		*what = 0;
		return true;
	case CAUSE_STORE_PAGE:
		*what = CORE_FAULT_WRITE;
		return true;
	default:
		return false;
	}
}

// A hart may have cached the entry as it was before it became valid or gained rights. Nobody fences
// for that when an entry is filled; who comes back with the same fault does.
static void repair_repeated(struct hal_regs *regs, vaddr_t address)
{
	struct hal_thread *thread = hal_thread_current();

	if (thread->fault_address == address && thread->fault_pc == regs->pc)
		hal_pte_refresh(address);
	thread->fault_address = address;
	thread->fault_pc = regs->pc;
}

void riscv_user_exception(struct hal_regs *regs)
{
	unsigned int what;

	if (is_page_fault(regs->cause, &what)) {
		repair_repeated(regs, regs->badaddr);
		hal_irq_enable();
		core_fault(regs, regs->badaddr, what | CORE_FAULT_USER);
		return;
	}
	switch (regs->cause) {
	case CAUSE_ILLEGAL:
		if (riscv_fpu_first_use(regs))
			return;
		hal_irq_enable();
		core_trap(regs, SIGILL, ILL_ILLOPC, regs->pc);
		return;
	case CAUSE_BREAK:
		hal_irq_enable();
		core_trap(regs, SIGTRAP, TRAP_BRKPT, regs->pc);
		return;
	case CAUSE_FETCH_ALIGN:
	case CAUSE_LOAD_ALIGN:
	case CAUSE_STORE_ALIGN:
		hal_irq_enable();
		core_trap(regs, SIGBUS, BUS_ADRALN, regs->badaddr);
		return;
	default:
		// Access faults: nothing at that physical address.
		hal_irq_enable();
		core_trap(regs, SIGSEGV, SEGV_ACCERR, regs->badaddr);
		return;
	}
}

void riscv_kernel_exception(struct hal_regs *regs)
{
	vaddr_t fixup = riscv_user_fixup(regs->pc);
	unsigned int what;

	if (is_page_fault(regs->cause, &what) && what != CORE_FAULT_EXEC &&
	    riscv_kernel_spurious(regs->badaddr))
		return;
	if (!fixup)
		core_kernel_trap(regs, hal_regs_cause(regs), regs->badaddr);
	if (is_page_fault(regs->cause, &what)) {
		bool again;

		// The user's range was checked before: this is the kernel's end of the copy.
		if (regs->badaddr >= hal_user_end())
			core_kernel_trap(regs, hal_regs_cause(regs), regs->badaddr);
		if (hal_thread_current()->flags & HAL_THREAD_NOFAULT) {
			regs->pc = fixup;
			return;
		}
		repair_repeated(regs, regs->badaddr);
		if (!(regs->status & SSTATUS_SPIE))
			core_kernel_trap(regs, "user copy with interrupts off", regs->badaddr);
		hal_irq_enable();
		again = core_fault(regs, regs->badaddr, what);
		hal_irq_disable();
		if (again)
			return;
	}
	regs->pc = fixup;
}

void riscv_interrupt(struct hal_regs *regs)
{
	switch (regs->cause & ~CAUSE_INTERRUPT) {
	case IRQ_TIMER:
		hal_timer_set(UINT64_MAX);
		core_timer(hal_regs_user(regs));
		break;
	case IRQ_SOFT:
		riscv_ipi_handle();
		break;
	case IRQ_EXTERNAL:
		riscv_plic_handle();
		break;
	default:
		core_kernel_trap(regs, "unknown interrupt", 0);
	}
}

// Entered and left with interrupts off; on return there is no work.
void riscv_work(struct hal_regs *regs)
{
	struct hal_thread *thread = hal_thread_current();

	do {
		hal_irq_enable();
		core_return_to_user(regs);
		hal_irq_disable();
	} while (__atomic_load_n(&thread->work, __ATOMIC_RELAXED));
}

__noreturn void riscv_stack_overflow(struct hal_regs *regs)
{
	core_kernel_trap(regs, "kernel stack overflow", regs->sp);
}
