// SPDX-License-Identifier: MIT
// Page caches: the frames of a file, for read, write and mappings alike.
//
// Look-up takes no lock: the sparse array is read under RCU, and a frame that left its cache is
// freed only after a grace period, so that within an RCU section its contents may even be copied
// without a reference. A frame that was found may leave the cache at any time: page->cache and
// page->index tell whether it still belongs there. Additions and removals take cache->lock; which
// of truncation and a fault at the same index comes first is decided there: truncation sets the
// inode's size before it removes, and faults look at the size under the lock.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/pagecache.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <core/wait.h>

#define BATCH 64u // pages removed per taking of the lock

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

static void set_flag(struct page *page, uint16_t flag)
{
	if (!(READ_ONCE(page->flags) & flag))
		__atomic_fetch_or(&page->flags, flag, __ATOMIC_RELEASE);
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
}

static void remove_range(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow);

void pagecache_destroy(struct pagecache *cache)
{
	VERIFY(list_empty(&cache->maps));
	if (cache->count)
		remove_range(cache, 0, UINT64_MAX, true);
	xarray_destroy(&cache->pages);
}

// Shared memory without a file: lives as long as VMAs refer to it.
struct bare_cache {
	struct pagecache cache;
	struct refcount refs;
};

struct pagecache *bare_cache_new(uint64_t pages)
{
	struct bare_cache *bare = kmalloc(sizeof(*bare), GFP_KERNEL);

	if (!bare)
		return NULL;
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
	kfree(bare);
}

// ---- finding and adding ----

static uint64_t pages_within(const struct pagecache *cache)
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

// Put page (fresh, one reference: the caller's) into the cache, which takes a reference of its own.
// -EEXIST: there is one; -EIO: beyond the end (within).
static int insert(struct pagecache *cache, uint64_t index, struct page *page, bool within)
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
	refcount_set(&page->refs, 2);
	__atomic_fetch_add(cache->inode ? &all_pages : &bare_pages, 1, __ATOMIC_RELAXED);

	spin_lock(&cache->lock);
	if (xarray_load(&cache->pages, index))
		error = -EEXIST;
	else if (within && index >= pages_within(cache))
		error = -EIO;
	else
		error = xarray_store(&cache->pages, index, page, GFP_ATOMIC);
	if (!error)
		cache->count++;
	spin_unlock(&cache->lock);
	if (!error)
		return 0;

	page->cache = NULL;
	refcount_set(&page->refs, 1);
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
			set_flag(page, PAGE_F_UPTODATE);
	}
	page_unlock(page);
	return error;
}

static bool reads_pages(const struct pagecache *cache)
{
	return cache->ops && cache->ops->read_page;
}

// A reserved page (all zeroes) becomes contents. -EAGAIN: it was given back meanwhile.
static int use_reserved(struct pagecache *cache, struct page *page)
{
	bool here;

	spin_lock(&cache->lock);
	here = page->cache == cache;
	if (here)
		set_flag(page, PAGE_F_UPTODATE);
	spin_unlock(&cache->lock);
	return here ? 0 : -EAGAIN;
}

static __attribute__((noinline)) int get_slow(struct pagecache *cache, uint64_t index, bool create,
					      bool within, struct page **out)
{
	bool reads = reads_pages(cache);

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
			error = insert(cache, index, page, within);
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
	return *page ? 0 : get_slow(cache, index, create, false, page);
}

int pagecache_get_within(struct pagecache *cache, uint64_t index, struct page **page)
{
	if (index >= pages_within(cache))
		return -EIO;
	*page = pagecache_peek(cache, index);
	return *page ? 0 : get_slow(cache, index, true, true, page);
}

// ---- removing ----

static void put_chain(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu);

	while (page) {
		struct page *next = (struct page *)(uintptr_t)page->index;

		page_put(page);
		page = next;
	}
}

// Take pages [first, last] out, empty the entries that show them, and drop the cache's references
// after a grace period.
static void remove_range(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow)
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

static int reserve_page(struct pagecache *cache, uint64_t index)
{
	struct page *page = find(cache, index);
	int error = 0;

	if (!page) {
		page = page_alloc(GFP_USER | GFP_ZERO, 0);
		if (!page)
			return -ENOMEM;
		page->flags = 0;
		error = insert(cache, index, page, false);
	}
	page_put(page);
	return error == -EEXIST ? 0 : error;
}

