// SPDX-License-Identifier: MIT
// Register dumps and backtraces for the panic path: no locks, no allocation, no fault.

#include <core/lib/string.h>
#include <core/printk.h>
#include <hal/debug.h>
#include <hal/regs.h>
#include <x86_64/cpu.h>
#include <x86_64/regs.h>

void hal_regs_dump(const struct hal_regs *r, void (*line)(const char *text))
{
	char text[120];
	struct hal_thread *thread = hal_thread_current();

	snprintf(text, sizeof(text), "rip %016lx rsp %016lx rflags %08lx cs %02lx ss %02lx", r->rip,
		 r->rsp, r->rflags, r->cs & 0xffff, r->ss & 0xffff);
	line(text);
	snprintf(text, sizeof(text), "rax %016lx rbx %016lx rcx %016lx rdx %016lx", r->rax, r->rbx,
		 r->rcx, r->rdx);
	line(text);
	snprintf(text, sizeof(text), "rsi %016lx rdi %016lx rbp %016lx r8  %016lx", r->rsi, r->rdi,
		 r->rbp, r->r8);
	line(text);
	snprintf(text, sizeof(text), "r9  %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10,
		 r->r11, r->r12);
	line(text);
	snprintf(text, sizeof(text), "r13 %016lx r14 %016lx r15 %016lx", r->r13, r->r14, r->r15);
	line(text);
	snprintf(text, sizeof(text), "cr0 %08lx cr2 %016lx cr3 %016lx cr4 %08lx", read_cr0(),
		 read_cr2(), read_cr3(), read_cr4());
	line(text);
	snprintf(text, sizeof(text), "vector %lu error %lx cpu %u fs %016lx gs %016lx stack %016lx",
		 r->vector, r->error, hal_cpu_id(), rdmsr(MSR_FS_BASE), rdmsr(MSR_KERNEL_GS_BASE),
		 thread ? thread->stack_top - HAL_STACK_SIZE : 0);
	line(text);
}

// The top of the known stack that address lies on, or 0.
static vaddr_t stack_top_of(vaddr_t address)
{
	const struct hal_cpu *cpu = this_cpu();
	vaddr_t tops[] = {cpu->stack_top, cpu->irq_stack, cpu->emergency_stack};

	for (unsigned int i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (tops[i] - 1 - address < HAL_STACK_SIZE)
			return tops[i];
	return 0;
}

unsigned int hal_backtrace(const struct hal_regs *regs, vaddr_t *pcs, unsigned int max)
{
	vaddr_t frame = regs ? regs->rbp : (vaddr_t)__builtin_frame_address(0);
	unsigned int count = 0;

	if (regs && count < max)
		pcs[count++] = regs->rip;
	if (regs && hal_regs_user(regs))
		return count;
	// A frame is the caller's frame pointer and the return address. Stacks are left upwards, or
	// for another known one.
	while (count < max && !(frame & 7)) {
		vaddr_t top = stack_top_of(frame), next;

		if (!top || top - frame < 16)
			break;
		next = *(const vaddr_t *)frame;
		pcs[count++] = *(const vaddr_t *)(frame + 8);
		if (next <= frame && stack_top_of(next) == top)
			break;
		frame = next;
	}
	return count;
}
