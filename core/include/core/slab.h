/* SPDX-License-Identifier: MIT */
/*
 * core/slab.h - object caches with per-CPU magazines, kmalloc on top of them, and vmalloc for what
 * is large.
 *
 * None of the frees sleeps; they may be called in any context. Objects come uninitialised unless
 * GFP_ZERO or the z-form is used. Debug builds poison free objects and check red zones.
 */
#ifndef CORE_SLAB_H
#define CORE_SLAB_H

#include <core/page.h>
#include <core/types.h>

struct kcache;

/* A cache of objects of size bytes. align 0: natural (up to a cache line). Panics without memory:
 * boot only. user_offset/user_size: the part of an object that may be copied to and from user space
 * (0, 0: none; kmalloc's caches: all). */
struct kcache *kcache_create(const char *name, size_t size, size_t align);
void *kcache_alloc(struct kcache *cache, unsigned int gfp) __attribute__((malloc));
void kcache_free(struct kcache *cache, void *object);

void *kmalloc(size_t size, unsigned int gfp) __attribute__((malloc, alloc_size(1)));
static inline void *kzalloc(size_t size, unsigned int gfp)
{
	return kmalloc(size, gfp | GFP_ZERO);
}
/* count * size, NULL also on overflow. Zeroed. */
void *kcalloc(size_t count, size_t size, unsigned int gfp)
	__attribute__((malloc, alloc_size(1, 2)));
void *krealloc(void *p, size_t size, unsigned int gfp);
void kfree(const void *p); /* NULL is fine; of kmalloc and of vmalloc alike */
char *kstrdup(const char *s, unsigned int gfp);
size_t ksize(const void *p);

/* Virtually contiguous. May sleep. NULL: no memory. */
void *vmalloc(size_t size) __attribute__((malloc, alloc_size(1)));
void vfree(void *p);

/* A kernel stack, lowest address, guard below, kept mapped in a per-CPU cache when freed. NULL: no
 * memory. */
void *kstack_alloc(void);
void kstack_free(void *stack);

/* Map device registers; NULL: no room. */
void *mmio_map(paddr_t base, size_t size);

/* Is [p, p+n) within one object that may be copied to or from user space (or not an allocator's
 * memory)? Panics if it crosses one. */
void user_copy_check(const void *p, size_t n);

/* For /proc/slabinfo: call line for each cache. */
struct kcache_info {
	const char *name;
	size_t active, total, size, per_slab, frames_per_slab, slabs;
};
/* Objects of a cache that somebody holds. */
size_t kcache_active(struct kcache *cache);
void kcache_for_each(void (*line)(void *ctx, const struct kcache_info *info), void *ctx);

/* drop_caches: drain magazines of all CPUs and free empty slabs. May sleep. */
void slab_drain(void);
#ifdef TERN_DEBUG
/* Every n-th allocation of the current thread fails, so that tests see the -ENOMEM paths; 0: no
 * more. */
void memory_fail_every(unsigned int n);
/* The n-th allocation of the current thread from now on fails, once; 0: none. */
void memory_fail_nth(unsigned int n);
#endif
void slab_init(void);

#endif
