// SPDX-License-Identifier: MIT
// Devices that are the HAL's own, found when core's allocators work.

#include <common/acpi.h>
#include <common/uart.h>
#include <core/lib/string.h>
#include <hal/boot.h>
#include <hal/device.h>
#include <hal/irq.h>
#include <x86_64/cpu.h>
#include <x86_64/power.h>

#define COM1	 0x3f8
#define COM1_IRQ 4

static uint8_t serial_in(unsigned int reg)
{
	return in8((uint16_t)(COM1 + reg));
}

static void serial_out(unsigned int reg, uint8_t value)
{
	out8((uint16_t)(COM1 + reg), value);
}

static struct hal_device ecam;
static bool has_ecam;

// PCI Express: the MCFG table's first segment.
static bool find_ecam(struct hal_device *device)
{
	const struct acpi_header *mcfg = acpi_find("MCFG");
	const uint8_t *entry = (const uint8_t *)mcfg + 44; // base, segment, first and last bus

	if (!mcfg || mcfg->length < 60)
		return false;
	memcpy(&device->base, entry, 8);
	device->size = (entry[11] - entry[10] + 1ul) << 20;
	device->irq = HAL_IRQ_NONE;
	device->kind = HAL_DEVICE_PCI_ECAM;
	return true;
}

void hal_boot_devices(void)
{
	power_boot();
	ioapic_boot();
	// A port that is not there reads as ones; its scratch register keeps nothing.
	serial_out(7, 0x5a);
	if (serial_in(7) == 0x5a)
		ns16550_attach(serial_in, serial_out, ioapic_isa_line(COM1_IRQ));
	has_ecam = find_ecam(&ecam);
}

const struct hal_device *hal_device(unsigned int i)
{
	return i == 0 && has_ecam ? &ecam : NULL;
}
