// SPDX-License-Identifier: MIT
// Page faults.
//
// mm->lock is held shared, so VMAs stand still; entries do not: other threads fault beside us, and
// truncation empties entries without mm->lock. Every change of an entry is therefore conditional
// (hal_map fills only empty entries, hal_replace compares the frame), and whoever loses simply lets
// the access repeat.
//
// Private anonymous memory: the entry owns a reference to the frame. The first read maps the shared
// zero frame, the first write a fresh one. A write to a frame that nobody else refers to takes it
// over; one that is shared with another space is copied.
//
// Page-cache frames: entries own nothing. A frame taken out of its cache is freed only after (1)
// page->cache was cleared, (2) pagecache_unmap() emptied all entries, (3) a grace period. We enter
// a frame inside an RCU section, then look at page->cache again: either we see (1) and undo what we
// did, or (2) comes after our entry and finds it. A private copy is entered under cache->lock while
// its page is in the cache: (1) comes before, or (2) finds the copy. So nobody undoes a copy, which may
// hold what was written since: a hole punched in the file leaves it.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/pagecache.h>
#include <core/rcu.h>
#include <core/signal.h>
#include <core/thread.h>
#include <core/upcall.h>
#include <core/vfs.h>

#define AROUND	   16u // pages mapped at once when they are in the cache
#define SYNC_BATCH 16

paddr_t zero_frame;

void fault_init(void)
{
	struct page *page = page_alloc(GFP_KERNEL | GFP_ZERO, 0);

	if (!page)
		panic("no memory for the zero frame");
	zero_frame = page_pa(page);
}

static void page_copy(void *to, const void *from)
{
	uint64_t *t = to;
	const uint64_t *f = from;

	for (const uint64_t *end = f + PAGE_SIZE / sizeof(*f); f < end; f += 8, t += 8) {
		uint64_t a = f[0], b = f[1], c = f[2], d = f[3];

		t[0] = a, t[1] = b, t[2] = c, t[3] = d;
		a = f[4], b = f[5], c = f[6], d = f[7];
		t[4] = a, t[5] = b, t[6] = c, t[7] = d;
	}
}

// Before instructions are fetched from a frame.
static void sync_icache(struct page *page)
{
	if (READ_ONCE(page->flags) & PAGE_F_ICACHE)
		return;
	hal_icache_sync(page_pa(page), PAGE_SIZE);
	__atomic_fetch_or(&page->flags, PAGE_F_ICACHE, __ATOMIC_RELAXED);
}

void vma_sync_icache(struct vma *vma, vaddr_t start, vaddr_t end)
{
	struct hal_entry entries[SYNC_BATCH] __uninitialized;
	vaddr_t at = start;

	if (vma->flags & VM_SPECIAL)
		return;
	while (at < end) {
		unsigned int n;

		vma_lock_maps(vma); // truncation takes no frame away, of the cache or a copy
		n = hal_scan(&vma->mm->space, &at, walk_piece(at, end), entries, SYNC_BATCH);
		for (unsigned int i = 0; i < n; i++)
			sync_icache(page_of(entries[i].pa));
		vma_unlock_maps(vma);
		resched_point();
	}
}

static unsigned int rights_of(const struct vma *vma)
{
	return entry_rights(vma->flags);
}

static void count_anon(struct mm *mm)
{
	__atomic_fetch_add(&mm->anon_pages, 1, __ATOMIC_RELAXED);
}

// A frame for private memory of vma with the contents of `from` (NULL: zeroes), or NULL.
static struct page *private_frame(struct vma *vma, const void *from)
{
	struct page *page = page_alloc(from ? GFP_USER : GFP_USER | GFP_ZERO, 0);

	if (!page)
		return NULL;
	if (from)
		page_copy(page_address(page), from);
	page_set_state(page, PAGE_KERNEL, PAGE_ANON);
	if (vma->flags & VM_EXEC)
		sync_icache(page);
	if (!vma->has_anon)
		WRITE_ONCE(vma->has_anon, true);
	return page;
}

// Enter a private frame (whose reference becomes the entry's) at va, which was empty. slot: its
// place, or NULL.
static int enter_private(struct vma *vma, vaddr_t va, struct hal_slot *slot, struct page *page)
{
	unsigned int bits = rights_of(vma) | HAL_PTE_YOUNG | HAL_PTE_DIRTY | HAL_PTE_ANON;
	paddr_t frame = page_pa(page);
	uint64_t taken;
	int error = 0;

	if (likely(slot))
		taken = hal_slot_fill(slot, frame, bits);
	else
		error = hal_map(&vma->mm->space, va, &frame, 1, bits, &taken);
	if (unlikely(!taken)) {
		page_put(page);
		return error;
	}
	count_anon(vma->mm);
	return 0;
}

