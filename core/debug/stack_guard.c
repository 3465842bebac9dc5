// SPDX-License-Identifier: MIT
// The stack protector's canary and what happens when it was overwritten.

#include <hal/debug.h>
#include <stdint.h>

// The names are the compiler's.
extern uintptr_t __stack_chk_guard;
__noreturn void __stack_chk_fail(void);

// A constant until the entropy source seeds it: the low byte is zero so that string functions stop at it.
uintptr_t __stack_chk_guard = 0x7e26f1a9c4d35b00;

__noreturn void __stack_chk_fail(void)
{
	static const char text[] = "panic: stack protector: canary overwritten\n";

	hal_debug_write(text, sizeof(text) - 1);
	hal_power_off(0);
}
