// SPDX-License-Identifier: MIT
// Register dumps, names of exceptions and backtraces: any context, nothing is locked, nothing
// faults.

#include <core/lib/string.h>
#include <hal/debug.h>
#include <riscv/cpu.h>

extern char riscv_boot_irq_stack[], riscv_boot_emergency_stack[], boot_cpu_stack_end[];

static char *put(char *at, const char *s)
{
	while (*s)
		*at++ = *s++;
	return at;
}

static char *put_hex(char *at, unsigned long value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	return at;
}

void hal_regs_dump(const struct hal_regs *regs, void (*line)(const char *text))
{
	static const char names[36][8] = {
		"pc ", "ra ", "sp ", "gp ", "tp ", "t0 ",    "t1 ",   "t2 ",	 "s0 ",
		"s1 ", "a0 ", "a1 ", "a2 ", "a3 ", "a4 ",    "a5 ",   "a6 ",	 "a7 ",
		"s2 ", "s3 ", "s4 ", "s5 ", "s6 ", "s7 ",    "s8 ",   "s9 ",	 "s10",
		"s11", "t3 ", "t4 ", "t5 ", "t6 ", "status", "cause", "badaddr", "orig_a0",
	};
	const unsigned long *words = (const unsigned long *)regs;
	char text[160], *at = text;

	for (unsigned int i = 0; i < 36; i++) {
		at = put(at, names[i]);
		*at++ = ' ';
		at = put_hex(at, words[i]);
		if (i % 4 == 3) {
			*at = '\0';
			line(text);
			at = text;
		} else {
			at = put(at, "  ");
		}
	}
	at = put(text, "satp ");
	at = put_hex(at, csr_read(satp));
	at = put(at, "  hart ");
	at = put_hex(at, this_cpu()->hartid);
	*at = '\0';
	line(text);
}

const char *hal_regs_cause(const struct hal_regs *regs)
{
	static const char *const names[16] = {
		[CAUSE_FETCH_ALIGN] = "misaligned instruction fetch",
		[CAUSE_FETCH_FAULT] = "instruction access fault",
		[CAUSE_ILLEGAL] = "illegal instruction",
		[CAUSE_BREAK] = "breakpoint",
		[CAUSE_LOAD_ALIGN] = "misaligned load",
		[CAUSE_LOAD_FAULT] = "load access fault",
		[CAUSE_STORE_ALIGN] = "misaligned store",
		[CAUSE_STORE_FAULT] = "store access fault",
		[CAUSE_FETCH_PAGE] = "instruction page fault",
		[CAUSE_LOAD_PAGE] = "load page fault",
		[CAUSE_STORE_PAGE] = "store page fault",
	};
	extern const int32_t __kcfi_traps_start[], __kcfi_traps_end[];

	if (regs->cause == CAUSE_BREAK && !hal_regs_user(regs))
		for (const int32_t *trap = __kcfi_traps_start; trap < __kcfi_traps_end; trap++)
			if ((vaddr_t)trap + (vaddr_t)(long)*trap == regs->pc)
				return "kCFI violation";
	return regs->cause < 16 ? names[regs->cause] : NULL;
}

// ---- backtraces ----

static bool is_kernel_text(vaddr_t pc)
{
	return pc >= (vaddr_t)__text_start && pc < (vaddr_t)__text_end;
}

// Are the 16 bytes below fp on the same stack as sp? A stack is the upper half of an aligned
// window.
static bool same_stack(vaddr_t sp, vaddr_t fp)
{
	vaddr_t window = ~(2ul * HAL_STACK_SIZE - 1);
	vaddr_t record = fp - 16;

	return !(fp & 7) && fp >= 16 && ((record ^ sp) & window) == 0 && (record & HAL_STACK_SIZE);
}

unsigned int hal_backtrace(const struct hal_regs *regs, vaddr_t *pcs, unsigned int max)
{
	const struct hal_thread *thread = hal_thread_current();
	const struct hal_cpu *cpu = thread->hal;
	// Stacks that are known to be there: an address just inside each.
	const vaddr_t stacks[] = {
		(vaddr_t)__builtin_frame_address(0) - 16, (vaddr_t)cpu->irq_stack - 16,
		(vaddr_t)cpu->emergency_stack - 16,	  (vaddr_t)thread->regs,
		(vaddr_t)boot_cpu_stack_end - 16,
	};
	vaddr_t fp = (vaddr_t)__builtin_frame_address(0);
	unsigned int n = 0;

	if (regs) {
		if (n < max)
			pcs[n++] = regs->pc;
		if (hal_regs_user(regs))
			return n;
		fp = regs->s0;
		// A leaf has not stored its return address.
		if (n < max && is_kernel_text(regs->ra) && regs->ra != regs->pc)
			pcs[n++] = regs->ra;
	}
	while (n < max) {
		const unsigned long *record = (const unsigned long *)(fp - 16);
		bool known = false;

		for (unsigned int i = 0; i < sizeof(stacks) / sizeof(stacks[0]) && !known; i++)
			known = same_stack(stacks[i], fp);
		if (!known || !is_kernel_text(record[1]))
			break;
		if (n == 0 || pcs[n - 1] != record[1])
			pcs[n++] = record[1];
		if (record[0] <= fp && same_stack(fp, record[0]))
			break; // a chain goes up
		fp = record[0];
	}
	return n;
}
