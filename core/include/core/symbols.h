/* SPDX-License-Identifier: MIT */
/* core/symbols.h - the names of the kernel's own functions, for backtraces. */
#ifndef CORE_SYMBOLS_H
#define CORE_SYMBOLS_H

#include <hal/types.h>

/*
 * The function that contains kernel address pc: its name, and in *offset the distance from its
 * start. NULL when pc is not in the kernel's text. Reads constant data only: any context.
 */
const char *symbol_lookup(vaddr_t pc, size_t *offset);

#endif
