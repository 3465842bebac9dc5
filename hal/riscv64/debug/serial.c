// SPDX-License-Identifier: MIT
// Emergency output by polling the 16550, and the power switch through SBI.

#include <hal/debug.h>
#include <stdint.h>

// Identity mapped by the boot tables.
#define UART		  ((volatile uint8_t *)0x10000000)
#define UART_STATUS	  5
#define UART_STATUS_EMPTY 0x20

#define SBI_SRST 0x53525354

static void put(char c)
{
	while (!(UART[UART_STATUS] & UART_STATUS_EMPTY))
		;
	UART[0] = (uint8_t)c;
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
	register uint64_t type __asm__("a0") = 0;
	register uint64_t reason __asm__("a1") = 0;
	register uint64_t function __asm__("a6") = 0;
	register uint64_t extension __asm__("a7") = SBI_SRST;

	__asm__ volatile("ecall"
			 : "+r"(type), "+r"(reason)
			 : "r"(function), "r"(extension)
			 : "memory");
	for (;;)
		__asm__ volatile("wfi");
}
