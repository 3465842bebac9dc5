// SPDX-License-Identifier: MIT
// The last resort: polled output, register dumps, backtraces.

#include <arm64/cpu.h>
#include <arm64/regs.h>
#include <core/lib/string.h>
#include <hal/debug.h>

// A PL011's registers. Until the device tree has been read: QEMU's, in the identity map.
#define UART_GUESS    0x09000000ul
#define UART_DATA     0x00
#define UART_FLAGS    0x18
#define UART_FULL     0x20u
#define UART_BUSY     0x08u
#define UART_PATIENCE 1000000u // polls: a port that never drains must not hang a panic

static volatile unsigned char *uart = (volatile unsigned char *)UART_GUESS;

void arm_debug_uart(volatile void *registers)
{
	uart = registers;
}

static void wait_while(uint32_t flag)
{
	for (unsigned int i = 0;
	     i < UART_PATIENCE && *(volatile uint32_t *)(uart + UART_FLAGS) & flag; i++)
		;
}

static void put(char c)
{
	wait_while(UART_FULL);
	*(volatile uint32_t *)(uart + UART_DATA) = (unsigned char)c;
}

void hal_debug_write(const char *text, size_t n)
{
	if (!uart)
		return;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
	wait_while(UART_BUSY);
}

static char *append_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *append_hex(char *to, unsigned long value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	return to;
}

// "name value" twice or so on a line.
struct field {
	const char *name;
	unsigned long value;
};

static void put_line(void (*line)(const char *text), const struct field *fields, unsigned int count)
{
	char text[128], *at = text;

	for (unsigned int i = 0; i < count; i++) {
		if (i)
			at = append_text(at, "  ");
		at = append_text(at, fields[i].name);
		*at++ = ' ';
		at = append_hex(at, fields[i].value);
	}
	*at = '\0';
	line(text);
}

void hal_regs_dump(const struct hal_regs *regs, void (*line)(const char *text))
{
	static const char names[][4] = {"x0 ", "x1 ", "x2 ", "x3 ", "x4 ", "x5 ", "x6 ", "x7 ",
					"x8 ", "x9 ", "x10", "x11", "x12", "x13", "x14", "x15",
					"x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
					"x24", "x25", "x26", "x27", "x28", "x29", "x30"};
	struct field fields[3];

	put_line(line,
		 (struct field[]){{"pc ", regs->pc}, {"sp ", regs->sp}, {"pstate", regs->pstate}},
		 3);
	for (unsigned int i = 0; i < 31; i += 3) {
		unsigned int n = i + 3 <= 31 ? 3 : 31 - i;

		for (unsigned int j = 0; j < n; j++)
			fields[j] = (struct field){names[i + j], regs->x[i + j]};
		put_line(line, fields, n);
	}
	put_line(line, (struct field[]){{"esr", regs->syndrome}, {"far", regs->address}}, 2);
	put_line(line,
		 (struct field[]){{"ttbr0", read_sysreg(ttbr0_el1)},
				  {"sctlr", read_sysreg(sctlr_el1)},
				  {"tls", read_sysreg(tpidr_el0)}},
		 3);
}

// Is the frame record at fp inside one of the stacks that this CPU may be on?
static bool on_known_stack(vaddr_t fp)
{
	const struct hal_thread *thread = hal_thread_current();
	const struct hal_cpu *cpu = thread->hal;
	vaddr_t base = fp & ~(vaddr_t)(HAL_STACK_SIZE - 1);

	if (fp & 7 || fp - base > HAL_STACK_SIZE - 16)
		return false;
	return base == ((vaddr_t)thread->regs & ~(vaddr_t)(HAL_STACK_SIZE - 1)) ||
	       base + HAL_STACK_SIZE == (vaddr_t)cpu->irq_stack ||
	       base + HAL_STACK_SIZE == (vaddr_t)cpu->emergency_stack;
}

// A return address without its pointer authentication code.
static vaddr_t strip(vaddr_t pc)
{
	return pc >> 55 & 1 ? pc | 0xffff000000000000 : pc;
}

unsigned int hal_backtrace(const struct hal_regs *regs, vaddr_t *pcs, unsigned int max)
{
	vaddr_t fp = (vaddr_t)__builtin_frame_address(0);
	unsigned int n = 0;

	if (regs) {
		if (hal_regs_user(regs))
			return 0;
		if (n < max)
			pcs[n++] = regs->pc;
		fp = regs->x[29];
	}
	while (n < max && on_known_stack(fp)) {
		const unsigned long *record = (const unsigned long *)fp;

		pcs[n++] = strip(record[1]);
		// Upwards on one stack; a change of stacks is from an interrupt to what it
		// interrupted.
		if (record[0] == fp)
			break;
		fp = record[0];
	}
	return n;
}
