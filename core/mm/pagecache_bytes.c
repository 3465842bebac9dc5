// SPDX-License-Identifier: MIT
// What files ask of their page caches, by position and length in bytes: read, write, truncate, punch
// holes, seek data and holes.
//
// pagecache.c finds, adds and removes the pages. Whether a page is a hole is told by its absence, or,
// where room was reserved, by its not being up to date. Reading usually takes no reference and no
// lock: the bytes are copied within the RCU section in which the page was found.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/pagecache.h>
#include <core/sched.h>
#include <core/signal.h>

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

// The contents of a new page come straight from the writer, before anybody sees the page: what he does not write is
// zero, and if nothing comes there is no page. 0 and *moved; -EEXIST: there is a page after all (the uio is as before).
static int write_new(struct pagecache *cache, struct uio *uio, uint64_t index, size_t offset,
		     size_t n, size_t *moved)
{
	struct uio before = *uio;
	struct page *page = page_alloc(GFP_USER, 0);
	size_t end;
	char *to;
	int error;

	if (!page)
		return -ENOMEM;
	to = page_address(page);
	*moved = uio_copy_from(uio, to + offset, n);
	if (*moved == 0) {
		page_put(page);
		return 0;
	}
	end = offset + *moved;
	memset(to, 0, offset);
	memset(to + end, 0, PAGE_SIZE - end);
	page->flags = PAGE_F_UPTODATE | PAGE_F_DIRTY;
	error = pagecache_insert(cache, index, page, false);
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
		if (!pagecache_reads(cache) && !xarray_load(&cache->pages, index)) {
			error = write_new(cache, uio, index, offset, n, moved);
			if (error != -EEXIST)
				return error;
			*moved = 0;
		}
		if (uio_prefault(uio, 1, false))
			return -EFAULT; // a hole stays one
		error = pagecache_get_slow(cache, index, true, false, &page);
		if (error)
			return error;
	}
	*moved = uio_copy_from(uio, (char *)page_address(page) + offset, n);
	if (READ_ONCE(page->flags) & PAGE_F_ICACHE)
		__atomic_fetch_and(&page->flags, (uint16_t)~PAGE_F_ICACHE, __ATOMIC_RELAXED);
	page_set_flag(page, PAGE_F_DIRTY);
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
		// Whoever is killed for want of memory may use the reserve: not for contents.
		if (uio->left && unlikely(signal_fatal_pending()))
			return total;
		resched_point();
	}
	return total;
}

// ---- truncating and punching ----

static void zero_part(struct pagecache *cache, loff_t pos, size_t n)
{
	struct page *page;

	if (!n)
		return;
	if (pagecache_get(cache, (uint64_t)pos >> PAGE_SHIFT, false, &page) || !page)
		return; // a hole, or unreadable: nothing of it is seen
	memset((char *)page_address(page) + ((size_t)pos & (PAGE_SIZE - 1)), 0, n);
	page_set_flag(page, PAGE_F_DIRTY);
	page_put(page);
}

void pagecache_truncate(struct pagecache *cache, loff_t pos)
{
	uint64_t first = ((uint64_t)pos + PAGE_SIZE - 1) >> PAGE_SHIFT;

	zero_part(cache, pos, (size_t)(-(uint64_t)pos & (PAGE_SIZE - 1)));
	pagecache_remove(cache, first, UINT64_MAX, true);
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
		pagecache_remove(cache, (uint64_t)first >> PAGE_SHIFT,
				 ((uint64_t)end >> PAGE_SHIFT) - 1, false);
}

// ---- data and holes ----

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
