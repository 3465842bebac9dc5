// SPDX-License-Identifier: MIT
// Reaching into an address space from the kernel: copying to and from another one, and bringing
// pages in before they are touched.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/signal.h>

// May this access happen in vma?
static bool access_ok(const struct vma *vma, bool write, bool force)
{
	if (vma->flags & VM_SPECIAL)
		return !write;
	if (write)
		return (vma->flags & VM_WRITE) ||
		       (force && (vma->flags & (VM_MAYWRITE | VM_SHARED)) == VM_MAYWRITE);
	return (vma->flags & VM_READ) || (force && (vma->flags & VM_MAYREAD));
}

// Does the entry show what such an access must see?
static bool entry_ok(const struct hal_entry *entry, bool write, bool force)
{
	if (!(entry->bits | entry->pa))
		return false;
	if (!write || (entry->bits & HAL_PTE_WRITE))
		return true;
	return force && entry_owns_frame(entry);
}

// The frame at va for an access, held against being freed (*held: drop it with page_put), or 0.
// mm->lock held: for a forced write exclusively, as others, who see the frame held, would copy what is
// written to it here.
static paddr_t grab(struct vma *vma, vaddr_t va, bool write, bool force, struct page **held)
{
	struct mm *mm = vma->mm;

	*held = NULL;
	for (;;) {
		struct hal_entry entry = hal_query(&mm->space, va), again;
		struct page *page;

		if (!entry_ok(&entry, write, force)) {
			if (vma_fault(vma, va, write, false, force))
				return 0;
			continue;
		}
		if (entry.pa == zero_frame || vma->special)
			return entry.pa; // for ever
		page = page_of(entry.pa);
		if (!refcount_get_unless_zero(&page->refs))
			continue;
		// It may have been freed before, and be here again as the file's own page.
		again = hal_query(&mm->space, va);
		if (again.pa == entry.pa &&
		    !((again.bits ^ entry.bits) & (HAL_PTE_WRITE | HAL_PTE_ANON))) {
			*held = page;
			return entry.pa;
		}
		page_put(page);
	}
}

// As vma_lookup_locked(), which has grown a stack if that was needed, but with mm->lock exclusive.
static struct vma *lookup_exclusive(struct mm *mm, vaddr_t address)
{
	struct vma *vma;

	rwsem_write(&mm->lock);
	vma = vma_find(mm, address);
	if (vma && vma->start <= address)
		return vma;
	rwsem_write_done(&mm->lock);
	return NULL;
}

// The part of the copy that lies in one page; bytes moved.
static size_t access_page(struct mm *mm, vaddr_t address, void *buffer, size_t n, bool write,
			  bool force)
{
	struct vma *vma = vma_lookup_locked(mm, address, force);
	struct page *held = NULL;
	char *at;
	paddr_t pa;

	if (vma && write && force) {
		vma_unlock(vma);
		vma = lookup_exclusive(mm, address);
	}
	if (!vma)
		return 0;
	pa = access_ok(vma, write, force) ? grab(vma, PAGE_DOWN(address), write, force, &held) : 0;
	if (!pa) {
		n = 0;
		goto unlock;
	}
	at = (char *)hal_phys_to_virt(pa) + (address & (PAGE_SIZE - 1));
	if (write) {
		memcpy(at, buffer, n);
		if (held && (READ_ONCE(held->flags) & PAGE_F_ICACHE))
			__atomic_fetch_and(&held->flags, (uint16_t)~PAGE_F_ICACHE,
					   __ATOMIC_RELAXED);
		if (vma->flags & VM_EXEC)
			hal_icache_sync(pa, PAGE_SIZE);
		if (held && held->state == PAGE_CACHE)
			__atomic_fetch_or(&held->flags, PAGE_F_DIRTY, __ATOMIC_RELAXED);
	} else {
		memcpy(buffer, at, n);
	}
unlock:
	if (write && force)
		rwsem_write_done(&mm->lock);
	else
		vma_unlock(vma);
	if (held)
		page_put(held);
	return n;
}

