/* SPDX-License-Identifier: MIT */
/*
 * core/assert.h - two strengths of assertion.
 *
 * ASSERT(x): debug builds only; preconditions at function tops (locks held, interrupt state,
 * alignment). VERIFY(x): always; for the cheap checks that guard memory (frame state, reference
 * counts).
 */
#ifndef CORE_ASSERT_H
#define CORE_ASSERT_H

#include <core/upcall.h>

#define VERIFY(x)                                                        \
	do {                                                             \
		if (__builtin_expect(!(x), 0))                           \
			panic("%s:%d: %s", __FILE_NAME__, __LINE__, #x); \
	} while (0)

#ifdef TERN_DEBUG
#define ASSERT(x) VERIFY(x)
#else
#define ASSERT(x) ((void)sizeof(x))
#endif

#endif
