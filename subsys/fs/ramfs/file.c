// SPDX-License-Identifier: MIT
/* Regular files of tmpfs: their contents are page-cache pages that have no other home. */
#include "internal.h"

#include <core/mm.h>

int tmpfs_page_take(struct super *super)
{
	struct tmpfs *fs = tmpfs_of(super);
	uint64_t now = __atomic_add_fetch(&fs->pages, 1, __ATOMIC_RELAXED);

	if (likely(!fs->max_pages || now <= fs->max_pages))
		return 0;
	__atomic_sub_fetch(&fs->pages, 1, __ATOMIC_RELAXED);
	return -ENOSPC;
}

void tmpfs_pages_give(struct super *super, uint64_t count)
{
	__atomic_sub_fetch(&tmpfs_of(super)->pages, count, __ATOMIC_RELAXED);
}

static int charge(struct pagecache *cache)
{
	return tmpfs_page_take(cache->inode->super);
}

static void uncharge(struct pagecache *cache, uint64_t count)
{
	tmpfs_pages_give(cache->inode->super, count);
}

const struct pagecache_ops tmpfs_cache_ops = {.charge = charge, .uncharge = uncharge};

static ssize_t tmpfs_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inode *inode = file->inode;
	loff_t size = READ_ONCE(inode->size);
	ssize_t n;

	if (*pos >= size)
		return 0;
	n = pagecache_read(&inode->cache, uio, *pos, size);
	if (n > 0)
		*pos += n;
	inode_touch_atime(file);
	return n;
}

/* Linux writes in steps of its largest folio, and the first step that would grow a sealed file ends the write. */
#define SEALED_STEP ((loff_t)2 << 20)

/* What seals leave of a write of n bytes: the steps that end before the end of the file. */
static ssize_t sealed_write(const struct inode *inode, loff_t at, ssize_t n)
{
	loff_t end = inode->size & ~(SEALED_STEP - 1);

	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if (!(inode->seals & F_SEAL_GROW) || at + n <= inode->size)
		return n;
	return at < end ? end - at : -EPERM;
}

/* The page in which a write stopped: beyond the end may be only what is reserved. */
static void drop_beyond_end(struct inode *inode, loff_t at)
{
	loff_t start = at & ~(loff_t)(PAGE_SIZE - 1);
	struct page *page = start >= inode->size
				    ? pagecache_peek(&inode->cache, (uint64_t)at >> PAGE_SHIFT)
				    : NULL;

	if (!page)
		return;
	page_put(page);
	pagecache_punch(&inode->cache, start, start + (loff_t)PAGE_SIZE);
}

/* The file grows as it is written: what stopped the write, in a mapping of the file itself, may be there now. */
static ssize_t write_growing(struct inode *inode, struct uio *uio, loff_t at)
{
	ssize_t total = 0, n;

	do {
		n = pagecache_write(&inode->cache, uio, at + total);
		if (n <= 0)
			break;
		total += n;
		if (at + total > inode->size)
			WRITE_ONCE(inode->size, at + total);
	} while (unlikely(uio->left) && !signal_fatal_pending());
	return total ? total : n;
}

static ssize_t write_locked(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inode *inode = file->inode;
	bool append = READ_ONCE(file->flags) & O_APPEND && !uio->in_place;
	loff_t at = append || *pos == POS_APPEND ? inode->size : *pos;
	size_t left = uio->left;
	ssize_t n = file_write_limit(file, at, left);

	if (n < 0)
		return n;
	if (unlikely(inode->seals & ~F_SEAL_SEAL)) {
		n = sealed_write(inode, at, n);
		if (n < 0)
			return uio_prefault(uio, 1, false) ? -EFAULT : n;
	}
	inode_strip_setid(inode);
	uio->left = (size_t)n; /* the limit cuts what is written now */
	ssize_t done = write_growing(inode, uio, at);

	uio->left += left - (size_t)n;
	if (unlikely(done < n))
		drop_beyond_end(inode, at + MAX(done, 0));
	if (done <= 0)
		return done;
	inode->mtime = inode->ctime = inode_now(inode->super);
	*pos = at + done;
	return done;
}

static ssize_t tmpfs_write(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t n;

	if (!uio->left)
		return 0;
	rwsem_write(&file->inode->rwsem);
	n = write_locked(file, uio, pos);
	rwsem_write_done(&file->inode->rwsem);
	return n;
}

static int tmpfs_mmap(struct file *file, struct vma *vma)
{
	vma->cache = &file->inode->cache;
	inode_touch_atime(file);
	return 0;
}

static int allocate(struct inode *inode, loff_t from, loff_t to)
{
	uint64_t first = (uint64_t)from >> PAGE_SHIFT, last = (uint64_t)(to - 1) >> PAGE_SHIFT;
	uint64_t most = tmpfs_of(inode->super)->max_pages;

	if (most && last - first >= most)
		return -ENOSPC;
	return pagecache_reserve(&inode->cache, first, last);
}

static long tmpfs_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file->inode;
	loff_t end = offset + length;
	long error = 0;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	rwsem_write(&inode->rwsem);
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			error = -EPERM;
		else
			pagecache_punch(&inode->cache, offset, end);
	} else {
		if (end > inode->size && file_write_limit(file, end - 1, 1) < 0)
			error = -EFBIG;
		if (!error && end > inode->size && inode->seals & F_SEAL_GROW)
			error = -EPERM;
		if (!error)
			error = allocate(inode, offset, end);
		if (!error && !(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size)
			WRITE_ONCE(inode->size, end);
	}
	if (!error) {
		inode_strip_setid(inode);
		inode->mtime = inode->ctime = inode_now(inode->super);
	}
	rwsem_write_done(&inode->rwsem);
	return error;
}

int tmpfs_setattr(struct inode *inode, const struct attributes *a)
{
	bool shorter;

	if (a->valid & ATTR_MODE && inode->seals & F_SEAL_EXEC && (a->mode ^ inode->mode) & 0111)
		return -EPERM;
	if (!(a->valid & ATTR_SIZE))
		return 0;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	if (a->size > inode->super->max_size)
		return -EFBIG;
	if ((a->size < inode->size && inode->seals & F_SEAL_SHRINK) ||
	    (a->size > inode->size && inode->seals & F_SEAL_GROW))
		return -EPERM;
	/* The same size again gives back what was reserved beyond it. */
	shorter = a->size < inode->size || (a->size == inode->size && inode->cache.reserved);
	WRITE_ONCE(inode->size, a->size);
	if (shorter)
		pagecache_truncate(&inode->cache, a->size);
	return 0;
}

const struct file_ops tmpfs_file_ops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.seek = file_seek_inode,
	.mmap = tmpfs_mmap,
	.fsync = file_fsync_memory,
	.fallocate = tmpfs_fallocate,
};

const struct inode_ops tmpfs_file_inode_ops = {
	.setattr = tmpfs_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
};
