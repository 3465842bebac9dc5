// SPDX-License-Identifier: MIT
// The boot order, on one page.

#include <hal/debug.h>

// <core/upcall.h> declares it; that header needs the whole HAL, which the ports are still growing.
__noreturn void core_main(void);

__noreturn void core_main(void)
{
	static const char banner[] = "Tern 6.12.0-tern\n";

	hal_debug_write(banner, sizeof(banner) - 1);
	hal_power_off(0);
}
