// SPDX-License-Identifier: MIT
// PSCI (ARM DEN 0022): the firmware that starts CPUs, powers off and restarts.

#include <arm64/cpu.h>
#include <common/fdt.h>
#include <core/lib/string.h>
#include <hal/debug.h>

enum conduit { GUESS, NONE, HVC, SMC };
static enum conduit conduit;

static bool find_psci(const struct dt_node *node, void *context)
{
	const char *method;

	(void)context;
	if (!dt_compatible(node, "arm,psci-1.0") && !dt_compatible(node, "arm,psci-0.2"))
		return false;
	method = dt_string(node, "method");
	if (method)
		conduit = strcmp(method, "smc") == 0   ? SMC
			  : strcmp(method, "hvc") == 0 ? HVC
						       : NONE;
	return true;
}

void arm_psci_init(void)
{
	conduit = NONE;
	dt_walk(find_psci, NULL);
}

long arm_psci(unsigned long function, unsigned long a, unsigned long b, unsigned long c)
{
	register unsigned long x0 __asm__("x0") = function;
	register unsigned long x1 __asm__("x1") = a;
	register unsigned long x2 __asm__("x2") = b;
	register unsigned long x3 __asm__("x3") = c;
	// Until the tree was read: a kernel that began in EL2 has its firmware above it.
	bool smc = conduit == SMC || (conduit == GUESS && arm_features.el2);

	if (conduit == NONE)
		return -1; // NOT_SUPPORTED
	if (smc)
		__asm__ volatile("smc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
				   "x14", "x15", "x16", "x17", "memory");
	else
		__asm__ volatile("hvc #0"
				 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
				 :
				 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
				   "x14", "x15", "x16", "x17", "memory");
	return (long)(int)x0;
}

// The host learns no code: QEMU has a way (semihosting) only when it is asked for it.
__noreturn void hal_power_off(int code)
{
	(void)code;
	arm_psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	hal_cpu_park();
}

__noreturn void hal_reboot(void)
{
	arm_psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	hal_cpu_park();
}
