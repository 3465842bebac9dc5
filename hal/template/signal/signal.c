// SPDX-License-Identifier: MIT
// template: Linux's rt_sigframe. FILL IN: a struct with _Static_asserts on every offset, written
// and read piece by piece.

#include <hal/signal.h>

#define EFAULT 14

int hal_signal_push(struct hal_regs *regs, const struct hal_signal *signal)
{
	(void)regs;
	(void)signal;
	return -EFAULT;
}

int hal_signal_pop(struct hal_regs *regs, struct hal_signal_restored *restored)
{
	(void)regs;
	(void)restored;
	return -EFAULT;
}

size_t hal_signal_min_stack(void)
{
	return 2048;
}
