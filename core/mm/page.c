// SPDX-License-Identifier: MIT
// Page frames: one buddy allocator for all of RAM, a short list of single frames per CPU in front
// of it, and the state of every frame.
//
// A free block of 2^order frames has its first frame on the list of its order; all its frames are
// PAGE_FREE, the first with the order, the others with PAGE_TAIL. Two buddies that are both free
// heads of the same order merge; on its way to or from the lists a block's first frame is
// PAGE_FREE_CPU, so that nothing merges with it. Single frames go through the per-CPU lists, which
// interrupts-off guards; everything else takes the buddy lock. The last `reserve` frames are only
// for callers that cannot wait (GFP_ATOMIC: page tables) and for processes that the OOM killer has
// chosen.

#include "mm_internal.h"

#include <core/kasan.h>
#include <core/lib/string.h>
#include <core/page.h>
#include <core/printk.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/thread.h>
#include <hal/boot.h>

#define ORDERS	     11u // blocks up to 4 MiB
#define CPU_FRAMES   62u
#define CPU_BATCH    31u
#define REFILL_ORDER 5u // frames in a block: at most CPU_FRAMES

static struct {
	struct spinlock lock;
	struct list free[ORDERS]; // [lock]
	unsigned int nonempty;	  // [lock] bit per order
	uint64_t free_frames;	  // [lock]
	uint64_t total;		  // [lock] ever given to the allocator
	uint64_t reserve;	  // constant after boot
} buddy = {.lock = SPINLOCK_INIT("buddy")};

// [interrupts off] of its own CPU.
static struct cpu_frames {
	unsigned int count;
	struct page *frame[CPU_FRAMES];
} __cacheline_aligned cpu_frames[NR_CPUS];

struct page *page_array;
uint64_t page_first, page_end;

static const char *const state_names[PAGE_STATES] = {
	[PAGE_RESERVED] = "reserved",
	[PAGE_FREE] = "free",
	[PAGE_FREE_CPU] = "free (CPU list)",
	[PAGE_KERNEL] = "kernel",
	[PAGE_SLAB] = "slab",
	[PAGE_TABLE] = "page table",
	[PAGE_STACK] = "kernel stack",
	[PAGE_ANON] = "anonymous",
	[PAGE_CACHE] = "page cache",
};

static __noreturn __attribute__((noinline, cold)) void wrong_state(const struct page *page,
								   const char *want, vaddr_t caller)
{
	const char *have = page->state < PAGE_STATES ? state_names[page->state] : "nonsense";

#ifdef TERN_DEBUG
	panic("frame %#llx belongs to \"%s\" (since %pS), not to \"%s\" (as %pS believes)",
	      (unsigned long long)page_pa(page), have, (void *)page->changed_by, want,
	      (void *)caller);
#else
	panic("frame %#llx belongs to \"%s\", not to \"%s\" (as %pS believes)",
	      (unsigned long long)page_pa(page), have, want, (void *)caller);
#endif
}

static inline void set_state(struct page *page, enum page_state state, __weak_unused vaddr_t caller)
{
	page->state = (uint8_t)state;
#ifdef TERN_DEBUG
	page->changed_by = caller;
#endif
}

void page_set_state(struct page *page, enum page_state from, enum page_state to)
{
	vaddr_t caller = (vaddr_t)__builtin_return_address(0);

	if (unlikely(page->state != from))
		wrong_state(page, state_names[from], caller);
	set_state(page, to, caller);
}

void page_clear(void *p)
{
	hal_clear_page(p);
}

// ---- debug: free frames are poisoned ----

#ifdef TERN_DEBUG
#define POISON 0xfefefefefefefefeull

static void poison(struct page *page, unsigned int order)
{
	uint64_t *word = page_address(page);

	for (size_t i = 0; i < (PAGE_SIZE << order) / sizeof(*word); i++)
		word[i] = POISON;
}

static void check_poison(struct page *page, unsigned int order)
{
	const uint64_t *word = page_address(page);

	for (size_t i = 0; i < (PAGE_SIZE << order) / sizeof(*word); i++)
		if (unlikely(word[i] != POISON))
			panic("free frame %#llx was written to: %#llx at %#zx (freed by %pS)",
			      (unsigned long long)page_pa(page), (unsigned long long)word[i],
			      i * sizeof(*word), (void *)page->changed_by);
}
#else
static inline void poison(__weak_unused struct page *page, __weak_unused unsigned int order)
{
}
static inline void check_poison(__weak_unused struct page *page, __weak_unused unsigned int order)
{
}
#endif

// ---- the buddy lists ----

