// SPDX-License-Identifier: MIT
// The end: power off and restart, as the ACPI tables say, or QEMU's and the PC's ways.

#include <common/acpi.h>
#include <hal/debug.h>
#include <x86_64/cpu.h>
#include <x86_64/power.h>

#define QEMU_DEBUG_EXIT 0xf4
#define QEMU_PM1A	0x604

static struct acpi_soft_off soft_off = {.pm1a_port = QEMU_PM1A, .pm1a_value = 0x2000};

void power_boot(void)
{
	struct acpi_soft_off found = {0};

	if (acpi_find_soft_off(&found))
		soft_off = found;
}

void hal_power_off(int code)
{
	hal_irq_disable();
	// isa-debug-exit makes it QEMU's exit status (code << 1) | 1.
	if (code && cpu_features.hypervisor)
		out32(QEMU_DEBUG_EXIT, (uint32_t)code);
	out16(soft_off.pm1a_port, soft_off.pm1a_value);
	if (soft_off.pm1b_port)
		out16(soft_off.pm1b_port, soft_off.pm1b_value);
	hal_cpu_park();
}

void hal_reboot(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing;

	hal_irq_disable();
	out8(0xcf9, 0x02);
	out8(0xcf9, 0x06); // the chipset's reset register: hard reset
	time_delay_us(1000);
	out8(0x64, 0xfe); // the keyboard controller's reset line
	time_delay_us(1000);
	__asm__ volatile("lidt %0; int3" : : "m"(nothing)); // a triple fault
	hal_cpu_park();
}
