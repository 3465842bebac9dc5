// SPDX-License-Identifier: MIT
// The stack protector's canary and what happens when it was overwritten.

#include <core/upcall.h>
#include <hal/cpu.h>
#include <stdint.h>

// The names are the compiler's.
extern uintptr_t __stack_chk_guard;
__noreturn void __stack_chk_fail(void);

// A constant until core_main seeds it: the low byte is zero so that string functions stop at it.
uintptr_t __stack_chk_guard = 0x7e26f1a9c4d35b00;

__noreturn void __stack_chk_fail(void)
{
	panic("stack protector: canary overwritten, called from %pS", __builtin_return_address(0));
}
