// SPDX-License-Identifier: MIT
// The PL011 serial port (ARM DDI 0183), as an operations table for common/serial.c. The line's
// speed stays as the firmware set it.

#include <common/uart.h>

enum {
	DR = 0x00,    // data, with receive errors above bit 7
	FR = 0x18,    // flags
	LCR_H = 0x2c, // line control
	CR = 0x30,    // control
	IFLS = 0x34,  // FIFO levels at which the interrupts fire
	IMSC = 0x38,  // interrupt mask
	ICR = 0x44,   // interrupt clear
};

#define FR_RX_EMPTY  0x10u
#define FR_TX_FULL   0x20u
#define LCR_8N1_FIFO 0x70u
#define CR_ON	     0x301u // port, transmitter, receiver
#define IRQ_RX	     0x10u
#define IRQ_TX	     0x20u
#define IRQ_TIMEOUT  0x40u // received data below the FIFO level
#define IRQ_ALL	     0x7ffu

static volatile unsigned char *base;

static uint32_t get(unsigned int reg)
{
	return *(volatile uint32_t *)(base + reg);
}

static void put(unsigned int reg, uint32_t value)
{
	*(volatile uint32_t *)(base + reg) = value;
}

static size_t pl011_rx(char *data, size_t n)
{
	size_t i = 0;

	put(ICR, IRQ_RX | IRQ_TIMEOUT);
	while (i < n && !(get(FR) & FR_RX_EMPTY))
		data[i++] = (char)get(DR);
	return i;
}

static size_t pl011_tx(const char *data, size_t n)
{
	size_t i = 0;

	while (i < n && !(get(FR) & FR_TX_FULL))
		put(DR, (unsigned char)data[i++]);
	return i;
}

static void pl011_want_room(bool on)
{
	// The transmit interrupt is raised by the FIFO draining past its level: the caller has
	// filled it and was refused, so that is still to come.
	put(IMSC, IRQ_RX | IRQ_TIMEOUT | (on ? IRQ_TX : 0));
	if (!on)
		put(ICR, IRQ_TX);
}

void pl011_attach(volatile void *regs, unsigned int irq)
{
	static const struct hal_uart_ops ops = {pl011_rx, pl011_tx, pl011_want_room};

	base = regs;
	put(IMSC, 0);
	put(ICR, IRQ_ALL);
	put(LCR_H, LCR_8N1_FIFO);
	put(IFLS, 0); // receive at 1/8 full, transmit at 1/8
	put(CR, CR_ON);
	put(IMSC, IRQ_RX | IRQ_TIMEOUT);
	hal_uart_register(&ops, "ttyAMA0", 204, 64, irq);
}
