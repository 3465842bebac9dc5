// SPDX-License-Identifier: MIT
// Object caches: slabs of 2^order frames cut into objects, behind a magazine of free objects per
// CPU.
//
// The common allocation and free touch only the CPU's magazine, with interrupts off. An empty
// magazine is half filled from partial slabs, a full one half flushed into them, under the cache's
// lock. Slabs with a free object are on the cache's list (full ones on none); a slab is naturally
// aligned, so that the frame of any object leads to the first frame of its slab. One empty slab per
// cache is kept, others go back to the frames.
//
// Debug builds lay out an object as [object][red zone: 8 bytes][link] and fill free ones with
// poison; release builds keep the link in the free object's first word.

#include "mm_internal.h"

#include <core/lib/string.h>
#include <core/mutex.h>
#include <core/page.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/spinlock.h>
#include <hal/boot.h>

#define MAGAZINE 31u

// [interrupts off] of its own CPU.
struct magazine {
	uint32_t count;
	void *object[MAGAZINE];
};

struct kcache {
	const char *name;
	uint32_t size;	   // as asked for
	uint32_t stride;   // from object to object
	uint32_t link_at;  // of the free-list link inside a free object
	uint32_t capacity; // of a magazine
	uint32_t per_slab;
	uint32_t order;
	uint32_t reciprocal; // 2^32 / stride, rounded up: offset / stride without division
	struct list all;     // in caches; never removed

	struct spinlock lock __cacheline_aligned;
	struct list partial; // [lock] slabs with a free object, empty ones last
	uint32_t empty;	     // [lock] of them with no object out
	size_t slabs;	     // [lock]
	size_t out;	     // [lock] objects not in slabs: in use or in magazines

	struct magazine magazine[] __cacheline_aligned; // per CPU
};

static struct list caches = LIST_INIT(caches);
static struct spinlock caches_lock =
	SPINLOCK_INIT("slab caches"); // for additions; the list only grows

// ---- debug ----

#ifdef TERN_DEBUG
#define RED_ZONE    8u
#define RED_IN_USE  0x5ab1e55ed0b1ec75ull
#define RED_FREE    0xdeadfa11deadfa11ull
#define POISON_FREE 0x6b

static uint64_t *red_zone(struct kcache *cache, void *object)
{
	return (uint64_t *)((char *)object + ALIGN_UP(cache->size, 8u));
}

// memset() is checked by the address sanitizer: a free object may not be touched.
static void fill(void *object, uint8_t with, size_t n)
{
	for (uint8_t *byte = object; n; n--)
		*byte++ = with;
}

static void debug_fresh(struct kcache *cache, void *object)
{
	fill(object, POISON_FREE, cache->size);
	*red_zone(cache, object) = RED_FREE;
}

static void debug_alloc(struct kcache *cache, void *object)
{
	const uint8_t *byte = object;

	if (*red_zone(cache, object) != RED_FREE)
		panic("%s: free object %p has a damaged red zone: %#llx", cache->name, object,
		      (unsigned long long)*red_zone(cache, object));
	for (size_t i = 0; i < cache->size; i++)
		if (byte[i] != POISON_FREE)
			panic("%s: free object %p was written to: %#x at %zu", cache->name, object,
			      byte[i], i);
	*red_zone(cache, object) = RED_IN_USE;
	fill(object, 0xa5, cache->size);
}

static void debug_free(struct kcache *cache, void *object)
{
	uint64_t red = *red_zone(cache, object);

	if (red == RED_FREE)
		panic("%s: object %p is freed twice", cache->name, object);
	if (red != RED_IN_USE)
		panic("%s: object %p was written past its end: %#llx", cache->name, object,
		      (unsigned long long)red);
	fill(object, POISON_FREE, cache->size);
	*red_zone(cache, object) = RED_FREE;
}
#else
#define RED_ZONE 0u
static inline void debug_fresh(__weak_unused struct kcache *cache, __weak_unused void *object)
{
}
static inline void debug_alloc(__weak_unused struct kcache *cache, __weak_unused void *object)
{
}
static inline void debug_free(__weak_unused struct kcache *cache, __weak_unused void *object)
{
}
#endif

// ---- slabs ----

static void **link_of(struct kcache *cache, void *object)
{
	return (void **)((char *)object + cache->link_at);
}

