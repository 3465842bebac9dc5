// SPDX-License-Identifier: MIT
// Emergency output by polling COM1, and the power switch of QEMU's PC.

#include <hal/debug.h>
#include <stdint.h>

#define COM1		  0x3f8
#define COM1_STATUS	  (COM1 + 5)
#define COM1_STATUS_EMPTY 0x20

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(char c)
{
	while (!(in8(COM1_STATUS) & COM1_STATUS_EMPTY))
		;
	out8(COM1, (uint8_t)c);
}

void hal_debug_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

__noreturn void hal_power_off(int code)
{
	if (code)
		out8(0xf4, (uint8_t)code); // isa-debug-exit
	// ACPI's sleep register on QEMU's PC.
	__asm__ volatile("outw %0, %1" : : "a"((uint16_t)0x2000), "Nd"((uint16_t)0x604));
	for (;;)
		__asm__ volatile("cli; hlt");
}