static void list_block(struct page *page, unsigned int order)
{
	page->order = (uint8_t)order;
	list_add(&page->link, &buddy.free[order]);
	buddy.nonempty |= 1u << order;
}

static void unlist_block(struct page *page, unsigned int order)
{
	list_del(&page->link);
	page->order = PAGE_TAIL;
	if (list_empty(&buddy.free[order]))
		buddy.nonempty &= ~(1u << order);
}

// The block's frames have PAGE_TAIL and are PAGE_FREE, but for the first.
static void buddy_insert(struct page *page, unsigned int order)
{
	uint64_t frame = (uint64_t)(page - page_array) + page_first;

	assert_spin_held(&buddy.lock);
	page->state = PAGE_FREE;
	buddy.free_frames += 1ull << order;
	while (order < ORDERS - 1) {
		uint64_t other = frame ^ (1ull << order);
		struct page *neighbour;

		if (other < page_first || other + (1ull << order) > page_end)
			break;
		neighbour = &page_array[other - page_first];
		if (READ_ONCE(neighbour->state) != PAGE_FREE || neighbour->order != order)
			break;
		unlist_block(neighbour, order);
		frame &= ~(1ull << order);
		order++;
	}
	list_block(&page_array[frame - page_first], order);
}

// A block whose frames have PAGE_TAIL and are still PAGE_FREE, but for the first; or NULL.
static struct page *buddy_remove(unsigned int order)
{
	unsigned int candidates = buddy.nonempty & ~((1u << order) - 1);
	struct page *page;
	unsigned int have;

	assert_spin_held(&buddy.lock);
	if (!candidates)
		return NULL;
	have = (unsigned int)__builtin_ctz(candidates);
	page = list_first(&buddy.free[have], struct page, link);
	unlist_block(page, have);
	while (have > order) {
		have--;
		list_block(page + (1u << have), have);
	}
	buddy.free_frames -= 1ull << order;
	page->state = PAGE_FREE_CPU;
	return page;
}

static struct page *take_block(unsigned int order, uint64_t keep)
{
	unsigned long flags = spin_lock_irqsave(&buddy.lock);
	struct page *page = NULL;

	if (buddy.free_frames >= keep + (1ull << order))
		page = buddy_remove(order);
	spin_unlock_irqrestore(&buddy.lock, flags);
	return page;
}

// ---- per-CPU lists ----

static void to_list(struct cpu_frames *list, struct page *page)
{
	page->state = PAGE_FREE_CPU;
	list->frame[list->count++] = page;
}

// Interrupts off. Takes a frame for the caller and fills the CPU's list besides: from one block,
// unless smaller pieces lie about.
static __attribute__((noinline)) struct page *refill(struct cpu_frames *list)
{
	struct page *page = NULL;

	spin_lock(&buddy.lock);
	if (buddy.nonempty && !(buddy.nonempty & ((1u << REFILL_ORDER) - 1)) &&
	    buddy.free_frames > buddy.reserve + (1u << REFILL_ORDER)) {
		page = buddy_remove(REFILL_ORDER);
		for (unsigned int i = (1u << REFILL_ORDER) - 1; i > 0; i--)
			to_list(list, page + i);
	} else {
		for (unsigned int i = 0; i < CPU_BATCH && buddy.free_frames > buddy.reserve; i++) {
			struct page *next = buddy_remove(0);

			if (!next)
				break;
			if (page)
				to_list(list, page);
			page = next;
		}
	}
	spin_unlock(&buddy.lock);
	return page;
}

// Interrupts off. Gives the oldest `count` frames back.
static __attribute__((noinline)) void flush(struct cpu_frames *list, unsigned int count)
{
	spin_lock(&buddy.lock);
	for (unsigned int i = 0; i < count; i++)
		buddy_insert(list->frame[i], 0);
	spin_unlock(&buddy.lock);
	list->count -= count;
	for (unsigned int i = 0; i < list->count; i++)
		list->frame[i] = list->frame[i + count];
}

static void drain_cpu(__weak_unused void *arg)
{
	unsigned long flags = hal_irq_save();
	struct cpu_frames *list = &cpu_frames[hal_cpu_id()];

	if (list->count)
		flush(list, list->count);
	hal_irq_restore(flags);
}

void page_drain(void)
{
	might_sleep();
	table_drain();
	drain_cpu(NULL);
	smp_call_all(drain_cpu, NULL);
}

static inline struct page *take_single(void)
{
	unsigned long flags = hal_irq_save();
	struct cpu_frames *list = &cpu_frames[hal_cpu_id()];
	struct page *page;

	if (likely(list->count))
		page = list->frame[--list->count];
	else
		page = refill(list);
	hal_irq_restore(flags);
	return page;
}

