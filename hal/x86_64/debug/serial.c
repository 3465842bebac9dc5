// SPDX-License-Identifier: MIT
// Emergency output by polling COM1.

#include <hal/debug.h>
#include <x86_64/boot.h>
#include <x86_64/cpu.h>

#define COM1	     0x3f8
#define STATUS	     (COM1 + 5)
#define STATUS_EMPTY 0x20
#define STATUS_SENT  0x40

// 115200 8N1 with FIFOs, whatever the firmware left.
void debug_boot(void)
{
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 0x80);
	out8(COM1 + 0, 1);
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 3);
	out8(COM1 + 2, 7);
	out8(COM1 + 4, 0x0b);
}

// A port that never becomes ready must not stop the machine.
static void wait(uint8_t status)
{
	for (unsigned int i = 0; i < 1000000 && !(in8(STATUS) & status); i++)
		hal_cpu_relax();
}

static void put(char c)
{
	wait(STATUS_EMPTY);
	out8(COM1, (uint8_t)c);
}

void hal_debug_write(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
	wait(STATUS_SENT);
}
