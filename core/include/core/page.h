/* SPDX-License-Identifier: MIT */
/*
 * core/page.h - page frames: the array of struct page, the buddy allocator with per-CPU lists, and
 * the owner of each frame.
 *
 * Every frame has a state that says who owns it; a double free, or a freed frame that is still in
 * use, panics at once with both owners named.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include <core/lib/list.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <core/types.h>
#include <hal/mmu.h>

enum page_state {
	PAGE_RESERVED, /* not the allocator's: kernel image, firmware */
	PAGE_FREE,     /* in the buddy lists (head of a block of 2^order) */
	PAGE_FREE_CPU, /* in a per-CPU list; head of a block on its way to or from the buddy lists */
	PAGE_KERNEL,   /* allocated, no further owner */
	PAGE_SLAB,
	PAGE_TABLE, /* a page table */
	PAGE_STACK, /* of a kernel stack */
	PAGE_ANON,  /* private anonymous: refs = entries + transient holders */
	PAGE_CACHE, /* in a page cache: refs = 1 for the cache + transient holders; entries hold
		       none */
	PAGE_STATES
};

struct kcache;
struct pagecache;

/* 40 bytes; which words mean what depends on the state. */
struct page {
	struct refcount refs;
	uint8_t state; /* enum page_state */
	uint8_t order; /* of a free block's or an allocation's first frame; PAGE_TAIL: of the others
			*/
	union {
		uint16_t flags;	    /* PAGE_F_*: atomic */
		uint16_t slab_used; /* [cache lock] PAGE_SLAB, first frame: objects that are out */
	};
	union {
		struct list link;    /* free lists, a slab cache's partial slabs */
		struct rcu_head rcu; /* PAGE_TABLE on its way back */
	};
	union {
		struct {			 /* PAGE_CACHE */
			struct pagecache *cache; /* [page lock] NULL: no longer in it */
			uint64_t index;
		};
		struct { /* PAGE_SLAB; slab_cache in all frames of a slab */
			struct kcache *slab_cache;
			void *slab_free;
		};
	};
#ifdef TERN_DEBUG
	vaddr_t changed_by; /* who changed the state last */
#endif
};
#define PAGE_TAIL 0xffu

#define PAGE_F_UPTODATE	  0x01
#define PAGE_F_DIRTY	  0x02
#define PAGE_F_LOCKED	  0x04
#define PAGE_F_REFERENCED 0x08
#define PAGE_F_LRU	  0x10
#define PAGE_F_WAITERS	  0x20
#define PAGE_F_ICACHE	  0x40 /* instruction fetches see its contents */

/* Allocation flags. Without GFP_ATOMIC the call may sleep, reclaim and, at last, wake the OOM
 * killer. */
#define GFP_KERNEL  0u
#define GFP_ATOMIC  0x1u /* must not sleep */
#define GFP_ZERO    0x2u /* zeroed */
#define GFP_NORETRY 0x4u /* fail rather than kill */
#define GFP_USER \
	0x8u /* for a user's page: fails with the allocating process chosen by the OOM killer */

/* 2^order frames, refs of the first 1, state PAGE_KERNEL; or NULL. */
struct page *page_alloc(unsigned int gfp, unsigned int order);
/* The same if they are at hand and `keep` frames stay free besides, else NULL: for what is better
 * large but need not be. Any context. */
struct page *page_alloc_plenty(unsigned int order, uint64_t keep);
/* Free an allocation whose last reference it is. */
void page_free(struct page *page, unsigned int order);
/* Change the owner of one frame; panics, naming both, when it is not in state from. */
void page_set_state(struct page *page, enum page_state from, enum page_state to);

static inline void page_get(struct page *page)
{
	refcount_get(&page->refs);
}
/* Drop a reference to a single frame; the last one frees it. Any context. */
void page_put(struct page *page);

extern struct page *page_array;	      /* indexed by frame number - page_first */
extern uint64_t page_first, page_end; /* frame numbers */

static inline struct page *page_of(paddr_t pa)
{
	return &page_array[(pa >> PAGE_SHIFT) - page_first];
}
/* Of an address that lies in the linear map: hal_virt_to_phys() must first tell it from one in the
 * kernel's image. */
static inline paddr_t page_linear_pa(const void *p)
{
	return (vaddr_t)p - (vaddr_t)hal_phys_to_virt(0);
}
static inline paddr_t page_pa(const struct page *page)
{
	return ((paddr_t)(page - page_array) + page_first) << PAGE_SHIFT;
}
static inline void *page_address(const struct page *page)
{
	return hal_phys_to_virt(page_pa(page));
}
static inline bool page_valid(paddr_t pa)
{
	return (pa >> PAGE_SHIFT) - page_first < page_end - page_first;
}

void page_init(void);				    /* from hal_boot_info; boot CPU */
void page_free_region(paddr_t base, uint64_t size); /* give boot memory (initrd) to the allocator */

struct page_counts {
	uint64_t total, free, by_state[PAGE_STATES], reclaimable, dirty;
};
/* Counts every frame by its state: exact when nothing runs; costs a walk over all frames. */
void page_counts(struct page_counts *counts);
/* Cheap: frames the allocator was ever given, and those free now (per-CPU lists included). */
uint64_t page_total(void), page_free_count(void);
/* Frames kept for those who cannot wait. */
uint64_t page_reserve(void);
/* Give the frames in all CPUs' lists back to the buddy lists. May sleep. */
void page_drain(void);
/* Fill the frame at p with zeroes. */
void page_clear(void *p);

#endif
