/* SPDX-License-Identifier: MIT */
/* core/syscall_table.h - this machine's system calls by number, made from
 * core/syscall/syscalls.tbl. */
#ifndef CORE_SYSCALL_TABLE_H
#define CORE_SYSCALL_TABLE_H

#include <core/syscall.h>

/* NULL for a number that has no call, and for a call that is absent: ENOSYS. */
extern long (*const syscall_table[SYSCALL_MAX])(const struct syscall_args *args);

/* Names of handled and absent calls alike, NULL for a number without a call: for traces and
 * reports. */
extern const char *const syscall_names[SYSCALL_MAX];

#endif
