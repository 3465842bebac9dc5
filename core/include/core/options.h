/* SPDX-License-Identifier: MIT */
/* core/options.h - the kernel command line, for the boot code and for the start of init. Rooms
 * register options with core/init.h. */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

#include <core/types.h>

/* Cut the command line into words and set the registered options. Boot, once, before any initcall.
 */
void options_parse(void);

/* The word after previous (NULL: the first), or NULL. Words behind "--" are included, and "--"
 * itself. */
const char *cmdline_word(const char *previous);

/* Is word the kernel's (registered, or with a dot in it)? What is not goes to init. */
bool cmdline_is_option(const char *word);

#endif
