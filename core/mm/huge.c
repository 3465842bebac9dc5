// SPDX-License-Identifier: MIT
// 2 MiB pages for large private anonymous memory: who gets them, and how their frames come and go.
//
// A block of frames from the buddy allocator becomes 512 single frames before it is mapped: each is
// PAGE_ANON with a reference of its own, which the entry of the block holds as 512 entries would.
// Nothing but the page tables (hal/mmu.h, HAL_PTE_BLOCK) knows later that they came together. fork
// splits blocks, so the frames of one are never shared with another space.
//
// The first write into an aligned block that lies in one VMA and has no entry and no table yet may
// map a block, if the policy allows it and memory is plentiful; else a page is mapped as ever.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/init.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/sched.h>
#include <core/signal.h>

unsigned int huge_policy = HUGE_MADVISE;
const char *const huge_policy_names[HUGE_POLICIES] = {
	[HUGE_ALWAYS] = "always", [HUGE_MADVISE] = "madvise", [HUGE_NEVER] = "never"};

int huge_policy_set(const char *name)
{
	for (unsigned int i = 0; name && i < HUGE_POLICIES; i++) {
		if (strcmp(name, huge_policy_names[i]) == 0) {
			WRITE_ONCE(huge_policy, i);
			return 0;
		}
	}
	return -EINVAL;
}
BOOT_OPTION("transparent_hugepage", huge_policy_set);

// Frames that stay free when a block is taken: one in so many.
#define KEEP_FREE 8u

// Do the policy and the advice want blocks here?
static bool wanted(const struct vma *vma)
{
	if (vma->cache || vma->special || (vma->flags & (VM_SPECIAL | VM_NOHUGEPAGE)) ||
	    READ_ONCE(vma->mm->huge_disabled))
		return false;
	switch (READ_ONCE(huge_policy)) {
	case HUGE_ALWAYS:
		return true;
	case HUGE_MADVISE:
		return vma->flags & VM_HUGEPAGE;
	default:
		return false;
	}
}

bool vma_huge_eligible(const struct vma *vma)
{
	vaddr_t first = ALIGN_UP(vma->start, HAL_BLOCK_SIZE);

	return first >= vma->start && first < vma->end && vma->end - first >= HAL_BLOCK_SIZE &&
	       wanted(vma);
}

// 512 frames, zeroed and PAGE_ANON with one reference each; or NULL.
static struct page *take_frames(bool exec)
{
	struct page *page = page_alloc_plenty(HAL_BLOCK_ORDER, page_total() / KEEP_FREE);

	if (!page)
		return NULL;
	for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++) {
		page_clear(page_address(page + i));
		page_set_state(page + i, PAGE_KERNEL, PAGE_ANON);
		page[i].order = 0;
		page[i].flags = exec ? PAGE_F_ICACHE : 0;
		if (i) // the first may be held by somebody who meant its last life
			refcount_set(&page[i].refs, 1);
	}
	if (exec)
		hal_icache_sync(page_pa(page), HAL_BLOCK_SIZE);
	return page;
}

void huge_put(struct page *page)
{
	uint64_t last[HAL_BLOCK_PAGES / 64] = {0};
	unsigned int count = 0;

	for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++) {
		VERIFY(page[i].state == PAGE_ANON);
		if (refcount_put(&page[i].refs)) {
			last[i / 64] |= 1ull << i % 64;
			count++;
		}
	}
	// Somebody who copies from a frame at this moment frees that one himself, and the others go
	// one by one. Nobody else finds a frame whose count is zero.
	for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++) {
		if (!(last[i / 64] & 1ull << i % 64))
			continue;
		page_set_state(page + i, PAGE_ANON, PAGE_KERNEL);
		if (count < HAL_BLOCK_PAGES) {
			refcount_set(&page[i].refs, 1);
			page_free(page + i, 0);
		}
	}
	if (count == HAL_BLOCK_PAGES) {
		page->order = HAL_BLOCK_ORDER;
		refcount_set(&page->refs, 1);
		page_free(page, HAL_BLOCK_ORDER);
	}
}

bool huge_fault(struct vma *vma, vaddr_t va)
{
	vaddr_t start = ALIGN_DOWN(va, HAL_BLOCK_SIZE);
	struct mm *mm = vma->mm;
	struct page *page;
	int error;

	if (start < vma->start || vma->end - start < HAL_BLOCK_SIZE || !wanted(vma))
		return false;
	page = take_frames(vma->flags & VM_EXEC);
	if (!page)
		return false;
	if (!vma->has_anon)
		WRITE_ONCE(vma->has_anon, true);
	error = hal_block_map(&mm->space, start, page_pa(page),
			      entry_rights(vma->flags) | HAL_PTE_YOUNG | HAL_PTE_DIRTY |
				      HAL_PTE_ANON);
	if (error) {
		huge_put(page);
		return error == -EAGAIN; // somebody was faster: the access repeats
	}
	__atomic_fetch_add(&mm->anon_pages, HAL_BLOCK_PAGES, __ATOMIC_RELAXED);
	return true;
}

void huge_clear_way(struct vma *vma, vaddr_t start, vaddr_t end)
{
	struct mm *mm = vma->mm;
	struct hal_tlb tlb __uninitialized;

	if (!wanted(vma))
		return;
	hal_tlb_begin(&tlb, &mm->space);
	for (vaddr_t va = ALIGN_UP(start, HAL_BLOCK_SIZE); va < end && end - va >= HAL_BLOCK_SIZE;
	     va += HAL_BLOCK_SIZE) {
		struct hal_entry entry;
		vaddr_t at = va;

		if (hal_scan(&mm->space, &at, va + HAL_BLOCK_SIZE, &entry, 1) == 0)
			hal_free_tables(&tlb, va, va + HAL_BLOCK_SIZE, va, va + HAL_BLOCK_SIZE);
		if ((va / HAL_BLOCK_SIZE) % 512 == 0) { // a reservation may have millions
			hal_tlb_flush(&tlb);
			resched_point();
			hal_tlb_begin(&tlb, &mm->space);
			if (signal_fatal_pending())
				break;
		}
	}
	hal_tlb_flush(&tlb);
}
