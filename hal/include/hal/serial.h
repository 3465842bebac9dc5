/* SPDX-License-Identifier: MIT */
/*
 * hal/serial.h - the console's serial port (16550 or PL011), driven by interrupts. Used by the
 * terminal room only.
 *
 * None of these sleeps or waits. They serialise among themselves with an internal irq-saving lock.
 */
#ifndef HAL_SERIAL_H
#define HAL_SERIAL_H

#include <hal/types.h>

/* Linux's name for the port on this machine: "ttyS0" (x86_64, riscv64) or "ttyAMA0" (arm64), major
 * and minor as Linux has them (4,64; 204,64). */
const char *hal_serial_name(unsigned int *major, unsigned int *minor);

/* Line for core_irq(): receive data, or (when asked) room to transmit. HAL_IRQ_NONE: poll. Receive
 * interrupts are on from the start. */
unsigned int hal_serial_irq(void);

/* Queue up to n bytes to the transmitter; returns how many it took (0: full). */
size_t hal_serial_write(const char *data, size_t n);

/* Ask for (or stop) an interrupt when there is room to transmit again. */
void hal_serial_want_room(bool on);

/* Take up to n received bytes; returns how many. */
size_t hal_serial_read(char *data, size_t n);

#endif
