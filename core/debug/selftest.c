// SPDX-License-Identifier: MIT
// Runs the self-tests that rooms have registered, on the command line's word "selftest" (or
// selftest=PREFIX), prints one line each and a verdict, and powers off.

#include <core/init.h>
#include <core/lib/string.h>
#include <core/printk.h>
#include <core/selftest.h>
#include <hal/debug.h>

extern const struct selftest __start_core_selftests[] __attribute__((weak));
extern const struct selftest __stop_core_selftests[] __attribute__((weak));

void selftest_run_if_asked(void)
{
	const char *prefix = cmdline_value("selftest");
	unsigned int passed = 0, failed = 0;

	if (!prefix)
		return;
	for (const struct selftest *t = __start_core_selftests; t < __stop_core_selftests; t++) {
		if (strncmp(t->name, prefix, strlen(prefix)) != 0)
			continue;
		const char *wrong = t->run();

		if (wrong) {
			failed++;
			printk(LOG_EMERG "selftest %s FAIL %s\n", t->name, wrong);
		} else {
			passed++;
			printk(LOG_EMERG "selftest %s ok\n", t->name);
		}
	}
	printk(LOG_EMERG "selftests: %u passed, %u failed\n", passed, failed);
	hal_power_off(failed ? 1 : 0);
}
