// SPDX-License-Identifier: MIT
// The kernel's own mappings: virtually contiguous memory made of single frames, device registers,
// and the addresses they lie at.
//
// Areas are kept in a list by address; each is followed by an unmapped guard page. There are few,
// and none of this is on a hot path: first fit by a walk. vfree() may be called anywhere, but
// unmapping must not run with interrupts off: it happens in an RCU callback.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/list.h>
#include <core/page.h>
#include <core/printk.h>
#include <core/rcu.h>
#include <core/slab.h>
#include <core/spinlock.h>

struct vm_area {
	struct list link; // [areas_lock] by address
	vaddr_t start;
	size_t size; // without the guard
	bool frames; // its frames are ours to free
	struct rcu_head rcu;
};

static struct list areas = LIST_INIT(areas);
static struct spinlock areas_lock = SPINLOCK_INIT("vmalloc areas");
static struct kcache *area_cache;

static struct vm_area *area_new(size_t size)
{
	struct vm_area *area = kcache_alloc(area_cache, GFP_KERNEL);
	vaddr_t at = KERNEL_AREAS_START;
	struct list *next;
	unsigned long flags;

	if (!area)
		return NULL;
	flags = spin_lock_irqsave(&areas_lock);
	for (next = areas.next; next != &areas; next = next->next) {
		struct vm_area *other = list_entry(next, struct vm_area, link);

		if (other->start - at >= size + PAGE_SIZE)
			break;
		at = other->start + other->size + PAGE_SIZE;
	}
	if (next == &areas && HAL_KERNEL_VM_END - at < size + PAGE_SIZE) {
		spin_unlock_irqrestore(&areas_lock, flags);
		kcache_free(area_cache, area);
		return NULL;
	}
	area->start = at;
	area->size = size;
	area->frames = false;
	list_add_tail(&area->link, next);
	spin_unlock_irqrestore(&areas_lock, flags);
	return area;
}

static void area_free(struct vm_area *area)
{
	unsigned long flags = spin_lock_irqsave(&areas_lock);

	list_del(&area->link);
	spin_unlock_irqrestore(&areas_lock, flags);
	kcache_free(area_cache, area);
}

static struct vm_area *area_find(const void *p)
{
	struct vm_area *area, *found = NULL;
	unsigned long flags = spin_lock_irqsave(&areas_lock);

	list_for_each_entry (area, &areas, link) {
		if (area->start == (vaddr_t)p)
			found = area;
		if (area->start >= (vaddr_t)p)
			break;
	}
	spin_unlock_irqrestore(&areas_lock, flags);
	return found;
}

// Unmap and free the first `mapped` bytes' frames. Interrupts on.
static void unmap_frames(vaddr_t start, size_t mapped)
{
	struct list frames = LIST_INIT(frames);
	struct page *page, *tmp;

	if (!mapped)
		return;
	for (size_t at = 0; at < mapped; at += PAGE_SIZE)
		list_add_tail(&page_of(hal_kernel_query(start + at))->link, &frames);
	hal_kernel_unmap(start, mapped);
	list_for_each_entry_safe (page, tmp, &frames, link)
		page_free(page, 0);
}

// size in whole pages.
static void *try_vmalloc(size_t size)
{
	struct vm_area *area = area_new(size);
	size_t done = 0;

	if (!area)
		return NULL;
	for (; done < size; done += PAGE_SIZE) {
		struct page *page = page_alloc(GFP_KERNEL | GFP_NORETRY, 0);

		if (!page)
			goto fail;
		if (hal_kernel_map(area->start + done, page_pa(page), PAGE_SIZE,
				   HAL_PTE_READ | HAL_PTE_WRITE, HAL_MEMORY_NORMAL)) {
			page_free(page, 0);
			goto fail;
		}
	}
	area->frames = true;
	return (void *)area->start;
fail:
	unmap_frames(area->start, done);
	area_free(area);
	return NULL;
}

void *vmalloc(size_t size)
{
	void *p;

	might_sleep();
	if (size == 0 || size > page_total() << PAGE_SHIFT)
		return NULL;
	size = PAGE_UP(size);
	p = try_vmalloc(size);
	if (p)
		return p;
	// What was freed a moment ago may be waiting for its grace period.
	rcu_barrier();
	return try_vmalloc(size);
}

static void vfree_now(struct rcu_head *head)
{
	struct vm_area *area = container_of(head, struct vm_area, rcu);

	unmap_frames(area->start, area->size);
	area_free(area);
}

void vfree(void *p)
{
	struct vm_area *area;

	if (!p)
		return;
	area = area_find(p);
	if (!area || !area->frames)
		panic("vfree of %p, which is not vmalloc's", p);
	area->frames = false;
	rcu_call(&area->rcu, vfree_now);
}

size_t vmalloc_size(const void *p)
{
	struct vm_area *area = area_find(p);

	VERIFY(area && area->frames);
	return area->size;
}

void *mmio_map(paddr_t base, size_t size)
{
	paddr_t first = ALIGN_DOWN(base, PAGE_SIZE);
	size_t bytes = PAGE_UP(base + size) - first;
	struct vm_area *area = area_new(bytes);

	if (!area)
		return NULL;
	if (hal_kernel_map(area->start, first, bytes, HAL_PTE_READ | HAL_PTE_WRITE,
			   HAL_MEMORY_DEVICE)) {
		hal_kernel_unmap(area->start, bytes);
		area_free(area);
		return NULL;
	}
	return (char *)area->start + (base - first);
}

void vmalloc_init(void)
{
	area_cache = kcache_create("vm_area", sizeof(struct vm_area), 0);
}
