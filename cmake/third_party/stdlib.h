/* SPDX-License-Identifier: MIT */
/* There is no heap below third-party code: its callers hand in the work space, and a request for
 * memory fails. */
#ifndef THIRD_PARTY_STDLIB_H
#define THIRD_PARTY_STDLIB_H

#include <stddef.h>

static inline void *malloc(size_t size)
{
	(void)size;
	return NULL;
}

static inline void *calloc(size_t count, size_t size)
{
	(void)count;
	(void)size;
	return NULL;
}

static inline void free(void *pointer)
{
	(void)pointer;
}

#endif
