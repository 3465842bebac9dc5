/* SPDX-License-Identifier: MIT */
/*
 * core/pagecache.h - the contents of a file (or of shared memory) as page frames, for read, write
 * and mmap alike.
 *
 * One struct pagecache per inode with data. Look-up is lock-free under RCU (get-unless-zero, then
 * check the page still belongs here). A page in the cache holds one reference for the cache. Pages
 * are dropped from tmpfs and ramfs only by truncation or deletion: they are the only copy.
 */
#ifndef CORE_PAGECACHE_H
#define CORE_PAGECACHE_H

#include <core/lib/list.h>
#include <core/lib/xarray.h>
#include <core/mutex.h>
#include <core/page.h>
#include <core/spinlock.h>
#include <core/uio.h>

struct inode;
struct pagecache;

struct pagecache_ops {
	/* Fill page (locked, not up to date): 0 or -errno. NULL: a hole reads as zeroes (memory
	 * file systems). */
	int (*read_page)(struct pagecache *cache, struct page *page);
	/* Write a dirty page back: 0 or -errno. NULL: pages have no other home and are never
	 * reclaimed. */
	int (*write_page)(struct pagecache *cache, struct page *page);
	/* May a page be added (quota, size limit)? 0 or -ENOSPC. NULL: always. removed() tells that
	 * count pages are gone. */
	int (*charge)(struct pagecache *cache);
	void (*uncharge)(struct pagecache *cache, uint64_t count);
};

struct pagecache {
	const struct pagecache_ops *ops;
	struct inode *inode;	/* host; NULL for bare shared anonymous memory */
	struct spinlock lock;	/* changes of pages */
	struct xarray pages;	/* index -> struct page *, RCU */
	uint64_t count;		/* [lock] */
	struct mutex maps_lock; /* after mm->lock */
	struct list maps;	/* [maps_lock] VMAs that map it */
	uint64_t writable_maps; /* [maps_lock] shared mappings that may be written (memfd seals) */
	uint64_t bare_size;	/* pages, when there is no inode; constant */
	uint64_t number;	/* pagecache_number() */
	bool reserved; /* pagecache_reserve() was called: there may be pages without PAGE_F_UPTODATE */
};

void pagecache_init(struct pagecache *cache, struct inode *inode, const struct pagecache_ops *ops);
/* A number that no other cache has had or will have, odd: a key for those who may outlive it. */
uint64_t pagecache_number(struct pagecache *cache);
/* Drop all pages; nobody maps it any more. */
void pagecache_destroy(struct pagecache *cache);

/* The page at index with a reference, up to date; NULL in *page when it is a hole and !create. 0,
 * -ENOMEM, -ENOSPC, -EIO. May sleep. */
__must_check int pagecache_get(struct pagecache *cache, uint64_t index, bool create,
			       struct page **page);
/* Only if it is there and up to date; lock-free; with a reference. */
struct page *pagecache_peek(struct pagecache *cache, uint64_t index);

/* Copy file contents to or from a uio at pos; size: the file's end for reads. Bytes moved or
 * -errno. The caller holds the inode's rwsem for writes and updates size and times. */
ssize_t pagecache_read(struct pagecache *cache, struct uio *uio, loff_t pos, loff_t size);
ssize_t pagecache_write(struct pagecache *cache, struct uio *uio, loff_t pos);
/* The caller has set inode->size to pos already (faults look at it). Drop whole pages from byte pos
 * on with their entries, zero the rest of a partial one. May sleep. */
void pagecache_truncate(struct pagecache *cache, loff_t pos);
/* Punch a hole [from, to): whole pages dropped, edges zeroed. */
void pagecache_punch(struct pagecache *cache, loff_t from, loff_t to);
/* Room for the pages [first, last], which stay holes until something is written there. 0, or -ENOMEM,
 * -ENOSPC, -EINTR: then only those that had room before have it. The caller holds the inode's rwsem to write. */
__must_check int pagecache_reserve(struct pagecache *cache, uint64_t first, uint64_t last);
/* First offset >= pos with data (hole: without), for SEEK_DATA/HOLE; size at the end. */
loff_t pagecache_seek(struct pagecache *cache, loff_t pos, loff_t size, bool hole);

uint64_t pagecache_total(void); /* pages in the caches of inodes; shared anonymous memory apart: */
uint64_t pagecache_shmem(void);

#endif