// ---- allocation ----

// Nothing was free above the reserve.
static __attribute__((noinline, cold)) struct page *take_slow(unsigned int gfp, unsigned int order)
{
	struct page *page;

	if (gfp & GFP_ATOMIC)
		return take_block(order, 0);
	might_sleep();
	for (unsigned int attempt = 0;; attempt++) {
		memory_reclaim();
		page = take_block(order, buddy.reserve);
		if (page || order > 3 || (gfp & GFP_NORETRY))
			return page;
		if (current->in_oom)
			return take_block(order, buddy.reserve / 4);
		if (!memory_wait(attempt))
			return NULL;
	}
}

// What the allocator had becomes its caller's.
static inline void hand_out(struct page *page, unsigned int order, vaddr_t caller)
{
	if (unlikely(page->state != PAGE_FREE_CPU))
		wrong_state(page, "free", caller);
	check_poison(page, order);
	set_state(page, PAGE_KERNEL, caller);
	page->order = (uint8_t)order;
	page->flags = 0;
	for (unsigned int i = 1; i < 1u << order; i++)
		set_state(page + i, PAGE_KERNEL, caller);
	// From here on somebody may hold it who meant its last life: he sees that this is another.
	store_release(&page->refs.count, 1);
}

struct page *page_alloc(unsigned int gfp, unsigned int order)
{
	vaddr_t caller = (vaddr_t)__builtin_return_address(0);
	struct page *page;

	ASSERT(order < ORDERS);
	if (memory_inject_failure(gfp))
		return NULL;
	page = likely(order == 0) ? take_single() : take_block(order, buddy.reserve);
	if (unlikely(!page)) {
		page = take_slow(gfp, order);
		if (!page)
			return NULL;
	}
	if (likely(order == 0)) {
		hand_out(page, 0, caller);
		if (gfp & GFP_ZERO)
			page_clear(page_address(page));
		return page;
	}
	hand_out(page, order, caller);
	if (gfp & GFP_ZERO)
		for (unsigned int i = 0; i < 1u << order; i++)
			page_clear(page_address(page + i));
	return page;
}

struct page *page_alloc_plenty(unsigned int order, uint64_t keep)
{
	struct page *page =
		memory_inject_failure(0) ? NULL : take_block(order, MAX(keep, buddy.reserve));

	if (page)
		hand_out(page, order, (vaddr_t)__builtin_return_address(0));
	return page;
}

// The frame has no user left. Its state was one that may be freed.
static inline void free_single(struct page *page, vaddr_t caller)
{
	unsigned long flags;
	struct cpu_frames *list;

	poison(page, 0);
	set_state(page, PAGE_FREE_CPU, caller);
	page->order = PAGE_TAIL;
	flags = hal_irq_save();
	list = &cpu_frames[hal_cpu_id()];
	if (unlikely(list->count == CPU_FRAMES))
		flush(list, CPU_BATCH);
	list->frame[list->count++] = page;
	hal_irq_restore(flags);
}

// The same for a block of several.
static __attribute__((noinline)) void free_block(struct page *page, unsigned int order,
						 vaddr_t caller)
{
	unsigned long flags;

	poison(page, order);
	for (unsigned int i = 0; i < 1u << order; i++) {
		if (unlikely(page[i].state != PAGE_KERNEL))
			wrong_state(page + i, "kernel", caller);
		set_state(page + i, i ? PAGE_FREE : PAGE_FREE_CPU, caller);
		page[i].order = PAGE_TAIL;
	}
	flags = spin_lock_irqsave(&buddy.lock);
	buddy_insert(page, order);
	spin_unlock_irqrestore(&buddy.lock, flags);
}

// Somebody who looks for a page without a lock may hold a reference for a moment, to any frame that
// is not free, until he sees that it is not the one he meant. So every free drops a reference, and
// whoever drops the last one frees.
void page_free(struct page *page, unsigned int order)
{
	vaddr_t caller = (vaddr_t)__builtin_return_address(0);

	if (unlikely(page->state != PAGE_KERNEL))
		wrong_state(page, "kernel", caller);
	VERIFY(page->order == order);
	if (unlikely(!refcount_put(&page->refs)))
		return;
	if (order == 0)
		free_single(page, caller);
	else
		free_block(page, order, caller);
}

