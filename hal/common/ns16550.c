// SPDX-License-Identifier: MIT
// The 16550 serial port (National Semiconductor PC16550D), as an operations table for
// common/serial.c. The line's speed stays as the firmware set it.

#include <common/uart.h>

enum {
	DATA = 0,
	IER = 1, // interrupt enable
	FCR = 2, // FIFO control (write)
	LCR = 3, // line control
	MCR = 4, // modem control
	LSR = 5, // line status
};

#define IER_RX	     0x01u
#define IER_TX	     0x02u
#define FCR_ON_RESET 0x07u // FIFOs on and empty; receive interrupt at the first byte
#define LCR_8N1	     0x03u
#define MCR_ON	     0x0bu // DTR, RTS, and OUT2, which lets the interrupt through on PCs
#define LSR_RX	     0x01u
#define LSR_TX_EMPTY 0x20u
#define FIFO_SIZE    16u

static uint8_t (*get)(unsigned int reg);
static void (*put)(unsigned int reg, uint8_t value);

static size_t ns16550_rx(char *data, size_t n)
{
	size_t i = 0;

	while (i < n && (get(LSR) & LSR_RX))
		data[i++] = (char)get(DATA);
	return i;
}

static size_t ns16550_tx(const char *data, size_t n)
{
	size_t i = 0;

	if (!(get(LSR) & LSR_TX_EMPTY))
		return 0;
	while (i < n && i < FIFO_SIZE)
		put(DATA, (uint8_t)data[i++]);
	return i;
}

static void ns16550_want_room(bool on)
{
	put(IER, on ? IER_RX | IER_TX : IER_RX);
}

void ns16550_attach(uint8_t (*in)(unsigned int reg), void (*out)(unsigned int reg, uint8_t value),
		    unsigned int irq)
{
	static const struct hal_uart_ops ops = {
		.rx = ns16550_rx,
		.tx = ns16550_tx,
		.want_room = ns16550_want_room,
	};

	get = in;
	put = out;
	put(LCR, LCR_8N1);
	put(FCR, FCR_ON_RESET);
	put(MCR, MCR_ON);
	put(IER, IER_RX);
	hal_uart_register(&ops, "ttyS0", 4, 64, irq);
}
