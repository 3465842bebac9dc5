// SPDX-License-Identifier: MIT
/*
 * The kernel option trace=syscalls, or trace=syscalls:NAME,NAME...: a line in the kernel log for each system call (of threads with
 * one of these names), with its arguments as numbers, what its path argument says, and its result.
 *
 *     [    2.104210] python3[14] openat(0xffffffffffffff9c, 0x7ffc3610 "/etc/passwd", 0x80000, 0x0, 0x0, 0x0) = 3
 *
 * The machine's six argument registers are shown: what a call does not use is what the program left there. Calls that do not return are
 * shown as they begin. The log is a ring: read /dev/kmsg meanwhile to keep all of it.
 */

#include <core/init.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/syscall.h>
#include <core/syscall_table.h>
#include <core/thread.h>
#include <hal/user.h>

#include "trace.h"

#define LONGEST_PATH  96
#define LONGEST_NAMES 128

static const char *only; /* names with commas between, or NULL: all threads */

/* Which argument of a call is a path. */
static const struct {
	const char *call;
	unsigned int argument;
} paths[] = {
	{"access", 0},	  {"chdir", 0},	       {"chmod", 0},	{"chown", 0},	  {"chroot", 0},
	{"creat", 0},	  {"execve", 0},       {"execveat", 1}, {"faccessat", 1}, {"faccessat2", 1},
	{"fchmodat", 1},  {"fchmodat2", 1},    {"fchownat", 1}, {"lchown", 0},	  {"link", 0},
	{"linkat", 1},	  {"lstat", 0},	       {"mkdir", 0},	{"mkdirat", 1},	  {"mknodat", 1},
	{"mount", 1},	  {"newfstatat", 1},   {"open", 0},	{"openat", 1},	  {"openat2", 1},
	{"readlink", 0},  {"readlinkat", 1},   {"rename", 0},	{"renameat", 1},  {"renameat2", 1},
	{"rmdir", 0},	  {"stat", 0},	       {"statfs", 0},	{"statx", 1},	  {"symlink", 0},
	{"symlinkat", 0}, {"truncate", 0},     {"umount2", 0},	{"unlink", 0},	  {"unlinkat", 1},
	{"utimensat", 1}, {"memfd_create", 0}, {"getxattr", 0},
};

/* Calls that end or replace the program, or go back to where a signal came. */
static const char *const without_return[] = {"exit", "exit_group", "execve", "execveat",
					     "rt_sigreturn"};

static bool wanted(const char *name)
{
	size_t n = strlen(name);

	if (!only)
		return true;
	for (const char *at = only; *at; at += *at == ',') {
		const char *end = strchr(at, ',');
		size_t length = end ? (size_t)(end - at) : strlen(at);

		if (length == n && !strncmp(at, name, n))
			return true;
		at += length;
	}
	return false;
}

static int path_argument(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(paths[i].call, call))
			return (int)paths[i].argument;
	return -1;
}

static bool returns(const char *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(without_return); i++)
		if (!strcmp(without_return[i], call))
			return false;
	return true;
}

/* The text at a user address, quoted, as far as it is there and fits; what is not printable as a dot. */
static size_t quote(char *out, size_t n, unsigned long address)
{
	char path[LONGEST_PATH];
	size_t left = hal_copy_from_user_nofault(path, hal_user_ptr(const void, address),
						 sizeof(path) - 1);
	size_t length = sizeof(path) - 1 - left;

	path[length] = '\0';
	for (char *c = path; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '.';
	return length ? (size_t)scnprintf(out, n, " \"%s\"", path) : 0;
}

static void describe(char *text, size_t n, const char *call, const struct syscall_args *args)
{
	int path = path_argument(call);
	size_t used =
		(size_t)scnprintf(text, n, "%s[%d] %s(", current->name, current->pid->number, call);

	for (int i = 0; i < 6; i++) {
		used += (size_t)scnprintf(text + used, n - used, "%s0x%lx", i ? ", " : "",
					  args->arg[i]);
		if (i == path)
			used += quote(text + used, n - used, args->arg[i]);
	}
}

long syscall_traced(unsigned long nr, const struct syscall_args *args)
{
	long (*handler)(const struct syscall_args *args) = syscall_table[nr];
	const char *call = syscall_names[nr] ? syscall_names[nr] : "no such call";
	char text[300];
	long result;

	if (!wanted(current->name))
		return handler ? handler(args) : -ENOSYS;
	describe(text, sizeof(text), call, args);
	if (!returns(call))
		printk(LOG_DEBUG "%s) ...\n", text);
	result = handler ? handler(args) : -ENOSYS;
	printk(LOG_DEBUG "%s) = %ld\n", text, result);
	return result;
}

static int set_trace(const char *value)
{
	static char names[LONGEST_NAMES];

	if (!value || strncmp(value, "syscalls", 8) != 0 || (value[8] && value[8] != ':'))
		return -EINVAL;
	if (value[8]) {
		if (!value[9] || strlen(value + 9) >= sizeof(names))
			return -EINVAL;
		(void)strscpy(names, value + 9, sizeof(names)); /* fits */
		only = names;
	}
	syscall_limit = 0;
	return 0;
}
BOOT_OPTION("trace", set_trace);
