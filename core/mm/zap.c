// SPDX-License-Identifier: MIT
// Emptying page tables: entries are gathered in a per-CPU buffer, the TLBs flushed, and only then
// the frames freed.
//
// The kernel is not preempted and nothing between gathering and freeing sleeps, so the buffer of
// this CPU is ours until then.

#include "mm_internal.h"

#include <core/sched.h>
#include <core/slab.h>
#include <hal/boot.h>
#include <hal/mmu.h>

#define GATHER		128u
#define LAZY_TABLES	64u	    // unmappings after which tables are looked for
#define SMALL_UNMAPPING (1ul << 20) // bytes: larger ones free their tables at once

struct gather {
	struct hal_entry entry[GATHER];
};
static struct gather *gathers; // per CPU

static void release(struct mm *mm, const struct hal_entry *entry, unsigned int count)
{
	uint64_t anon = 0, file = 0;

	for (unsigned int i = 0; i < count; i++) {
		paddr_t pa = entry[i].pa;
		struct page *page;

		if (unlikely(entry[i].bits & HAL_PTE_BLOCK)) {
			anon += HAL_BLOCK_PAGES;
			huge_put(page_of(pa));
			continue;
		}
		if (entry[i].bits & HAL_PTE_ANON) {
			anon++;
			page_put(page_of(pa));
			continue;
		}
		// The zero frame and special frames are nobody's.
		if (!page_valid(pa) || (page = page_of(pa))->state != PAGE_CACHE)
			continue;
		file++;
		if ((entry[i].bits & HAL_PTE_DIRTY) && !(READ_ONCE(page->flags) & PAGE_F_DIRTY))
			__atomic_fetch_or(&page->flags, PAGE_F_DIRTY, __ATOMIC_RELAXED);
	}
	if (anon)
		__atomic_fetch_sub(&mm->anon_pages, anon, __ATOMIC_RELAXED);
	if (file)
		__atomic_fetch_sub(&mm->file_pages, file, __ATOMIC_RELAXED);
}

void mm_zap(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct hal_tlb tlb __uninitialized;
	vaddr_t at = start;

	hal_tlb_begin(&tlb, &mm->space);
	while (at < end) {
		struct hal_entry *entry = gathers[hal_cpu_id()].entry;
		unsigned int count = hal_unmap(&tlb, &at, walk_piece(at, end), entry, GATHER);

		hal_tlb_flush(&tlb);
		release(mm, entry, count);
		if (at < end)
			resched_point();
	}
}

void mm_zap_cache(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct hal_tlb tlb __uninitialized;
	vaddr_t at = start;

	hal_tlb_begin(&tlb, &mm->space);
	while (at < end) {
		struct hal_entry *entry = gathers[hal_cpu_id()].entry;
		unsigned int count =
			hal_unmap_cached(&tlb, &at, walk_piece(at, end), entry, GATHER);

		hal_tlb_flush(&tlb);
		release(mm, entry, count);
		if (at < end)
			resched_point();
	}
}

void mm_zap_dead(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct hal_tlb tlb __uninitialized;
	vaddr_t at = start;

	hal_tlb_begin(&tlb, &mm->space);
	while (at < end) {
		struct hal_entry *entry = gathers[hal_cpu_id()].entry;

		// No flush before the frames are free: no user address is used any more.
		release(mm, entry, hal_unmap(&tlb, &at, walk_piece(at, end), entry, GATHER));
		if (at < end)
			resched_point();
	}
	hal_tlb_flush(&tlb);
}

// hal_free_tables(), letting others run: a user makes a table of each page. First the leaf tables of
// each piece, then, in larger pieces, those above them.
static void free_tables(struct mm *mm, vaddr_t start, vaddr_t end, vaddr_t floor, vaddr_t ceiling)
{
	struct hal_tlb tlb __uninitialized;

	hal_tlb_begin(&tlb, &mm->space);
	for (vaddr_t piece = WALK_PIECE; unlikely(piece < end - start); piece *= 512)
		for (vaddr_t at = start, stop; at < end; at = stop) {
			stop = MIN(ALIGN_DOWN(at + piece, piece), end);
			hal_free_tables(&tlb, at, stop, at, stop);
			hal_tlb_flush(&tlb);
			resched_point();
		}
	hal_free_tables(&tlb, start, end, floor, ceiling);
	hal_tlb_flush(&tlb);
}

// Those of all gaps: few, of small unmappings.
static void free_gap_tables(struct mm *mm)
{
	struct hal_tlb tlb __uninitialized;
	unsigned int seen = 0;
	vaddr_t floor = 0;

	hal_tlb_begin(&tlb, &mm->space);
	for (struct vma *vma = vma_first(mm); vma; vma = vma_next(vma)) {
		if (vma->gap_below)
			hal_free_tables(&tlb, floor, vma->start, floor, vma->start);
		floor = vma->end;
		if (++seen % 64 == 0) {
			hal_tlb_flush(&tlb);
			resched_point();
		}
	}
	hal_free_tables(&tlb, floor, hal_user_end(), floor, hal_user_end());
	hal_tlb_flush(&tlb);
}

// Page tables of small unmappings stay: the next mapping probably uses them again. Now and then all
// gaps are looked through.
void mm_trim_tables(struct mm *mm, vaddr_t start, vaddr_t end)
{
	struct vma *next = vma_find(mm, start);
	struct rb_node *before;
	vaddr_t floor = 0;

	if (end - start < SMALL_UNMAPPING && ++mm->lazy_tables < LAZY_TABLES)
		return;
	if (mm->lazy_tables < LAZY_TABLES) {
		before = next ? rb_prev(&next->node) : rb_last(&mm->vmas);
		if (before)
			floor = rb_entry(before, struct vma, node)->end;
		free_tables(mm, start, end, floor, next ? next->start : hal_user_end());
	} else {
		mm->lazy_tables = 0;
		free_gap_tables(mm);
	}
}

void pagecache_unmap(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow)
{
	struct vma *vma;

	might_sleep();
	// Pairs with the fence in fault.c: pages left the cache before we look for their entries.
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	mutex_lock(&cache->maps_lock);
	list_for_each_entry (vma, &cache->maps, cache_link) {
		uint64_t pages = vma_pages(vma);
		uint64_t from, to; // pages of the VMA, [from, to)

		resched_point();
		if (last < vma->offset || first >= vma->offset + pages)
			continue;
		from = first > vma->offset ? first - vma->offset : 0;
		to = last - vma->offset < pages ? last - vma->offset + 1 : pages;
		if (even_cow || (vma->flags & VM_SHARED))
			mm_zap(vma->mm, vma->start + (from << PAGE_SHIFT),
			       vma->start + (to << PAGE_SHIFT));
		else
			mm_zap_cache(vma->mm, vma->start + (from << PAGE_SHIFT),
				     vma->start + (to << PAGE_SHIFT));
	}
	mutex_unlock(&cache->maps_lock);
}

void zap_init(void)
{
	gathers = kcalloc(hal_boot_info()->cpu_count, sizeof(*gathers), GFP_KERNEL);
	if (!gathers)
		panic("no memory for gathering");
}