void page_put(struct page *page)
{
	vaddr_t caller = (vaddr_t)__builtin_return_address(0);

	if (unlikely(page->state < PAGE_KERNEL))
		wrong_state(page, "a counted user", caller);
	if (!refcount_put(&page->refs))
		return;
	switch (page->state) {
	case PAGE_CACHE:
		VERIFY(!page->cache); // the cache has a reference of its own
		__attribute__((fallthrough));
	case PAGE_ANON:
		break;
	case PAGE_KERNEL:
		if (page->order) {
			free_block(page, page->order, caller);
			return;
		}
		break;
	default:
		wrong_state(page, "a counted user", caller);
	}
	free_single(page, caller);
}

// ---- boot ----

static bool region_is_ram(const struct hal_mem_region *region)
{
	return region->kind != HAL_MEM_RESERVED;
}

// Give [base, base + size), whose frames are reserved, to the buddy lists in blocks as large as
// alignment allows.
static void release(paddr_t base, uint64_t size)
{
	uint64_t frame = base >> PAGE_SHIFT, end = (base + size) >> PAGE_SHIFT;
	unsigned long flags = spin_lock_irqsave(&buddy.lock);

	VERIFY(frame >= page_first && end <= page_end);
	buddy.total += end - frame;
	while (frame < end) {
		unsigned int order = frame ? (unsigned int)__builtin_ctzll(frame) : ORDERS - 1;
		struct page *page = &page_array[frame - page_first];

		order = MIN(order, ORDERS - 1);
		while (frame + (1ull << order) > end)
			order--;
		for (unsigned int i = 0; i < 1u << order; i++) {
			if (page[i].state != PAGE_RESERVED)
				wrong_state(page + i, "reserved",
					    (vaddr_t)__builtin_return_address(0));
			page[i].state = PAGE_FREE;
			page[i].order = PAGE_TAIL;
		}
		poison(page, order);
		buddy_insert(page, order);
		frame += 1ull << order;
	}
	spin_unlock_irqrestore(&buddy.lock, flags);
}

void page_free_region(paddr_t base, uint64_t size)
{
	paddr_t end = ALIGN_DOWN(base + size, PAGE_SIZE);

	base = ALIGN_UP(base, PAGE_SIZE);
	if (base < end)
		release(base, end - base);
}

void page_init(void)
{
	const struct hal_boot_info *info = hal_boot_info();
	const struct hal_mem_region *home = NULL;
	uint64_t bytes;

	page_first = UINT64_MAX;
	for (unsigned int i = 0; i < info->region_count; i++) {
		const struct hal_mem_region *region = &info->regions[i];

		if (!region_is_ram(region))
			continue;
		page_first = MIN(page_first, region->base >> PAGE_SHIFT);
		page_end = MAX(page_end, (region->base + region->size) >> PAGE_SHIFT);
		if (region->kind == HAL_MEM_RAM && (!home || region->size > home->size))
			home = region;
	}
	if (!home)
		hal_boot_fail("no usable memory");
	bytes = PAGE_UP((page_end - page_first) * sizeof(struct page));
	if (home->size < bytes + (1u << 20))
		hal_boot_fail("too little memory");

	// The array lies at the start of the largest region.
	page_array = hal_phys_to_virt(home->base);
	memset(page_array, 0, bytes); // all PAGE_RESERVED
	for (unsigned int order = 0; order < ORDERS; order++)
		list_init(&buddy.free[order]);
	for (unsigned int i = 0; i < info->region_count; i++) {
		const struct hal_mem_region *region = &info->regions[i];

		if (region == home)
			release(region->base + bytes, region->size - bytes);
		else if (region->kind == HAL_MEM_RAM)
			release(region->base, region->size);
	}
	// 1/512 of memory, between 256 KiB and 4 MiB.
	buddy.reserve = MIN(MAX(buddy.total / 512, 64ull), 1024ull);
	kasan_start();
}

// ---- accounts ----

uint64_t page_total(void)
{
	return READ_ONCE(buddy.total);
}

uint64_t page_reserve(void)
{
	return buddy.reserve;
}

uint64_t page_free_count(void)
{
	uint64_t count = READ_ONCE(buddy.free_frames);

	for (unsigned int cpu = 0; cpu < sched_cpu_count(); cpu++)
		count += READ_ONCE(cpu_frames[cpu].count);
	return count;
}

void page_counts(struct page_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	for (struct page *page = page_array; page < page_array + (page_end - page_first); page++) {
		unsigned int state = READ_ONCE(page->state);

		if (state < PAGE_STATES)
			counts->by_state[state]++;
		if (state == PAGE_CACHE && (READ_ONCE(page->flags) & PAGE_F_DIRTY))
			counts->dirty++;
	}
	counts->total = page_total();
	counts->free = counts->by_state[PAGE_FREE] + counts->by_state[PAGE_FREE_CPU];
}
