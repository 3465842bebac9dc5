/* SPDX-License-Identifier: MIT */
/* core/refcount.h - the one kind of reference count: never from zero, never past a limit; misuse
 * panics in every build. */
#ifndef CORE_REFCOUNT_H
#define CORE_REFCOUNT_H

#include <core/assert.h>
#include <core/types.h>

struct refcount {
	uint32_t count;
};

static inline void refcount_set(struct refcount *r, uint32_t n)
{
	WRITE_ONCE(r->count, n);
}

static inline uint32_t refcount_read(const struct refcount *r)
{
	return READ_ONCE(r->count);
}

static inline void refcount_get(struct refcount *r)
{
	uint32_t old = __atomic_fetch_add(&r->count, 1, __ATOMIC_RELAXED);
	VERIFY(old - 1 < 0x7fffffff);
}

/* Take a reference if it is not on its way to be freed. */
static inline __must_check bool refcount_get_unless_zero(struct refcount *r)
{
	uint32_t old = READ_ONCE(r->count);
	do {
		if (old == 0)
			return false;
	} while (!__atomic_compare_exchange_n(&r->count, &old, old + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

/* Drop one; true: it was the last and the object is the caller's to destroy. */
static inline __must_check bool refcount_put(struct refcount *r)
{
	uint32_t old = __atomic_fetch_sub(&r->count, 1, __ATOMIC_ACQ_REL);
	VERIFY(old - 1 < 0x7fffffff);
	return old == 1;
}

#endif
