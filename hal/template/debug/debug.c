// SPDX-License-Identifier: MIT
// template: the last resort. Any context; nothing is locked, nothing faults.

#include <hal/cpu.h>
#include <hal/debug.h>

void hal_debug_write(const char *text, size_t n)
{
	// FILL IN: poll the serial port; '\n' becomes CR LF.
	(void)text;
	(void)n;
}

void hal_regs_dump(const struct hal_regs *regs, void (*line)(const char *text))
{
	(void)regs;
	line("no registers");
}

unsigned int hal_backtrace(const struct hal_regs *regs, vaddr_t *pcs, unsigned int max)
{
	// FILL IN: follow frame pointers as long as they stay on stacks that are known to be
	// mapped.
	(void)regs;
	(void)pcs;
	(void)max;
	return 0;
}

const char *hal_regs_cause(const struct hal_regs *regs)
{
	(void)regs;
	return NULL;
}

__noreturn void hal_power_off(int code)
{
	(void)code;
	hal_cpu_park();
}

__noreturn void hal_reboot(void)
{
	hal_cpu_park();
}