static int fault_anonymous(struct vma *vma, vaddr_t va, struct hal_slot *slot, bool write)
{
	struct page *page;

	if (!write)
		return hal_map(&vma->mm->space, va, &zero_frame, 1,
			       (rights_of(vma) & ~HAL_PTE_WRITE) | HAL_PTE_YOUNG, NULL);
	if (unlikely(!slot) && huge_fault(vma, va))
		return 0;
	page = private_frame(vma, NULL);
	return page ? enter_private(vma, va, slot, page) : -ENOMEM;
}

// ---- page-cache frames and private copies of them ----

static uint64_t index_of(const struct vma *vma, vaddr_t va)
{
	return vma->offset + ((va - vma->start) >> PAGE_SHIFT);
}

static bool still_there(const struct page *page, const struct pagecache *cache, uint64_t index)
{
	return load_acquire(&page->cache) == cache && page->index == index;
}

// Enter a private copy of page, of vma's cache, at va, which was empty.
static int enter_copy(struct vma *vma, vaddr_t va, const struct page *page, struct page *copy)
{
	struct pagecache *cache = vma->cache;
	int error = 0;

	spin_lock(&cache->lock);
	if (likely(still_there(page, cache, index_of(vma, va))))
		error = enter_private(vma, va, NULL, copy);
	else
		page_put(copy);
	spin_unlock(&cache->lock);
	return error;
}

// Put the copy in the place of old, which shows page, of vma's cache. 0 or -EAGAIN.
static int replace_by_copy(struct hal_tlb *tlb, struct vma *vma, const struct hal_entry *old,
			   const struct page *page, paddr_t copy, unsigned int bits)
{
	struct pagecache *cache = vma->cache;
	int error = -EAGAIN;
	bool here;

	spin_lock(&cache->lock);
	here = still_there(page, cache, index_of(vma, old->va));
	if (likely(here))
		error = hal_replace(tlb, old, copy, bits);
	spin_unlock(&cache->lock);
	if (unlikely(!here)) // the next attempt need not wait for truncation to come by
		mm_zap_cache(vma->mm, old->va, old->va + PAGE_SIZE);
	return error;
}

// A write to private memory whose entry, old, is there but does not allow it.
static __attribute__((noinline)) int copy_on_write(struct vma *vma, const struct hal_entry *old)
{
	struct mm *mm = vma->mm;
	unsigned int bits = rights_of(vma) | HAL_PTE_YOUNG | HAL_PTE_DIRTY | HAL_PTE_ANON;
	// The zero frame and special frames live for ever.
	bool held = old->pa != zero_frame && !vma->special;
	bool cached = held && !(old->bits & HAL_PTE_ANON);
	struct page *from = held ? page_of(old->pa) : NULL;
	struct hal_tlb tlb __uninitialized;
	struct page *page;
	int error = 0;

	hal_tlb_begin(&tlb, &mm->space);
	if (entry_owns_frame(old)) {
		if (hal_replace(&tlb, old, old->pa, bits) == 0)
			hal_tlb_flush(&tlb);
		return 0;
	}
	// Another thread may replace the entry while we copy, or truncation take the frame away: it
	// must live until then.
	if (held && !refcount_get_unless_zero(&from->refs))
		return 0;
	if (held && from->state != PAGE_ANON && from->state != PAGE_CACHE) {
		page_put(from); // it was freed, and is somebody else's already
		return 0;
	}
	page = private_frame(vma, old->pa == zero_frame ? NULL : hal_phys_to_virt(old->pa));
	if (!page) {
		error = -ENOMEM;
	} else if (cached ? replace_by_copy(&tlb, vma, old, from, page_pa(page), bits)
			  : hal_replace(&tlb, old, page_pa(page), bits)) {
		page_put(page); // somebody was faster
	} else {
		hal_tlb_flush(&tlb);
		if (old->bits & HAL_PTE_ANON) {
			page_put(from); // the entry's reference
		} else {
			count_anon(mm);
			if (cached)
				__atomic_fetch_sub(&mm->file_pages, 1, __ATOMIC_RELAXED);
		}
	}
	if (held)
		page_put(from);
	return error;
}