// The first frame of the slab that page belongs to.
static struct page *slab_head(struct kcache *cache, struct page *page)
{
	uint64_t frame = (uint64_t)(page - page_array) + page_first;

	return page - (frame & ((1ull << cache->order) - 1));
}

static struct page *slab_of(struct kcache *cache, const void *object)
{
	struct page *page = page_of(page_linear_pa(object));

	if (unlikely(page->state != PAGE_SLAB || page->slab_cache != cache))
		panic("%s: %p is not an object of this cache (frame state %u)", cache->name, object,
		      page->state);
	return slab_head(cache, page);
}

static struct page *slab_new(struct kcache *cache, unsigned int gfp)
{
	struct page *slab = page_alloc(gfp & ~GFP_ZERO, cache->order);
	char *base;
	void *next = NULL;

	if (!slab)
		return NULL;
	base = page_address(slab);
	for (unsigned int i = 0; i < 1u << cache->order; i++) {
		page_set_state(slab + i, PAGE_KERNEL, PAGE_SLAB);
		slab[i].slab_cache = cache;
	}
	for (unsigned int i = cache->per_slab; i-- > 0;) {
		void *object = base + (size_t)i * cache->stride;

		debug_fresh(cache, object);
		*link_of(cache, object) = next;
		next = object;
	}
	slab->slab_free = next;
	slab->slab_used = 0;
	return slab;
}

static void slab_release(struct kcache *cache, struct page *slab)
{
	for (unsigned int i = 0; i < 1u << cache->order; i++) {
		page_set_state(slab + i, PAGE_SLAB, PAGE_KERNEL);
		slab[i].slab_cache = NULL;
	}
	slab->order = (uint8_t)cache->order;
	page_free(slab, cache->order);
}

static void *slab_take(struct kcache *cache, struct page *slab)
{
	void *object = slab->slab_free;

	assert_spin_held(&cache->lock);
	if (slab->slab_used++ == 0)
		cache->empty--;
	slab->slab_free = *link_of(cache, object);
	if (!slab->slab_free)
		list_del(&slab->link);
	cache->out++;
	return object;
}

static void slab_give(struct kcache *cache, void *object)
{
	struct page *slab = slab_of(cache, object);
	bool was_full = !slab->slab_free;

	assert_spin_held(&cache->lock);
	VERIFY(slab->slab_used > 0);
	*link_of(cache, object) = slab->slab_free;
	slab->slab_free = object;
	cache->out--;
	if (was_full)
		list_add(&slab->link, &cache->partial);
	if (--slab->slab_used)
		return;
	if (cache->empty) {
		list_del(&slab->link);
		cache->slabs--;
		slab_release(cache, slab);
	} else {
		cache->empty++;
		list_move_tail(&slab->link, &cache->partial);
	}
}

// ---- magazines ----

// The CPU's magazine is empty; interrupts are off, flags say how they were, and are restored.
static __attribute__((noinline)) void *refill(struct kcache *cache, unsigned int gfp,
					      unsigned long flags)
{
	for (;;) {
		struct magazine *m = &cache->magazine[hal_cpu_id()];
		struct page *slab;

		spin_lock(&cache->lock);
		while (m->count <= cache->capacity / 2 && !list_empty(&cache->partial))
			m->object[m->count++] =
				slab_take(cache, list_first(&cache->partial, struct page, link));
		spin_unlock(&cache->lock);
		if (m->count) {
			void *object = m->object[--m->count];

			hal_irq_restore(flags);
			return object;
		}
		hal_irq_restore(flags);
		slab = slab_new(cache, gfp);
		if (!slab)
			return NULL;
		flags = spin_lock_irqsave(&cache->lock);
		list_add_tail(&slab->link, &cache->partial);
		cache->empty++;
		cache->slabs++;
		spin_unlock(&cache->lock);
	}
}

// Interrupts off. Give the oldest count objects back to their slabs.
static __attribute__((noinline)) void flush(struct kcache *cache, struct magazine *m,
					    unsigned int count)
{
	spin_lock(&cache->lock);
	for (unsigned int i = 0; i < count; i++)
		slab_give(cache, m->object[i]);
	spin_unlock(&cache->lock);
	m->count -= count;
	for (unsigned int i = 0; i < m->count; i++)
		m->object[i] = m->object[i + count];
}

