/* SPDX-License-Identifier: MIT */
/* fake_hal.h - what tests say to the fake machine. */
#ifndef FAKE_HAL_H
#define FAKE_HAL_H

#include <hal/types.h>
#include <hal_arch/thread.h>
#include <setjmp.h>

/* Switch the machine on: RAM, the kernel's address range. */
void fake_hal_start(void);

/* fake_core.c: RCU callbacks wait until this is called; returns how many ran. */
unsigned int fake_rcu_run(void);

/* The next panic jumps to fake_panic_jump and leaves its text in fake_panic_text: use CHECK_PANICS.
 */
extern __thread jmp_buf *fake_panic_jump;
extern char fake_panic_text[256];
#define CHECK_PANICS(statement, text)                                      \
	do {                                                               \
		static jmp_buf jump_;                                      \
		fake_panic_jump = &jump_;                                  \
		fake_panic_text[0] = 0;                                    \
		if (!setjmp(jump_)) {                                      \
			statement;                                         \
		}                                                          \
		fake_panic_jump = NULL;                                    \
		if (!strstr(fake_panic_text, text))                        \
			printf("panic text is \"%s\"\n", fake_panic_text); \
		CHECK(strstr(fake_panic_text, text) != NULL);              \
	} while (0)

#endif