static __attribute__((noinline)) int fault_present(struct vma *vma, const struct hal_entry *entry,
						   bool write, bool exec, bool force)
{
	unsigned int need = exec ? HAL_PTE_EXEC : HAL_PTE_READ | HAL_PTE_EXEC;
	struct hal_tlb tlb __uninitialized;
	unsigned int bits;

	// hal_replace() is about to enter another frame: who gave the rights back would undo it.
	if (unlikely(!(entry->bits & HAL_PTE_RIGHTS)) && rights_of(vma))
		return 0;
	if (write && !(entry->bits & HAL_PTE_WRITE) && !(vma->flags & VM_SHARED)) {
		if (force && entry_owns_frame(entry))
			return 0;
		return copy_on_write(vma, entry);
	}
	if (write)
		need = HAL_PTE_WRITE;
	if ((entry->bits & need) && hal_touch(&vma->mm->space, entry->va, write))
		return 0;
	// The VMA allows more than the entry says.
	bits = (entry->bits & ~HAL_PTE_RIGHTS) | (entry->bits & HAL_PTE_WRITE) | HAL_PTE_YOUNG;
	bits |= rights_of(vma) & ~HAL_PTE_WRITE;
	if (write)
		bits |= HAL_PTE_WRITE | HAL_PTE_DIRTY;
	hal_tlb_begin(&tlb, &vma->mm->space);
	if (hal_replace(&tlb, entry, entry->pa, bits) == 0)
		hal_tlb_flush(&tlb);
	return 0;
}

