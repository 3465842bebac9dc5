/* SPDX-License-Identifier: MIT */
/*
 * core/syscall.h - the one type of every system call handler. The table itself is generated from
 * core/syscall/syscalls.tbl.
 *
 * A handler decodes its arguments (validates, changes nothing), then performs. It returns a result
 * or a negative errno.
 */
#ifndef CORE_SYSCALL_H
#define CORE_SYSCALL_H

#include <core/errno.h>
#include <core/types.h>
#include <core/uio.h>

struct syscall_args {
	unsigned long arg[6];
};

/* Usage: SYSCALL(read) { int fd = (int)args->arg[0]; ... } defines long sys_read(const struct
 * syscall_args *args). */
#define SYSCALL(name)                                     \
	long sys_##name(const struct syscall_args *args); \
	long sys_##name(__attribute__((unused)) const struct syscall_args *args)

#define SYSCALL_MAX 512 /* numbers are below this */

#endif
