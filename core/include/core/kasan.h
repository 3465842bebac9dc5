/* SPDX-License-Identifier: MIT */
/* core/kasan.h - the address sanitizer's side doors; everything else of it is called by the
 * compiler. */
#ifndef CORE_KASAN_H
#define CORE_KASAN_H

#include <hal/types.h>

#ifdef TERN_KASAN
/* Frames have states from now on: begin to check. */
void kasan_start(void);
/* Panic unless the n bytes at p may be touched. For code that is not instrumented itself. Any
 * context. */
void kasan_check(const void *p, size_t n, bool write);
#else
static inline void kasan_start(void)
{
}
static inline void kasan_check(__attribute__((unused)) const void *p,
			       __attribute__((unused)) size_t n, __attribute__((unused)) bool write)
{
}
#endif

#endif
