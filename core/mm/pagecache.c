// SPDX-License-Identifier: MIT
// Page caches: the frames of a file, for read, write and mappings alike.
//
// Look-up takes no lock: the sparse array is read under RCU, and a frame that left its cache is
// freed only after a grace period, so that within an RCU section its contents may even be copied
// without a reference. A frame that was found may leave the cache at any time: page->cache and
// page->index tell whether it still belongs there. Additions and removals take cache->lock; which
// of truncation and a fault at the same index comes first is decided there: truncation sets the
// inode's size before it removes, and faults look at the size under the lock.
//
// Here pages are found, filled, added and removed by index; pagecache_bytes.c has what files ask by
// position and length.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/pagecache.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

#define BATCH 64u // pages removed per taking of the lock, or freed before others run

static uint64_t all_pages, bare_pages; // atomic

// ---- page lock: while a frame is being filled ----

#define WAIT_QUEUES 16u
static struct wait_queue page_waits[WAIT_QUEUES];

static struct wait_queue *wait_of(const struct page *page)
{
	return &page_waits[(size_t)(page - page_array) % WAIT_QUEUES];
}

static bool try_lock(struct page *page)
{
	return !(__atomic_fetch_or(&page->flags, PAGE_F_LOCKED, __ATOMIC_ACQUIRE) & PAGE_F_LOCKED);
}

static void page_lock(struct page *page)
{
	if (!try_lock(page))
		wait_event(wait_of(page), try_lock(page));
}

static void page_unlock(struct page *page)
{
	__atomic_fetch_and(&page->flags, (uint16_t)~PAGE_F_LOCKED, __ATOMIC_RELEASE);
	if (wait_active(wait_of(page)))
		wait_wake_all(wait_of(page));
}

// ---- life ----

void pagecache_init(struct pagecache *cache, struct inode *inode, const struct pagecache_ops *ops)
{
	cache->ops = ops;
	cache->inode = inode;
	spin_init(&cache->lock, "page cache");
	xarray_init(&cache->pages);
	cache->count = 0;
	mutex_init(&cache->maps_lock, "page cache maps");
	list_init(&cache->maps);
	cache->writable_maps = 0;
	cache->bare_size = 0;
	cache->number = 0;
}

uint64_t pagecache_number(struct pagecache *cache)
{
	static uint64_t last = 1; /* odd: no address */
	uint64_t number = READ_ONCE(cache->number), fresh;

	if (likely(number))
		return number;
	fresh = __atomic_add_fetch(&last, 2, __ATOMIC_RELAXED);
	return __atomic_compare_exchange_n(&cache->number, &number, fresh, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED)
		       ? fresh
		       : number;
}

void pagecache_destroy(struct pagecache *cache)
{
	VERIFY(list_empty(&cache->maps));
	if (cache->count)
		pagecache_remove(cache, 0, UINT64_MAX, true);
	xarray_destroy(&cache->pages);
}

// Shared memory without a file: lives as long as VMAs refer to it.
struct bare_cache {
	struct pagecache cache;
	struct refcount refs;
	uint64_t promised; // pages
};

struct pagecache *bare_cache_new(uint64_t pages, uint64_t promised)
{
	struct bare_cache *bare = kmalloc(sizeof(*bare), GFP_KERNEL);

	if (!bare || commit_charge(promised)) {
		kfree(bare);
		return NULL;
	}
	bare->promised = promised;
	pagecache_init(&bare->cache, NULL, NULL);
	bare->cache.bare_size = pages;
	refcount_set(&bare->refs, 1);
	return &bare->cache;
}

void bare_cache_get(struct pagecache *cache)
{
	refcount_get(&container_of(cache, struct bare_cache, cache)->refs);
}

void bare_cache_put(struct pagecache *cache)
{
	struct bare_cache *bare = container_of(cache, struct bare_cache, cache);

	if (!refcount_put(&bare->refs))
		return;
	pagecache_destroy(cache);
	commit_change(-(int64_t)bare->promised);
	kfree(bare);
}

// ---- finding and adding ----

