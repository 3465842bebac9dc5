// SPDX-License-Identifier: MIT
// From a number to its handler: one bounds check, one load, one call.

#include <core/syscall.h>
#include <core/syscall_table.h>
#include <core/upcall.h>

#include "trace.h"

/* Handlers are declared weak so that a room that is not built in leaves ENOSYS behind, not a link
 * error; scripts/syscalls --check finds a call that the master table promises and no room defines.
 */
#define SYSCALL_HANDLED(number, name) \
	long sys_##name(const struct syscall_args *args) __attribute__((weak));
#define SYSCALL_ABSENT(number, name)
#include <generated/syscalls.h>
#undef SYSCALL_HANDLED
#undef SYSCALL_ABSENT

long (*const syscall_table[SYSCALL_MAX])(const struct syscall_args *args) = {
#define SYSCALL_HANDLED(number, name) [number] = sys_##name,
#define SYSCALL_ABSENT(number, name)
#include <generated/syscalls.h>
#undef SYSCALL_HANDLED
#undef SYSCALL_ABSENT
};

const char *const syscall_names[SYSCALL_MAX] = {
#define SYSCALL_HANDLED(number, name) [number] = #name,
#define SYSCALL_ABSENT(number, name)  [number] = #name,
#include <generated/syscalls.h>
};

unsigned long syscall_limit = SYSCALL_MAX;

long core_syscall(__attribute__((unused)) struct hal_regs *regs, unsigned long nr,
		  const unsigned long *args)
{
	long (*handler)(const struct syscall_args *args);

	if (unlikely(nr >= syscall_limit)) {
		if (nr >= SYSCALL_MAX)
			return -ENOSYS;
		return syscall_traced(nr, (const struct syscall_args *)(const void *)args);
	}
	handler = syscall_table[nr];
	if (unlikely(!handler))
		return -ENOSYS;
	return handler((const struct syscall_args *)(const void *)args);
}
