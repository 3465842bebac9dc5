// SPDX-License-Identifier: MIT
// How much memory a mapping really uses, and how much of that it shares: for /proc/PID/smaps.

#include "mm_internal.h"

#include <core/mutex.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/signal.h>

#define BATCH 32u

/* How many mappings show this frame of a page cache. It need not be exact while they change, nor for
 * a reader that is being killed: there may be very many. */
static unsigned int mappers(struct pagecache *cache, uint64_t index, paddr_t pa)
{
	unsigned int count = 0;
	struct vma *vma;

	mutex_lock(&cache->maps_lock);
	list_for_each_entry (vma, &cache->maps, cache_link) {
		if (signal_fatal_pending())
			break;
		if (index < vma->offset || index - vma->offset >= vma_pages(vma))
			continue;
		rcu_read_lock();
		count += hal_query(&vma->mm->space,
				   vma->start + ((index - vma->offset) << PAGE_SHIFT))
				 .pa == pa;
		rcu_read_unlock();
		resched_point();
	}
	mutex_unlock(&cache->maps_lock);
	return count ? count : 1;
}

static void add_entry(const struct vma *vma, const struct hal_entry *entry, struct vma_usage *use)
{
	struct page *page = page_valid(entry->pa) ? page_of(entry->pa) : NULL;
	bool anonymous = entry->bits & HAL_PTE_ANON, dirty = entry->bits & HAL_PTE_DIRTY;
	unsigned int sharers;
	uint64_t share;

	if (!page || (!anonymous && page->state != PAGE_CACHE))
		return; /* a device's or the kernel's, or the page of zeros: not the process's */
	if (anonymous) {
		sharers = refcount_read(&page->refs);
		use->anonymous += PAGE_SIZE;
		if (entry->bits & HAL_PTE_BLOCK)
			use->huge += PAGE_SIZE;
	} else {
		sharers = vma->cache
				  ? mappers(vma->cache,
					    vma->offset + ((entry->va - vma->start) >> PAGE_SHIFT),
					    entry->pa)
				  : 1;
		dirty = dirty || READ_ONCE(page->flags) & PAGE_F_DIRTY;
	}
	share = ((uint64_t)PAGE_SIZE << USAGE_SHARE_SHIFT) / (sharers ? sharers : 1);
	use->resident += PAGE_SIZE;
	use->share += share;
	if (dirty)
		use->share_dirty += share;
	if (sharers > 1)
		*(dirty ? &use->shared_dirty : &use->shared_clean) += PAGE_SIZE;
	else
		*(dirty ? &use->private_dirty : &use->private_clean) += PAGE_SIZE;
	if (entry->bits & HAL_PTE_YOUNG)
		use->referenced += PAGE_SIZE;
	if (anonymous)
		use->share_anonymous += share;
	if (vma->flags & VM_LOCKED)
		use->share_locked += share;
}

void vma_usage(const struct vma *vma, struct vma_usage *use)
{
	struct hal_entry entries[BATCH];
	vaddr_t at = vma->start;

	if (vma->flags & VM_SPECIAL)
		return;
	while (at < vma->end && !signal_fatal_pending()) {
		unsigned int n =
			hal_scan(&vma->mm->space, &at, walk_piece(at, vma->end), entries, BATCH);

		for (unsigned int i = 0; i < n; i++)
			add_entry(vma, &entries[i], use);
		resched_point();
	}
}