uint64_t pagecache_pages(const struct pagecache *cache)
{
	if (!cache->inode)
		return cache->bare_size;
	return ((uint64_t)READ_ONCE(cache->inode->size) + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

// A reference to the page at index, up to date or not; or NULL.
static struct page *find(struct pagecache *cache, uint64_t index)
{
	struct page *page;

	rcu_read_lock();
	do {
		page = xarray_load(&cache->pages, index);
		if (!page)
			break;
		if (refcount_get_unless_zero(&page->refs)) {
			if (likely(load_acquire(&page->cache) == cache && page->index == index))
				break;
			page_put(page);
		}
		page = NULL;
	} while (xarray_load(&cache->pages, index)); // it was on its way out
	rcu_read_unlock();
	return page;
}

struct page *pagecache_peek(struct pagecache *cache, uint64_t index)
{
	struct page *page = find(cache, index);

	if (page && !(load_acquire(&page->flags) & PAGE_F_UPTODATE)) {
		page_put(page);
		page = NULL;
	}
	return page;
}

static void charge_back(struct pagecache *cache, uint64_t count)
{
	__atomic_fetch_sub(cache->inode ? &all_pages : &bare_pages, count, __ATOMIC_RELAXED);
	if (cache->ops && cache->ops->uncharge)
		cache->ops->uncharge(cache, count);
}

int pagecache_insert(struct pagecache *cache, uint64_t index, struct page *page, bool within)
{
	int error;

	if (cache->ops && cache->ops->charge) {
		error = cache->ops->charge(cache);
		if (error)
			return error;
	}
	page_set_state(page, PAGE_KERNEL, PAGE_CACHE);
	page->cache = cache;
	page->index = index;
	page_get(page);
	__atomic_fetch_add(cache->inode ? &all_pages : &bare_pages, 1, __ATOMIC_RELAXED);

	spin_lock(&cache->lock);
	if (xarray_load(&cache->pages, index))
		error = -EEXIST;
	else if (within && index >= pagecache_pages(cache))
		error = -EIO;
	else
		error = xarray_store(&cache->pages, index, page, GFP_ATOMIC);
	if (!error)
		cache->count++;
	spin_unlock(&cache->lock);
	if (!error)
		return 0;

	page->cache = NULL;
	page_put(page);
	page_set_state(page, PAGE_CACHE, PAGE_KERNEL);
	charge_back(cache, 1);
	return error;
}

// Fill a page of a file system that reads from somewhere.
static int fill(struct pagecache *cache, struct page *page)
{
	int error = 0;

	page_lock(page);
	if (!(READ_ONCE(page->flags) & PAGE_F_UPTODATE)) {
		error = cache->ops->read_page(cache, page);
		if (!error)
			page_set_flag(page, PAGE_F_UPTODATE);
	}
	page_unlock(page);
	return error;
}

// A reserved page (all zeroes) becomes contents. -EAGAIN: it was given back meanwhile.
static int use_reserved(struct pagecache *cache, struct page *page)
{
	bool here;

	spin_lock(&cache->lock);
	here = page->cache == cache;
	if (here)
		page_set_flag(page, PAGE_F_UPTODATE);
	spin_unlock(&cache->lock);
	return here ? 0 : -EAGAIN;
}

__attribute__((noinline)) int pagecache_get_slow(struct pagecache *cache, uint64_t index,
						 bool create, bool within, struct page **out)
{
	bool reads = pagecache_reads(cache);

	might_sleep();
	*out = NULL;
	if (!create && !reads)
		return 0;
	for (;;) {
		struct page *page = find(cache, index);
		int error = 0;

		if (!page) {
			page = page_alloc(reads ? GFP_USER : GFP_USER | GFP_ZERO, 0);
			if (!page)
				return -ENOMEM;
			if (!reads)
				page->flags = PAGE_F_UPTODATE;
			error = pagecache_insert(cache, index, page, within);
			if (error) {
				page_put(page);
				if (error == -EEXIST)
					continue;
				return error;
			}
		}
		if (reads)
			error = fill(cache, page);
		else if (unlikely(!(READ_ONCE(page->flags) & PAGE_F_UPTODATE)))
			error = use_reserved(cache, page);
		if (error == -EAGAIN) {
			page_put(page);
			continue;
		}
		if (error) {
			page_put(page);
			return error;
		}
		*out = page;
		return 0;
	}
}

int pagecache_get(struct pagecache *cache, uint64_t index, bool create, struct page **page)
{
	*page = pagecache_peek(cache, index);
	return *page ? 0 : pagecache_get_slow(cache, index, create, false, page);
}

int pagecache_get_within(struct pagecache *cache, uint64_t index, struct page **page)
{
	if (index >= pagecache_pages(cache))
		return -EIO;
	*page = pagecache_peek(cache, index);
	return *page ? 0 : pagecache_get_slow(cache, index, true, true, page);
}

// ---- removing ----

static void put_chain(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu);

	for (unsigned int done = 1; page; done++) {
		struct page *next = (struct page *)(uintptr_t)page->index;

		page_put(page);
		page = next;
		if (done % BATCH == 0) // all of a large file
			resched_point();
	}
}

void pagecache_remove(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow)
{
	struct page *chain = NULL;
	uint64_t index = first, removed = 0;
	bool more = true;

	while (more) {
		unsigned int batch = 0;

		spin_lock(&cache->lock);
		while (batch < BATCH) {
			struct page *page = xarray_find(&cache->pages, &index, last);

			if (!page) {
				more = false;
				break;
			}
			xarray_erase(&cache->pages, index);
			store_release(&page->cache, NULL);
			page->index = (uintptr_t)chain; // no longer an index
			chain = page;
			cache->count--;
			batch++;
		}
		spin_unlock(&cache->lock);
		removed += batch;
		if (more)
			resched_point();
	}
	if (removed)
		charge_back(cache, removed);
	// Also when no page was there: private copies may be. A VMA that is being added now does
	// not see pages that are gone.
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!list_empty(&cache->maps))
		pagecache_unmap(cache, first, last, even_cow);
	if (chain)
		rcu_call(&chain->rcu, put_chain);
}

