// SPDX-License-Identifier: MIT
// The devices of the tree: the HAL's own are attached, those for drivers are listed.

#include <common/fdt.h>
#include <common/uart.h>
#include <hal/boot.h>
#include <hal/device.h>
#include <hal/irq.h>
#include <hal/time.h>
#include <riscv/cpu.h>

#define DEVICES_MAX 64

static struct hal_device devices[DEVICES_MAX];
static unsigned int count;

const struct hal_device *hal_device(unsigned int i)
{
	return i < count ? &devices[i] : NULL;
}

static void list(const struct dt_node *node, enum hal_device_kind kind)
{
	struct hal_device *device = &devices[count];

	if (count == DEVICES_MAX || !dt_reg(node, 0, &device->base, &device->size))
		return;
	device->kind = kind;
	device->irq = dt_cell(node, "interrupts", 0, HAL_IRQ_NONE);
	count++;
}

static bool look(const struct dt_node *node, void *context)
{
	paddr_t base;
	uint64_t size;

	(void)context;
	if (dt_compatible(node, "virtio,mmio"))
		list(node, HAL_DEVICE_VIRTIO_MMIO);
	else if (dt_compatible(node, "pci-host-ecam-generic"))
		list(node, HAL_DEVICE_PCI_ECAM);
	else if (dt_compatible(node, "google,goldfish-rtc") && dt_reg(node, 0, &base, &size))
		riscv_rtc_init(base);
	return false;
}

// At boot, while page tables may still be made from the memory map.
void riscv_devices_init(void)
{
	dt_walk(look, NULL);
}

void hal_boot_devices(void)
{
	if (riscv_uart_irq != HAL_IRQ_NONE)
		ns16550_attach(riscv_uart_in, riscv_uart_out, riscv_uart_irq);
}
