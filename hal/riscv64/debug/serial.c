// SPDX-License-Identifier: MIT
// Emergency output, and the power switch. Until the device tree has been read the firmware's
// console writes; then the 16550 is polled.

#include <common/fdt.h>
#include <hal/debug.h>
#include <hal/irq.h>
#include <riscv/cpu.h>
#include <riscv/sbi.h>

#define SBI_LEGACY_PUTCHAR 1
#define SBI_SRST_SHUTDOWN  0
#define SBI_SRST_COLD	   1

#define UART_DATA    0
#define UART_STATUS  5
#define STATUS_EMPTY 0x20

#define FINISHER_FAIL 0x3333u

static volatile uint8_t *uart;
static unsigned int shift;
static bool wide; // registers are 32 bits
static volatile uint32_t *finisher;
unsigned int riscv_uart_irq = HAL_IRQ_NONE;

uint8_t riscv_uart_in(unsigned int reg)
{
	volatile uint8_t *at = uart + (reg << shift);

	return wide ? (uint8_t)*(volatile uint32_t *)at : *at;
}

void riscv_uart_out(unsigned int reg, uint8_t value)
{
	volatile uint8_t *at = uart + (reg << shift);

	if (wide)
		*(volatile uint32_t *)at = value;
	else
		*at = value;
}

static void put(char c)
{
	if (!uart) {
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)c, 0, 0, 0, 0);
		return;
	}
	while (!(riscv_uart_in(UART_STATUS) & STATUS_EMPTY))
		;
	riscv_uart_out(UART_DATA, (uint8_t)c);
}

void hal_debug_write(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

static bool is_uart(const struct dt_node *node)
{
	return dt_compatible(node, "ns16550a") || dt_compatible(node, "ns16550") ||
	       dt_compatible(node, "snps,dw-apb-uart");
}

static bool find_uart(const struct dt_node *node, void *context)
{
	if (!is_uart(node))
		return false;
	*(struct dt_node *)context = *node;
	return true;
}

static bool find_finisher(const struct dt_node *node, void *context)
{
	paddr_t base;
	uint64_t size;

	(void)context;
	if (!dt_compatible(node, "sifive,test0") || !dt_reg(node, 0, &base, &size))
		return false;
	finisher = riscv_map_device(base, 4);
	return true;
}

void riscv_debug_init(void)
{
	struct dt_node node = {.offset = -1};
	paddr_t base;
	uint64_t size;

	if (!dt_find_stdout(&node) || !is_uart(&node)) {
		node.offset = -1;
		dt_walk(find_uart, &node);
	}
	if (node.offset >= 0 && dt_reg(&node, 0, &base, &size)) {
		shift = dt_cell(&node, "reg-shift", 0, 0) & 3;
		wide = dt_cell(&node, "reg-io-width", 0, 1) == 4;
		uart = riscv_map_device(base, size);
		if (uart)
			riscv_uart_irq = dt_cell(&node, "interrupts", 0, HAL_IRQ_NONE);
	}
	dt_walk(find_finisher, NULL);
}

__noreturn void hal_power_off(int code)
{
	if (code && finisher)
		*finisher = (uint32_t)code << 16 | FINISHER_FAIL;
	sbi_call(SBI_SRST, 0, SBI_SRST_SHUTDOWN, code ? 1 : 0, 0, 0, 0);
	hal_cpu_park();
}

__noreturn void hal_reboot(void)
{
	sbi_call(SBI_SRST, 0, SBI_SRST_COLD, 0, 0, 0, 0);
	hal_cpu_park();
}
