/* SPDX-License-Identifier: MIT */
/*
 * common/uart.h - what a serial port's driver supplies, so that hal/serial.h is implemented once,
 * in common/serial.c.
 *
 * hal_boot_devices() of the port finds the device and calls one of the *_attach() functions; these
 * initialise the hardware (receive interrupt on, transmit interrupt off, FIFOs on, the line's speed
 * left as the firmware set it) and hand their operations to hal_uart_register().
 */
#ifndef HAL_COMMON_UART_H
#define HAL_COMMON_UART_H

#include <hal/types.h>

/* Called with the serial lock held and interrupts off; none of them waits. */
struct hal_uart_ops {
	size_t (*rx)(
		char *data,
		size_t n); /* take received bytes; their number. Clears what made the interrupt */
	size_t (*tx)(const char *data,
		     size_t n);	    /* fill the transmit FIFO; how many bytes it took */
	void (*want_room)(bool on); /* the transmit interrupt on or off */
};

/* Linux's name, major and minor for the port, and its line (HAL_IRQ_NONE: polled). Once, on the
 * boot CPU. */
void hal_uart_register(const struct hal_uart_ops *ops, const char *name, unsigned int major,
		       unsigned int minor, unsigned int irq);

/* common/ns16550.c: registers 0..7 are reached through in and out, which know about ports, strides
 * and widths. ttyS0. */
void ns16550_attach(uint8_t (*in)(unsigned int reg), void (*out)(unsigned int reg, uint8_t value),
		    unsigned int irq);

/* common/pl011.c: registers mapped at regs. ttyAMA0. */
void pl011_attach(volatile void *regs, unsigned int irq);

#endif
