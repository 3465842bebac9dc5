/* SPDX-License-Identifier: MIT */
/* core/selftest.h - the runner of the in-kernel self-tests; tests register with SELFTEST() of
 * core/init.h. */
#ifndef CORE_SELFTEST_H
#define CORE_SELFTEST_H

/* Run them and power off if the command line asks for it. Kernel thread, everything initialised. */
void selftest_run_if_asked(void);

#endif
