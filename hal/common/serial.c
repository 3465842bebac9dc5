// SPDX-License-Identifier: MIT
// hal/serial.h, once for all machines: one registered port behind one lock. Before a port is
// registered nothing is taken and nothing arrives.

#include <common/lock.h>
#include <common/uart.h>
#include <hal/irq.h>
#include <hal/serial.h>

static struct {
	const struct hal_uart_ops *ops;
	const char *name;
	unsigned int major, minor, irq;
	struct hal_lock lock; /* the device's registers */
} port = {.name = "ttyS0", .major = 4, .minor = 64, .irq = HAL_IRQ_NONE};

void hal_uart_register(const struct hal_uart_ops *ops, const char *name, unsigned int major,
		       unsigned int minor, unsigned int irq)
{
	port.name = name;
	port.major = major;
	port.minor = minor;
	port.irq = irq;
	__atomic_store_n(&port.ops, ops, __ATOMIC_RELEASE);
}

const char *hal_serial_name(unsigned int *major, unsigned int *minor)
{
	*major = port.major;
	*minor = port.minor;
	return port.name;
}

unsigned int hal_serial_irq(void)
{
	return port.irq;
}

size_t hal_serial_write(const char *data, size_t n)
{
	const struct hal_uart_ops *ops = __atomic_load_n(&port.ops, __ATOMIC_ACQUIRE);
	unsigned long flags;

	if (!ops)
		return 0;
	flags = hal_lock(&port.lock);
	n = ops->tx(data, n);
	hal_unlock(&port.lock, flags);
	return n;
}

void hal_serial_want_room(bool on)
{
	const struct hal_uart_ops *ops = __atomic_load_n(&port.ops, __ATOMIC_ACQUIRE);
	unsigned long flags;

	if (!ops)
		return;
	flags = hal_lock(&port.lock);
	ops->want_room(on);
	hal_unlock(&port.lock, flags);
}

size_t hal_serial_read(char *data, size_t n)
{
	const struct hal_uart_ops *ops = __atomic_load_n(&port.ops, __ATOMIC_ACQUIRE);
	unsigned long flags;

	if (!ops)
		return 0;
	flags = hal_lock(&port.lock);
	n = ops->rx(data, n);
	hal_unlock(&port.lock, flags);
	return n;
}
