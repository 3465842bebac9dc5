// SPDX-License-Identifier: MIT
// Exceptions and interrupts, behind trap/entry.S: what the machine said becomes an upcall or, in
// the kernel, a fix-up or the end.

#include <core/upcall.h>
#include <hal/debug.h>
#include <hal/irq.h>
#include <hal/regs.h>
#include <hal/user.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>
#include <x86_64/trap.h>

// Linux's numbers, the same on every machine.
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11 };
enum { SI_KERNEL = 0x80, TRAP_BRKPT = 1, TRAP_TRACE = 2, ILL_ILLOPN = 2, BUS_ADRALN = 1 };
enum { FPE_INTDIV = 1, FPE_FLTDIV = 3, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES, FPE_FLTINV };

#define PF_PRESENT 0x01u
#define PF_WRITE   0x02u
#define PF_RSVD	   0x08u
#define PF_FETCH   0x10u
#define DR6_STEP   0x4000u

static const char *const causes[32] = {
	"divide error",
	"debug exception",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range exceeded",
	"invalid opcode",
	"device not available",
	"double fault",
	NULL,
	"invalid TSS",
	"segment not present",
	"stack segment fault",
	"general protection fault",
	"page fault",
	NULL,
	"x87 error",
	"alignment check",
	"machine check",
	"SIMD error",
	"virtualisation exception",
	"control protection fault",
};

const char *hal_regs_cause(const struct hal_regs *regs)
{
	return regs->vector < 32 ? causes[regs->vector] : NULL;
}

/* ---- user mode ---- */

static void note(const struct hal_regs *regs, vaddr_t address)
{
	struct hal_thread *thread = hal_thread_current();

	thread->trap_vector = regs->vector;
	thread->trap_error = regs->error;
	thread->trap_address = address;
}

// Lowest unmasked exception flag of x87 (flags in status, masks in control) or SSE.
static int fpe_code(unsigned int pending)
{
	if (pending & 0x01)
		return FPE_FLTINV;
	if (pending & 0x04)
		return FPE_FLTDIV;
	if (pending & 0x08)
		return FPE_FLTOVF;
	if (pending & 0x12)
		return FPE_FLTUND;
	if (pending & 0x20)
		return FPE_FLTRES;
	return 0;
}

void trap_user_fault(struct hal_regs *regs)
{
	vaddr_t address = read_cr2();
	unsigned int error = (unsigned int)regs->error;

	if (error & PF_RSVD)
		core_kernel_trap(regs, "malformed page table", address);
	// What the kernel has mapped is not told.
	if (address >= hal_user_end())
		regs->error |= PF_PRESENT;
	note(regs, address);
	hal_irq_enable();
	core_fault(regs, address,
		   CORE_FAULT_USER | (error & PF_WRITE ? CORE_FAULT_WRITE : 0) |
			   (error & PF_FETCH ? CORE_FAULT_EXEC : 0));
}

// What Linux sends for each exception of user code; the address is that of the instruction, or 0.
static const struct {
	uint8_t sig, code;
	bool address;
} signals[32] = {
	[VECTOR_DE] = {SIGFPE, FPE_INTDIV, true},  [VECTOR_DB] = {SIGTRAP, TRAP_TRACE, true},
	[VECTOR_BP] = {SIGTRAP, SI_KERNEL, false}, [4] = {SIGSEGV, SI_KERNEL, false}, // overflow
	[5] = {SIGSEGV, SI_KERNEL, false},					      // bound range
	[VECTOR_UD] = {SIGILL, ILL_ILLOPN, true},  [10] = {SIGSEGV, SI_KERNEL, false}, // TSS
	[11] = {SIGBUS, SI_KERNEL, false}, // segment not present
	[12] = {SIGBUS, SI_KERNEL, false}, // stack segment
	[VECTOR_GP] = {SIGSEGV, SI_KERNEL, false}, [VECTOR_MF] = {SIGFPE, 0, true},
	[VECTOR_AC] = {SIGBUS, BUS_ADRALN, false}, [VECTOR_XM] = {SIGFPE, 0, true},
};

void trap_user(struct hal_regs *regs)
{
	int sig = signals[regs->vector & 31].sig, code = signals[regs->vector & 31].code;
	uint16_t status, control;
	uint32_t mxcsr;
	uint64_t dr6;

	note(regs, hal_thread_current()->trap_address);
	if (regs->vector == VECTOR_MF) {
		__asm__ volatile("fnstsw %0; fnstcw %1" : "=m"(status), "=m"(control));
		code = fpe_code(status & ~control & 0x3f);
	} else if (regs->vector == VECTOR_XM) {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		code = fpe_code(mxcsr & ~(mxcsr >> 7) & 0x3f);
	} else if (regs->vector == VECTOR_DB) {
		__asm__ volatile("movq %%dr6, %0; movq %1, %%dr6" : "=&r"(dr6) : "r"(0ul));
		code = dr6 & DR6_STEP ? TRAP_TRACE : TRAP_BRKPT; // the latter by INT1
	} else if (!sig) {
		core_kernel_trap(regs, "unexpected exception", 0);
	}
	hal_irq_enable();
	core_trap(regs, sig, code, signals[regs->vector & 31].address ? regs->rip : 0);
}

static bool canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