// Take out what is reserved and unused.
static void unreserve(struct pagecache *cache, uint64_t first, uint64_t end)
{
	for (uint64_t index = first; index < end; index++) {
		struct page *page;

		spin_lock(&cache->lock);
		page = xarray_load(&cache->pages, index);
		if (page && READ_ONCE(page->flags) & PAGE_F_UPTODATE)
			page = NULL;
		if (page) {
			xarray_erase(&cache->pages, index);
			store_release(&page->cache, NULL);
			page->index = 0; // no longer an index
			cache->count--;
		}
		spin_unlock(&cache->lock);
		if (page) {
			charge_back(cache, 1);
			rcu_call(&page->rcu, put_chain);
		}
		resched_point();
	}
}

int pagecache_reserve(struct pagecache *cache, uint64_t first, uint64_t last)
{
	ASSERT(!reads_pages(cache));
	WRITE_ONCE(cache->reserved, true);
	for (uint64_t index = first; index <= last; index++) {
		int error = signal_fatal_pending() ? -EINTR : reserve_page(cache, index);

		if (error) {
			unreserve(cache, first, index);
			return error;
		}
		resched_point();
	}
	return 0;
}

static void zero_part(struct pagecache *cache, loff_t pos, size_t n)
{
	struct page *page;

	if (!n)
		return;
	if (pagecache_get(cache, (uint64_t)pos >> PAGE_SHIFT, false, &page) || !page)
		return; // a hole, or unreadable: nothing of it is seen
	memset((char *)page_address(page) + ((size_t)pos & (PAGE_SIZE - 1)), 0, n);
	set_flag(page, PAGE_F_DIRTY);
	page_put(page);
}

void pagecache_truncate(struct pagecache *cache, loff_t pos)
{
	uint64_t first = ((uint64_t)pos + PAGE_SIZE - 1) >> PAGE_SHIFT;

	zero_part(cache, pos, (size_t)(-(uint64_t)pos & (PAGE_SIZE - 1)));
	remove_range(cache, first, UINT64_MAX, true);
}

void pagecache_punch(struct pagecache *cache, loff_t from, loff_t to)
{
	loff_t first = (loff_t)PAGE_UP((uint64_t)from), end = (loff_t)PAGE_DOWN((uint64_t)to);

	if (from >= to)
		return;
	if (first > end) { // within one page
		zero_part(cache, from, (size_t)(to - from));
		return;
	}
	zero_part(cache, from, (size_t)(first - from));
	zero_part(cache, end, (size_t)(to - end));
	if (first < end)
		remove_range(cache, (uint64_t)first >> PAGE_SHIFT,
			     ((uint64_t)end >> PAGE_SHIFT) - 1, false);
}

// ---- reading and writing ----

ssize_t pagecache_read(struct pagecache *cache, struct uio *uio, loff_t pos, loff_t size)
{
	ssize_t total = 0;

	while (uio->left && pos < size) {
		size_t offset = (size_t)pos & (PAGE_SIZE - 1);
		size_t n = MIN(PAGE_SIZE - offset, uio->left), moved = 0;
		uint64_t index = (uint64_t)pos >> PAGE_SHIFT;
		struct page *page;
		int error;

		n = MIN(n, (size_t)(size - pos));
		// Usually the page is there and the user's buffer mapped: no reference is needed.
		rcu_read_lock();
		page = xarray_load(&cache->pages, index);
		if (page && (load_acquire(&page->flags) & PAGE_F_UPTODATE))
			moved = uio_copy_to_nofault(uio, (char *)page_address(page) + offset, n);
		rcu_read_unlock();
		if (unlikely(moved < n)) {
			size_t rest = n - moved, more;

			error = pagecache_get(cache, index, false, &page);
			if (error)
				return total ? total : error;
			if (page) {
				more = uio_copy_to(uio, (char *)page_address(page) + offset + moved,
						   rest);
				page_put(page);
			} else {
				more = uio_zero(uio, rest);
			}
			moved += more;
			if (more < rest) {
				total += (ssize_t)moved;
				return total ? total : -EFAULT;
			}
		}
		total += (ssize_t)moved;
		pos += (loff_t)moved;
		resched_point();
	}
	return total;
}