void *kcache_alloc(struct kcache *cache, unsigned int gfp)
{
	unsigned long flags;
	struct magazine *m;
	void *object;

	if (memory_inject_failure(gfp))
		return NULL;
	flags = hal_irq_save();
	m = &cache->magazine[hal_cpu_id()];
	if (likely(m->count)) {
		object = m->object[--m->count];
		hal_irq_restore(flags);
	} else {
		object = refill(cache, gfp, flags);
		if (!object)
			return NULL;
	}
	debug_alloc(cache, object);
	if (gfp & GFP_ZERO)
		memset(object, 0, cache->size);
	return object;
}

static void cache_free(struct kcache *cache, void *object)
{
	unsigned long flags;
	struct magazine *m;

	debug_free(cache, object);
	flags = hal_irq_save();
	m = &cache->magazine[hal_cpu_id()];
	if (unlikely(m->count == cache->capacity))
		flush(cache, m, cache->capacity / 2 + 1);
	m->object[m->count++] = object;
	hal_irq_restore(flags);
}

void kcache_free(struct kcache *cache, void *object)
{
	const struct page *page = page_of(page_linear_pa(object));

	if (unlikely(page->state != PAGE_SLAB || page->slab_cache != cache))
		panic("%s: %p is not an object of this cache (frame state %u)", cache->name, object,
		      page->state);
	cache_free(cache, object);
}

// ---- making caches ----

// Caches live for ever: cut from whole frames. [caches_lock]
static void *boot_alloc(size_t size)
{
	static char *next;
	static size_t left;
	void *p;

	size = ALIGN_UP(size, HAL_CACHE_LINE);
	if (size > left) {
		unsigned int order = 0;
		struct page *page;

		while (PAGE_SIZE << order < size)
			order++;
		page = page_alloc(GFP_ATOMIC | GFP_ZERO, order);
		if (!page)
			panic("no memory for a slab cache");
		next = page_address(page);
		left = PAGE_SIZE << order;
	}
	p = next;
	next += size;
	left -= size;
	return p;
}

struct kcache *kcache_create(const char *name, size_t size, size_t align)
{
	unsigned int cpus = hal_boot_info()->cpu_count;
	unsigned long flags = spin_lock_irqsave(&caches_lock);
	struct kcache *cache = boot_alloc(sizeof(*cache) + cpus * sizeof(struct magazine));
	size_t stride = MAX(size, sizeof(void *));

	if (!align) {
		align = 8;
		while (align < HAL_CACHE_LINE && align < size)
			align *= 2;
		// An object that is no multiple of it wastes more by alignment than it gains.
		if (size % align)
			align = size % 16 ? 8 : 16;
	}
	VERIFY((align & (align - 1)) == 0 && size <= 8192);
	cache->name = name;
	cache->size = (uint32_t)size;
	cache->link_at = RED_ZONE ? (uint32_t)ALIGN_UP(size, 8u) + RED_ZONE : 0;
	if (RED_ZONE)
		stride = cache->link_at + sizeof(void *);
	stride = ALIGN_UP(stride, MAX(align, sizeof(void *)));
	cache->stride = (uint32_t)stride;
	cache->reciprocal = (uint32_t)((1ull << 32) / stride + 1);
	// The smallest slab that wastes at most an eighth of itself.
	while (cache->order < 3 &&
	       (PAGE_SIZE << cache->order < stride ||
		(PAGE_SIZE << cache->order) % stride > (PAGE_SIZE << cache->order) / 8))
		cache->order++;
	VERIFY(PAGE_SIZE << cache->order >= stride);
	cache->per_slab = (uint32_t)((PAGE_SIZE << cache->order) / stride);
	cache->capacity = size <= 256 ? MAGAZINE : size <= 1024 ? 15 : 7;
	spin_init(&cache->lock, "slab cache");
	list_init(&cache->partial);
	list_add_tail(&cache->all, &caches);
	spin_unlock_irqrestore(&caches_lock, flags);
	return cache;
}

// ---- kmalloc ----

static const uint16_t kmalloc_sizes[] = {16,  32,  48,	 64,   96,   128,  192,	 256, 384,
					 512, 768, 1024, 1536, 2048, 3072, 4096, 8192};