// ---- reserving ----

// A page that was not there goes to fresh.
static int reserve_page(struct pagecache *cache, uint64_t index, struct list *fresh)
{
	struct page *page = find(cache, index);
	int error = 0;

	if (!page) {
		page = page_alloc(GFP_USER | GFP_ZERO, 0);
		if (!page)
			return -ENOMEM;
		page->flags = 0;
		error = pagecache_insert(cache, index, page, false);
		if (!error)
			list_add(&page->link, fresh);
	}
	page_put(page);
	return error == -EEXIST ? 0 : error;
}

// Take out those that are unused still.
static void unreserve(struct pagecache *cache, struct list *fresh)
{
	while (!list_empty(fresh)) {
		struct page *page = list_first(fresh, struct page, link);
		bool used;

		list_del(&page->link);
		spin_lock(&cache->lock);
		used = READ_ONCE(page->flags) & PAGE_F_UPTODATE;
		if (!used) {
			xarray_erase(&cache->pages, page->index);
			store_release(&page->cache, NULL);
			page->index = 0; // no longer an index
			cache->count--;
		}
		spin_unlock(&cache->lock);
		if (!used) {
			charge_back(cache, 1);
			rcu_call(&page->rcu, put_chain);
		}
		resched_point();
	}
}

int pagecache_reserve(struct pagecache *cache, uint64_t first, uint64_t last)
{
	struct list fresh = LIST_INIT(fresh); // what earlier calls reserved stays

	ASSERT(!pagecache_reads(cache));
	WRITE_ONCE(cache->reserved, true);
	for (uint64_t index = first; index <= last; index++) {
		int error = signal_fatal_pending() ? -EINTR : reserve_page(cache, index, &fresh);

		if (error) {
			unreserve(cache, &fresh);
			return error;
		}
		resched_point();
	}
	return 0;
}

// ---- totals, and the start ----

uint64_t pagecache_total(void)
{
	return READ_ONCE(all_pages);
}

uint64_t pagecache_shmem(void)
{
	return READ_ONCE(bare_pages);
}

void pagecache_start(void)
{
	for (unsigned int i = 0; i < WAIT_QUEUES; i++)
		wait_queue_init(&page_waits[i]);
}