// Enter those of pages[i] that are there for consecutive pages from va on, in an RCU section.
// *present: a bit per page that is mapped now.
static int enter_cached(struct vma *vma, vaddr_t va, uint64_t index, struct page *const *pages,
			unsigned int count, unsigned int bits, uint64_t *present)
{
	struct mm *mm = vma->mm;
	paddr_t frames[AROUND] __uninitialized;
	uint64_t taken = 0, wanted = 0;
	int error;

	for (unsigned int i = 0; i < count; i++) {
		frames[i] = 0;
		if (!pages[i] || !(READ_ONCE(pages[i]->flags) & PAGE_F_UPTODATE))
			continue;
		if (bits & HAL_PTE_EXEC)
			sync_icache(pages[i]);
		frames[i] = page_pa(pages[i]);
		wanted |= 1ull << i;
	}
	*present = 0;
	if (!wanted)
		return 0;
	error = hal_map(&mm->space, va, frames, count, bits, &taken);
	*present = error ? taken : wanted;
	if (!taken)
		return error;
	__atomic_fetch_add(&mm->file_pages, (uint64_t)__builtin_popcountll(taken),
			   __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (uint64_t left = taken; left; left &= left - 1) {
		unsigned int i = (unsigned int)__builtin_ctzll(left);

		if (unlikely(!still_there(pages[i], vma->cache, index + i))) {
			vaddr_t at = va + i * PAGE_SIZE;

			mm_zap_cache(mm, at, at + PAGE_SIZE);
			*present &= ~(1ull << i);
		}
	}
	return error;
}

// Map the pages around va that are in the cache, of `within` that the contents have from va on: one
// walk for many faults. True: va is mapped now.
static bool map_around(struct vma *vma, vaddr_t va, uint64_t index, uint64_t within,
		       unsigned int bits)
{
	vaddr_t first = MAX(va & ~(AROUND * PAGE_SIZE - 1), vma->start);
	vaddr_t end = MIN((va & ~(AROUND * PAGE_SIZE - 1)) + AROUND * PAGE_SIZE, vma->end);
	unsigned int before = (unsigned int)((va - first) >> PAGE_SHIFT);
	unsigned int count = (unsigned int)MIN((end - first) >> PAGE_SHIFT, before + within);
	struct page *pages[AROUND] __uninitialized;
	uint64_t present = 0;
	int error = 0;

	rcu_read_lock();
	xarray_load_range(&vma->cache->pages, index - before, count, (void **)pages);
	if (pages[before])
		error = enter_cached(vma, first, index - before, pages, count, bits, &present);
	rcu_read_unlock();
	return !error && (present & (1ull << before));
}

static __attribute__((noinline)) int fault_cached(struct vma *vma, vaddr_t va, bool write)
{
	struct pagecache *cache = vma->cache;
	uint64_t index = index_of(vma, va);
	bool private_write = write && !(vma->flags & VM_SHARED);
	unsigned int bits = rights_of(vma) | HAL_PTE_YOUNG;
	struct page *page, *copy;
	uint64_t present, within;
	int error;

	if (!(vma->flags & VM_SHARED))
		bits &= ~HAL_PTE_WRITE;
	within = pagecache_pages(cache);
	if (index >= within) // a page may be there, of a write that goes on: it is nobody's yet
		return -EIO;
	if (!write && map_around(vma, va, index, within - index, bits))
		return 0;
	error = pagecache_get_within(cache, index, &page);
	if (error)
		return error == -ENOMEM ? -ENOMEM : -EIO;
	if (private_write) {
		copy = private_frame(vma, page_address(page));
		error = copy ? enter_copy(vma, va, page, copy) : -ENOMEM;
	} else {
		if (write) {
			bits |= HAL_PTE_DIRTY;
			if (!(READ_ONCE(page->flags) & PAGE_F_DIRTY))
				__atomic_fetch_or(&page->flags, PAGE_F_DIRTY, __ATOMIC_RELAXED);
			if (vma->file)
				inode_touch_mtime(vma->file->inode);
		}
		rcu_read_lock();
		error = enter_cached(vma, va, index, &page, 1, bits, &present);
		rcu_read_unlock();
	}
	page_put(page);
	return error;
}

// ---- the fault itself ----

static __attribute__((noinline)) int fault_special(struct vma *vma, vaddr_t va)
{
	return hal_map(&vma->mm->space, va, &vma->special[(va - vma->start) >> PAGE_SHIFT], 1,
		       rights_of(vma) | HAL_PTE_YOUNG, NULL);
}

int vma_fault(struct vma *vma, vaddr_t va, bool write, bool exec, bool force)
{
	struct hal_slot *slot = hal_slot_find(&vma->mm->space, va);

	struct hal_entry entry;

	if (slot) {
		entry = hal_slot_read(slot, va);
		if (unlikely(entry.bits | entry.pa))
			return fault_present(vma, &entry, write, exec, force);
	}
	if (vma->cache)
		return fault_cached(vma, va, write);
	if (unlikely(vma->special))
		return fault_special(vma, va);
	if (unlikely(!slot)) { // no table: perhaps a block
		entry = hal_query(&vma->mm->space, va);
		if (entry.bits | entry.pa)
			return fault_present(vma, &entry, write, exec, force);
	}
	return fault_anonymous(vma, va, slot, write);
}

static bool allowed(unsigned int vm, unsigned int what)
{
	if (what & CORE_FAULT_WRITE)
		return vm & VM_WRITE;
	if (what & CORE_FAULT_EXEC)
		return vm & VM_EXEC;
	return vm & (HAL_EXEC_READS ? VM_RIGHTS : VM_READ | VM_WRITE);
}

// 0; -ENOMEM, -EIO; or, positive, SIGSEGV's code.
static inline __attribute__((always_inline)) int fault(struct mm *mm, vaddr_t address,
						       unsigned int what)
{
	vaddr_t va = PAGE_DOWN(address);

	for (unsigned int attempt = 0;; attempt++) {
		struct vma *vma = vma_lookup_locked(mm, va, true);
		int error;

		if (unlikely(!vma))
			return SEGV_MAPERR;
		if (unlikely(!allowed(vma->flags, what))) {
			vma_unlock(vma);
			return SEGV_ACCERR;
		}
		error = vma_fault(vma, va, what & CORE_FAULT_WRITE, what & CORE_FAULT_EXEC, false);
		rwsem_read_done(&mm->lock);
		if (unlikely(error == -ENOMEM) && memory_await_table(attempt))
			continue;
		WRITE_ONCE(current->minor_faults, current->minor_faults + 1);
		return error;
	}
}

int mm_fault(struct mm *mm, vaddr_t address, unsigned int what, int *code)
{
	int error = fault(mm, address, what);

	if (error <= 0)
		return error;
	*code = error;
	return -EFAULT;
}

static __attribute__((noinline)) bool fault_failed(vaddr_t address, unsigned int what, int error)
{
	if (!(what & CORE_FAULT_USER))
		return false;
	if (error > 0)
		signal_force(SIGSEGV, error, address);
	else if (error == -EIO)
		signal_force(SIGBUS, BUS_ADRERR, address);
	else if (!signal_fatal_pending()) // out of memory, and nothing could be killed for it
		signal_force(SIGKILL, SI_KERNEL, 0);
	return true;
}

bool core_fault(struct hal_regs *regs, vaddr_t address, unsigned int what)
{
	struct thread *thread = current;
	int error;

	(void)regs;
	if (unlikely(!thread->mm || thread->pagefault_disabled || address >= hal_user_end()))
		return fault_failed(address, what, SEGV_MAPERR);
	error = fault(thread->mm, address, what);
	return likely(!error) || fault_failed(address, what, error);
}