static const char *const kmalloc_names[] = {
	"kmalloc-16",	"kmalloc-32",	"kmalloc-48",	"kmalloc-64",	"kmalloc-96",
	"kmalloc-128",	"kmalloc-192",	"kmalloc-256",	"kmalloc-384",	"kmalloc-512",
	"kmalloc-768",	"kmalloc-1024", "kmalloc-1536", "kmalloc-2048", "kmalloc-3072",
	"kmalloc-4096", "kmalloc-8192",
};
static struct kcache *kmalloc_caches[ARRAY_SIZE(kmalloc_sizes)];
static uint8_t kmalloc_small[1024 / 16 + 1]; // (size + 15) / 16 -> index
#define KMALLOC_MAX 8192u

static struct kcache *kmalloc_cache(size_t size)
{
	unsigned int i;

	if (likely(size <= 1024))
		return kmalloc_caches[kmalloc_small[(size + 15) / 16]];
	for (i = kmalloc_small[64] + 1u; kmalloc_sizes[i] < size; i++)
		;
	return kmalloc_caches[i];
}

static __attribute__((noinline)) void *kmalloc_large(size_t size, unsigned int gfp)
{
	unsigned int order = 2;
	struct page *page;
	void *p;

	while (order <= 3 && PAGE_SIZE << order < size)
		order++;
	if (order <= 3) {
		page = page_alloc(gfp | GFP_NORETRY, order);
		if (likely(page))
			return page_address(page);
	}
	// Who would rather do with less than wait has no use for many areas either.
	if (gfp & GFP_ATOMIC || (order <= 3 && (gfp & GFP_NORETRY)))
		return NULL;
	p = vmalloc(size); // what is free may lie in pieces
	if (p && (gfp & GFP_ZERO))
		memset(p, 0, size);
	if (p || order > 3)
		return p;
	page = page_alloc(gfp, order);
	return page ? page_address(page) : NULL;
}

void *kmalloc(size_t size, unsigned int gfp)
{
	if (unlikely(size > KMALLOC_MAX))
		return kmalloc_large(size, gfp);
	return kcache_alloc(kmalloc_cache(size), gfp);
}

void *kcalloc(size_t count, size_t size, unsigned int gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return kmalloc(bytes, gfp | GFP_ZERO);
}

void kfree(const void *p)
{
	struct page *page;

	if (!p)
		return;
	if (unlikely(!hal_is_linear(p))) {
		vfree((void *)(uintptr_t)p);
		return;
	}
	page = page_of(page_linear_pa(p));
	if (likely(page->state == PAGE_SLAB))
		cache_free(page->slab_cache, (void *)(uintptr_t)p);
	else
		page_free(page, page->order); // checks the state
}

size_t ksize(const void *p)
{
	const struct page *page;

	if (!hal_is_linear(p))
		return vmalloc_size(p);
	page = page_of(page_linear_pa(p));
	return page->state == PAGE_SLAB ? page->slab_cache->size : PAGE_SIZE << page->order;
}

void *krealloc(void *p, size_t size, unsigned int gfp)
{
	size_t have = p ? ksize(p) : 0;
	void *new;

	if (p && size <= have && size > have / 4)
		return p;
	new = kmalloc(size, gfp);
	if (new && p) {
		memcpy(new, p, MIN(have, size));
		kfree(p);
	}
	return new;
}

char *kstrdup(const char *s, unsigned int gfp)
{
	size_t n = strlen(s) + 1;
	char *copy = kmalloc(n, gfp);

	return copy ? memcpy(copy, s, n) : NULL;
}

// ---- checks and accounts ----

static __attribute__((noinline)) void copy_check_object(const struct page *page, const void *p,
							size_t n)
{
	struct kcache *cache = page->slab_cache;
	uint64_t offset = (uintptr_t)p & ((PAGE_SIZE << cache->order) - 1); /* in the slab */
	uint64_t index = offset * cache->reciprocal >> 32;

	offset -= index * cache->stride;
	if (unlikely(offset + n > cache->size))
		panic("user copy of %zu bytes at offset %llu crosses the end of an object of %s", n,
		      (unsigned long long)offset, cache->name);
}