// Contents of a whole new page come straight from the writer: no zeroing first. 0 and *moved;
// -EEXIST: there is a page after all (the uio is as before).
static int write_new(struct pagecache *cache, struct uio *uio, uint64_t index, size_t *moved)
{
	struct uio before = *uio;
	struct page *page = page_alloc(GFP_USER, 0);
	int error;

	if (!page)
		return -ENOMEM;
	*moved = uio_copy_from(uio, page_address(page), PAGE_SIZE);
	if (*moved == 0) {
		page_put(page);
		return 0;
	}
	memset((char *)page_address(page) + *moved, 0, PAGE_SIZE - *moved);
	page->flags = PAGE_F_UPTODATE | PAGE_F_DIRTY;
	error = insert(cache, index, page, false);
	if (error)
		*uio = before;
	page_put(page);
	return error;
}

static int write_page(struct pagecache *cache, struct uio *uio, uint64_t index, size_t offset,
		      size_t n, size_t *moved)
{
	struct page *page = pagecache_peek(cache, index);
	int error;

	*moved = 0;
	if (!page) {
		if (n == PAGE_SIZE && !reads_pages(cache) && !xarray_load(&cache->pages, index)) {
			error = write_new(cache, uio, index, moved);
			if (error != -EEXIST)
				return error;
		}
		error = pagecache_get(cache, index, true, &page);
		if (error)
			return error;
	}
	*moved = uio_copy_from(uio, (char *)page_address(page) + offset, n);
	if (READ_ONCE(page->flags) & PAGE_F_ICACHE)
		__atomic_fetch_and(&page->flags, (uint16_t)~PAGE_F_ICACHE, __ATOMIC_RELAXED);
	set_flag(page, PAGE_F_DIRTY);
	page_put(page);
	return 0;
}

ssize_t pagecache_write(struct pagecache *cache, struct uio *uio, loff_t pos)
{
	ssize_t total = 0;

	while (uio->left) {
		size_t offset = (size_t)pos & (PAGE_SIZE - 1);
		size_t n = MIN(PAGE_SIZE - offset, uio->left), moved;
		int error = write_page(cache, uio, (uint64_t)pos >> PAGE_SHIFT, offset, n, &moved);

		if (error)
			return total ? total : error;
		total += (ssize_t)moved;
		pos += (loff_t)moved;
		if (moved < n)
			return total ? total : -EFAULT;
		resched_point();
	}
	return total;
}

// The first index from `index` on whose page is (hole: is not) up to date; UINT64_MAX: none up to last.
static uint64_t seek_reserved(struct pagecache *cache, uint64_t index, uint64_t last, bool hole)
{
	for (; index <= last; index++) {
		struct page *page;

		rcu_read_lock();
		if (!hole && !xarray_find(&cache->pages, &index, last))
			index = UINT64_MAX;
		page = index <= last ? xarray_load(&cache->pages, index) : NULL;
		rcu_read_unlock();
		if (index > last)
			break;
		if (hole != (page && READ_ONCE(page->flags) & PAGE_F_UPTODATE))
			return index;
		resched_point();
	}
	return UINT64_MAX;
}

loff_t pagecache_seek(struct pagecache *cache, loff_t pos, loff_t size, bool hole)
{
	uint64_t index = (uint64_t)pos >> PAGE_SHIFT, last = (uint64_t)(size - 1) >> PAGE_SHIFT;
	bool found;

	if (pos >= size)
		return size;
	if (unlikely(READ_ONCE(cache->reserved))) {
		index = seek_reserved(cache, index, last, hole);
		found = index != UINT64_MAX;
	} else {
		rcu_read_lock();
		if (hole) {
			index = xarray_free_index(&cache->pages, index, last);
			found = index != UINT64_MAX;
		} else {
			found = xarray_find(&cache->pages, &index, last);
		}
		rcu_read_unlock();
	}
	return found ? MIN(MAX(pos, (loff_t)(index << PAGE_SHIFT)), size) : size;
}

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