size_t mm_access(struct mm *mm, vaddr_t address, void *buffer, size_t n, bool write, bool force)
{
	size_t done = 0;

	might_sleep();
	while (done < n && address + done < hal_user_end()) {
		vaddr_t at = address + done;
		size_t piece = MIN(n - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));

		if (!access_page(mm, at, (char *)buffer + done, piece, write, force))
			break;
		done += piece;
		resched_point();
	}
	return done;
}

// The next entry from va on that is not but the page of zeros, or as far as was looked.
static vaddr_t next_frame(struct mm *mm, vaddr_t va, vaddr_t end)
{
	struct hal_entry entry[24] __uninitialized;
	unsigned int count =
		hal_scan(&mm->space, &va, walk_piece(va, end), entry, ARRAY_SIZE(entry));

	for (unsigned int i = 0; i < count; i++)
		if (entry[i].pa != zero_frame)
			return entry[i].va;
	return va;
}

// Before where, at most end, there is nothing from va on. If it is va itself, something may be there.
static vaddr_t next_content(struct mm *mm, vaddr_t va, vaddr_t end)
{
	struct vma *vma = vma_lookup_locked(mm, va, false);

	if (!vma)
		return va; // somebody else has unmapped it: the access will tell
	end = MIN(end, vma->end);
	if (vma->flags & VM_SPECIAL)
		va = vma->flags & VM_EXEC ? va : end; // the vDSO; not the kernel's clock page
	else if (!vma->cache)			      // private anonymous
		va = next_frame(mm, va, end);
	vma_unlock(vma);
	return va;
}

bool mm_dump_page(struct mm *mm, vaddr_t *at, vaddr_t end, void *page)
{
	while (*at < end && !signal_fatal_pending()) {
		vaddr_t next = next_content(mm, *at, end);

		if (next == *at) {
			if (mm_access(mm, next, page, PAGE_SIZE, false, true) == PAGE_SIZE)
				return true;
			next += PAGE_SIZE;
		}
		*at = next;
		resched_point();
	}
	return false;
}

int mm_populate(struct mm *mm, vaddr_t start, vaddr_t end)
{
	vaddr_t va = start;

	while (va < end) {
		struct vma *vma = vma_lookup_locked(mm, va, false);
		int error = 0;

		if (!vma)
			return -ENOMEM;
		if (vma->flags & (VM_SPECIAL | VM_LOCKONFAULT)) {
			va = vma->end;
			vma_unlock(vma);
			continue;
		}
		if (!(vma->flags & VM_RIGHTS)) {
			vma_unlock(vma);
			return -EFAULT;
		}
		// As many pages as the lock may be held for.
		for (unsigned int i = 0; i < 64 && va < vma->end && va < end && !error;
		     i++, va += PAGE_SIZE) {
			bool write = (vma->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
			struct hal_entry entry = hal_query(&mm->space, va);

			if (!(entry.bits & HAL_PTE_RIGHTS) ||
			    (write && !(entry.bits & HAL_PTE_WRITE)))
				error = vma_fault(vma, va, write, false, false);
		}
		vma_unlock(vma);
		if (error == -EIO)
			return -EFAULT;
		if (error)
			return error;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	return 0;
}

void mm_populate_locked(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int without)
{
	while (start < end && !signal_fatal_pending()) {
		vaddr_t from = end, until = end;
		bool locked = false;
		struct vma *vma;

		rwsem_read(&mm->lock);
		vma = vma_find(mm, start);
		if (vma && vma->start < end) {
			from = MAX(vma->start, start);
			until = MIN(vma->end, end);
			locked = vma->flags & VM_LOCKED && !(vma->flags & without);
		}
		rwsem_read_done(&mm->lock);
		if (locked) {
			int ignored = mm_populate(mm, from, until);

			(void)ignored;
		}
		start = until;
		resched_point();
	}
}
