/* SPDX-License-Identifier: MIT */
/*
 * core/lib/xarray.h - a sparse array of pointers indexed by 64-bit numbers: a radix tree of 64-way
 * nodes that grows with the largest index.
 *
 * Readers are lock-free under RCU; the caller serialises writers. Entries are pointers whose bit 0
 * is clear. Used by page caches, pid and descriptor-like tables, and inode numbers.
 */
#ifndef CORE_LIB_XARRAY_H
#define CORE_LIB_XARRAY_H

#include <stdbool.h>
#include <stdint.h>

struct xarray {
	void *root; /* RCU: NULL, entry 0 itself when it is the only one, or a node with bit 0 set
		     */
};

#define XARRAY_INIT {NULL}

void xarray_init(struct xarray *x);
/* RCU read section, or the writers' lock. NULL: nothing there. */
void *xarray_load(const struct xarray *x, uint64_t index);
/* Store p (NULL erases) at index. 0 or -ENOMEM; erasing and replacing never fail. Allocates with
 * gfp. */
__attribute__((warn_unused_result)) int xarray_store(struct xarray *x, uint64_t index, void *p,
						     unsigned int gfp);
void *xarray_erase(struct xarray *x, uint64_t index);
/* First entry at or after *index, at most last: returns it and sets *index; NULL: none. */
void *xarray_find(const struct xarray *x, uint64_t *index, uint64_t last);
/* The count entries from index on, into out (NULL where there is none). */
void xarray_load_range(const struct xarray *x, uint64_t index, unsigned int count, void **out);
/* As xarray_find, for going through the array in order, *index being one more than the last time,
 * while no writer can come: *place, NULL at first, remembers the node. */
void *xarray_walk(const struct xarray *x, const void **place, uint64_t *index, uint64_t last);
/* First index >= from without an entry, at most last; UINT64_MAX: none. */
uint64_t xarray_free_index(const struct xarray *x, uint64_t from, uint64_t last);
/* Free the nodes (after a grace period); entries are the caller's. The array is empty afterwards.
 */
void xarray_destroy(struct xarray *x);

#endif
