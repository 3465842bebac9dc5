/* SPDX-License-Identifier: MIT */
/*
 * core/init.h - how rooms announce themselves to core without core naming them: initialisers in
 * link sections, kernel options, self-tests.
 */
#ifndef CORE_INIT_H
#define CORE_INIT_H

#include <core/types.h>

/* Run at boot, in this order of levels, on the boot CPU in a kernel thread (may sleep, allocate).
 */
struct initcall {
	int (*run)(void); /* 0, or -errno: reported, boot goes on */
	const char *name;
};
#define INITCALL_(level, fn)                       \
	static const struct initcall initcall_##fn \
		__attribute__((used, section("core_initcalls_" level))) = {fn, #fn}
#define INIT_CORE(fn)	INITCALL_("1", fn) /* file system types, caches */
#define INIT_SUBSYS(fn) INITCALL_("2", fn) /* devices, protocols: the VFS works */
#define INIT_LATE(fn)	INITCALL_("3", fn) /* the root file system is mounted */

/* A kernel option on the command line, NAME or NAME=VALUE; unknown words without a dot go to
 * init's environment or arguments as on Linux; an unknown "tern." option is reported. */
struct boot_option {
	const char *name;
	int (*set)(
		const char *value); /* value NULL without "="; non-zero: "bad value" is reported */
};
#define BOOT_OPTION_(n, fn, id)                          \
	static const struct boot_option boot_option_##id \
		__attribute__((used, section("core_options"))) = {n, fn}
#define BOOT_OPTION__(n, fn, id) BOOT_OPTION_(n, fn, id)
#define BOOT_OPTION(n, fn)	 BOOT_OPTION__(n, fn, __COUNTER__) /* one function may serve several */

/* A self-test, run with "selftest" (or selftest=GLOB) on the command line: returns 0 or a text
 * that says what is wrong. May sleep. */
struct selftest {
	const char *name;
	const char *(*run)(void);
};
#define SELFTEST(n, fn)                            \
	static const struct selftest selftest_##fn \
		__attribute__((used, section("core_selftests"))) = {n, fn}

/* Value of an option on the command line ("root=/x" -> "/x"), or NULL. */
const char *cmdline_value(const char *name);

#endif
