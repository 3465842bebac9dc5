// SPDX-License-Identifier: MIT
// Emergency output by polling the PL011, and the power switch through PSCI.

#include <hal/debug.h>
#include <stdint.h>

// Identity mapped by the boot tables.
#define PL011_DATA	((volatile uint32_t *)0x09000000)
#define PL011_FLAGS	((volatile uint32_t *)0x09000018)
#define PL011_FLAG_FULL 0x20

#define PSCI_SYSTEM_OFF 0x84000008

static void put(char c)
{
	while (*PL011_FLAGS & PL011_FLAG_FULL)
		;
	*PL011_DATA = (uint8_t)c;
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
	(void)code;
	register uint64_t function __asm__("x0") = PSCI_SYSTEM_OFF;

	__asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
	for (;;)
		__asm__ volatile("wfi");
}