// Everything that is due before user mode, with interrupts off at the end. IRET with a
// non-canonical address would fault in the kernel: that signal is sent from here.
void trap_return(struct hal_regs *regs)
{
	struct hal_thread *thread = hal_thread_current();

	for (;;) {
		hal_irq_disable();
		if (__atomic_load_n(&thread->work, __ATOMIC_RELAXED)) {
			hal_irq_enable();
			core_return_to_user(regs);
		} else if (!canonical(regs->rip)) {
			regs->vector = VECTOR_GP;
			regs->error = 0;
			note(regs, thread->trap_address);
			hal_irq_enable();
			core_trap(regs, SIGSEGV, SI_KERNEL, 0);
		} else {
			return;
		}
	}
}

/* ---- kernel mode ---- */

struct fixup {
	int32_t at, to;
	uint32_t pageable;
};
extern const struct fixup __start___ex_table[], __stop___ex_table[];

static const struct fixup *find_fixup(uint64_t pc)
{
	for (const struct fixup *f = __start___ex_table; f < __stop___ex_table; f++)
		if ((uint64_t)&f->at + (uint64_t)(int64_t)f->at == pc)
			return f;
	return NULL;
}

static void leave_by(struct hal_regs *regs, const struct fixup *fixup)
{
	regs->rip = (uint64_t)&fixup->to + (uint64_t)(int64_t)fixup->to;
}

static const char *fault_text(uint64_t error, vaddr_t address)
{
	if (error & PF_RSVD)
		return "malformed page table";
	if (error & PF_FETCH)
		return address < hal_user_end() ? "jump to user memory"
						: "jump to memory that is not code";
	if (address < 4096)
		return "null pointer";
	if (address < hal_user_end())
		return "access to user memory outside a user copy";
	if (error & PF_PRESENT && error & PF_WRITE)
		return "write to read-only memory";
	return "bad kernel address";
}

void trap_kernel_fault(struct hal_regs *regs)
{
	vaddr_t address = read_cr2();
	const struct fixup *fixup = address < hal_user_end() ? find_fixup(regs->rip) : NULL;
	bool again = false;

	if (!fixup || regs->error & PF_RSVD)
		core_kernel_trap(regs, fault_text(regs->error, address), address);
	if (fixup->pageable && regs->rflags & RFLAGS_IF) {
		hal_irq_enable();
		again = core_fault(regs, address, regs->error & PF_WRITE ? CORE_FAULT_WRITE : 0);
		hal_irq_disable();
	}
	if (!again)
		leave_by(regs, fixup);
}

extern const int32_t __kernel_kcfi_start[], __kernel_kcfi_end[];

static bool is_kcfi_trap(uint64_t pc)
{
	for (const int32_t *t = __kernel_kcfi_start; t < __kernel_kcfi_end; t++)
		if ((uint64_t)t + (uint64_t)(int64_t)*t == pc)
			return true;
	return false;
}

void trap_kernel(struct hal_regs *regs)
{
	const char *what = hal_regs_cause(regs);
	const struct fixup *fixup = regs->vector == VECTOR_GP ? find_fixup(regs->rip) : NULL;
	vaddr_t address = 0;

	// XRSTOR of what a user made up.
	if (fixup) {
		leave_by(regs, fixup);
		return;
	}

	if (regs->vector == VECTOR_UD) {
		address = regs->rip;
		if (is_kcfi_trap(regs->rip))
			what = "kCFI: indirect call to a function of another type";
	}
	core_kernel_trap(regs, what ? what : "unexpected exception", address);
}

static void double_fault(struct hal_regs *regs)
{
	struct hal_cpu *cpu = this_cpu();
	uint64_t tops[] = {cpu->stack_top, cpu->irq_stack};
	vaddr_t address = read_cr2();

	for (unsigned int i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		uint64_t base = tops[i] - HAL_STACK_SIZE;

		if (address < base && base - address <= HAL_STACK_SIZE)
			core_kernel_trap(regs, "kernel stack overflow", address);
	}
	core_kernel_trap(regs, "double fault", address);
}

static bool stopping;

void trap_stop_others(void)
{
	__atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
}

// NMI, #DF, #MC, and #DB of kernel code, on their own stacks.
void trap_paranoid(struct hal_regs *regs)
{
	switch (regs->vector) {
	case VECTOR_NMI:
		if (__atomic_load_n(&stopping, __ATOMIC_ACQUIRE))
			core_ipi(HAL_IPI_STOP);
		return;
	case VECTOR_DB:
		// A single step that ran into a system call's first instructions; the frame that
		// goes back to user code has its own flags.
		regs->rflags &= ~RFLAGS_TF;
		__asm__ volatile("movq %0, %%dr6" : : "r"(0ul));
		return;
	case VECTOR_DF:
		double_fault(regs);
		return;
	default:
		core_kernel_trap(regs, hal_regs_cause(regs), 0);
	}
}

/* ---- interrupts, on the interrupt stack ---- */

void trap_interrupt(struct hal_regs *regs)
{
	unsigned int vector = (unsigned int)regs->vector;

	switch (vector) {
	case VECTOR_TIMER:
		apic_eoi();
		time_timer_interrupt(hal_regs_user(regs));
		return;
	case VECTOR_IPI + HAL_IPI_TLB:
		apic_eoi();
		tlb_ipi();
		return;
	case VECTOR_IPI + HAL_IPI_RESCHED:
	case VECTOR_IPI + HAL_IPI_CALL:
	case VECTOR_IPI + HAL_IPI_STOP:
		apic_eoi();
		core_ipi((enum hal_ipi)(vector - VECTOR_IPI));
		return;
	case VECTOR_SPURIOUS:
		return;
	default:
		if (vector >= VECTOR_DEVICE && vector < VECTOR_DEVICE_END) {
			core_irq(vector - VECTOR_DEVICE);
			apic_eoi();
		}
	}
}
