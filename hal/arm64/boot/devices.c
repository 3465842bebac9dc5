// SPDX-License-Identifier: MIT
// hal_boot_devices(), and hal/device.h: what the device tree names for subsys/dev.

#include <arm64/cpu.h>
#include <common/fdt.h>
#include <common/uart.h>
#include <hal/device.h>
#include <hal/irq.h>

#define DEVICES_MAX 40

static struct hal_device devices[DEVICES_MAX];
static unsigned int device_count;

static void add_device(const struct dt_node *node, enum hal_device_kind kind, unsigned int irq)
{
	struct hal_device *device = &devices[device_count];

	if (device_count < DEVICES_MAX && dt_reg(node, 0, &device->base, &device->size)) {
		device->kind = kind;
		device->irq = irq;
		device_count++;
	}
}

static bool visit(const struct dt_node *node, void *context)
{
	bool *serial = context;
	paddr_t base;
	uint64_t size;

	if (dt_compatible(node, "virtio,mmio")) {
		add_device(node, HAL_DEVICE_VIRTIO_MMIO, arm_irq_of(node, 0));
	} else if (dt_compatible(node, "pci-host-ecam-generic")) {
		add_device(node, HAL_DEVICE_PCI_ECAM, HAL_IRQ_NONE);
	} else if (!*serial && dt_compatible(node, "arm,pl011") && dt_reg(node, 0, &base, &size) &&
		   base == arm_console) {
		volatile void *registers = arm_map_registers(base, 0x1000);

		if (registers)
			pl011_attach(registers, arm_irq_of(node, 0));
		*serial = true;
	}
	return false;
}

void hal_boot_devices(void)
{
	bool serial = false;

	arm_irq_init();
	arm_timer_init_cpu();
	arm_rtc_init();
	dt_walk(visit, &serial);
}

const struct hal_device *hal_device(unsigned int i)
{
	return i < device_count ? &devices[i] : NULL;
}