void user_copy_check(const void *p, size_t n)
{
	const struct page *page;

	/* Of nothing: p may be the end of the last object of its frame. */
	if (!n || !hal_is_linear(p) || !page_valid(page_linear_pa(p)))
		return;
	page = page_of(page_linear_pa(p));
	switch (page->state) {
	case PAGE_SLAB:
		copy_check_object(page, p, n);
		break;
	case PAGE_FREE:
	case PAGE_FREE_CPU:
	case PAGE_TABLE:
		panic("user copy of %zu bytes in a frame of state %u", n, page->state);
	default:
		break;
	}
}

#ifdef TERN_KASAN
const char *slab_check(const void *p, size_t n, const char **name)
{
	struct page *page = page_of(page_linear_pa(p));
	struct kcache *cache = page->slab_cache;
	const char *base = page_address(slab_head(cache, page));
	uint64_t offset = (uint64_t)((const char *)p - base);
	uint64_t index = offset * cache->reciprocal >> 32;

	*name = cache->name;
	if (index >= cache->per_slab)
		return "behind the last object of a slab of ";
	offset -= index * cache->stride;
	if (offset + n > cache->size)
		return "beyond the end of an object of ";
	if (*red_zone(cache, (char *)(uintptr_t)base + index * cache->stride) != RED_IN_USE)
		return "a free object of ";
	return NULL;
}
#endif

// [cache->lock] Out of their slabs, and not in a magazine.
static size_t active(const struct kcache *cache)
{
	size_t count = cache->out;

	for (unsigned int cpu = 0; cpu < hal_boot_info()->cpu_count; cpu++)
		count -= MIN(count, (size_t)READ_ONCE(cache->magazine[cpu].count));
	return count;
}

size_t kcache_active(struct kcache *cache)
{
	unsigned long flags = spin_lock_irqsave(&cache->lock);
	size_t count = active(cache);

	spin_unlock_irqrestore(&cache->lock, flags);
	return count;
}

void kcache_for_each(void (*line)(void *ctx, const struct kcache_info *info), void *ctx)
{
	struct list *l;

	// The list only grows, at its tail.
	for (l = load_acquire(&caches.next); l != &caches; l = load_acquire(&l->next)) {
		struct kcache *cache = list_entry(l, struct kcache, all);
		unsigned long flags = spin_lock_irqsave(&cache->lock);
		struct kcache_info info = {
			.name = cache->name,
			.active = active(cache),
			.total = cache->slabs * cache->per_slab,
			.size = cache->stride,
			.per_slab = cache->per_slab,
			.frames_per_slab = 1u << cache->order,
			.slabs = cache->slabs,
		};

		spin_unlock_irqrestore(&cache->lock, flags);
		line(ctx, &info);
	}
}

static void drain_cpu(__weak_unused void *arg)
{
	unsigned long flags = hal_irq_save();

	for (struct list *l = load_acquire(&caches.next); l != &caches;
	     l = load_acquire(&l->next)) {
		struct kcache *cache = list_entry(l, struct kcache, all);
		struct magazine *m = &cache->magazine[hal_cpu_id()];

		if (m->count)
			flush(cache, m, m->count);
	}
	hal_irq_restore(flags);
}

void slab_drain(void)
{
	might_sleep();
	drain_cpu(NULL);
	smp_call_all(drain_cpu, NULL);
	for (struct list *l = load_acquire(&caches.next); l != &caches;
	     l = load_acquire(&l->next)) {
		struct kcache *cache = list_entry(l, struct kcache, all);
		unsigned long flags = spin_lock_irqsave(&cache->lock);

		while (cache->empty) { // empty slabs are last
			struct page *slab = list_last(&cache->partial, struct page, link);

			if (slab->slab_used)
				break;
			list_del(&slab->link);
			cache->empty--;
			cache->slabs--;
			slab_release(cache, slab);
		}
		spin_unlock_irqrestore(&cache->lock, flags);
	}
	kstack_drain();
	page_drain();
}

void slab_init(void)
{
	unsigned int index = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(kmalloc_sizes); i++)
		kmalloc_caches[i] = kcache_create(kmalloc_names[i], kmalloc_sizes[i], 16);
	for (unsigned int i = 0; i < ARRAY_SIZE(kmalloc_small); i++) {
		while (kmalloc_sizes[index] < i * 16)
			index++;
		kmalloc_small[i] = (uint8_t)index;
	}
	vmalloc_init();
}
