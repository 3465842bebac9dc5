// SPDX-License-Identifier: MIT
// template: the boot CPU's first C code, from what the firmware left to core_main(); harts and
// IPIs; devices.

#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/cpu.h>
#include <hal/debug.h>
#include <hal/device.h>

#define EIO 5

static struct hal_boot_info info;

struct hal_thread *template_current;

const struct hal_boot_info *hal_boot_info(void)
{
	return &info;
}

__noreturn void hal_boot_fail(const char *why)
{
	// FILL IN: "tern: cannot boot: WHY", by hal_debug_write().
	(void)why;
	hal_power_off(0);
}

void hal_boot_devices(void)
{
	// FILL IN: interrupt controller, serial port (ns16550_attach() or pl011_attach()), RTC; the
	// list behind hal_device().
}

const struct hal_device *hal_device(unsigned int i)
{
	(void)i;
	return NULL;
}

// ---- processors ----

int hal_cpu_start(unsigned int cpu, struct hal_thread *thread, void *irq_stack,
		  void *emergency_stack)
{
	// FILL IN: tell the firmware; the CPU ends in core_secondary(cpu) on thread's stack.
	(void)cpu;
	(void)thread;
	(void)irq_stack;
	(void)emergency_stack;
	return -EIO;
}

void hal_cpu_set_local(void *local)
{
	hal_thread_current()->local = local;
}

void hal_ipi_send(unsigned int cpu, enum hal_ipi kind)
{
	// FILL IN: set a bit in the target's mask; interrupt it if it was empty. The handler calls
	// core_ipi() for each.
	(void)cpu;
	(void)kind;
}

void hal_cpu_idle(void)
{
	// FILL IN: wait for an interrupt in a way that cannot miss one that is pending already.
	hal_irq_enable();
	hal_irq_disable();
}

__noreturn void hal_cpu_park(void)
{
	hal_irq_disable();
	for (;;)
		hal_cpu_relax();
}

size_t hal_entropy(void *buf, size_t n)
{
	(void)buf;
	(void)n;
	return 0;
}

size_t hal_cpu_describe(unsigned int cpu, char *buf, size_t n)
{
	(void)cpu;
	(void)buf;
	(void)n;
	return 0;
}

unsigned long hal_hwcap(unsigned int which)
{
	(void)which;
	return 0;
}

const char *hal_platform(void)
{
	return NULL;
}
