/* SPDX-License-Identifier: MIT */
/*
 * hal/device.h - the devices that the device tree or the ACPI tables name, in one form.
 *
 * Interrupt controllers, timers, the console port and the RTC are the HAL's own and not listed.
 */
#ifndef HAL_DEVICE_H
#define HAL_DEVICE_H

#include <hal/types.h>

enum hal_device_kind {
	HAL_DEVICE_VIRTIO_MMIO, /* a virtio transport, registers and one line */
	HAL_DEVICE_PCI_ECAM,	/* a PCI host bridge with memory-mapped configuration space */
};

struct hal_device {
	enum hal_device_kind kind;
	paddr_t base;	  /* registers */
	uint64_t size;	  /* bytes */
	unsigned int irq; /* HAL_IRQ_NONE when it has none */
};

/* Device number i, or NULL when there are no more. Valid after hal_boot_devices(); constant. */
const struct hal_device *hal_device(unsigned int i);

#endif
