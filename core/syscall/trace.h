/* SPDX-License-Identifier: MIT */
/* trace.h - between the dispatcher and the trace of system calls. */
#ifndef SYSCALL_TRACE_H
#define SYSCALL_TRACE_H

#include <core/syscall.h>

/* Numbers below it go straight to their handlers: SYSCALL_MAX, or 0 while calls are traced. So the
 * trace costs nothing where it is off: the dispatcher compares with it anyway. Set at boot. */
extern unsigned long syscall_limit;

/* Call the handler of nr, which is below SYSCALL_MAX, and tell of it. */
long syscall_traced(unsigned long nr, const struct syscall_args *args);

#endif
