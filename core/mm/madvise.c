// SPDX-License-Identifier: MIT
// System calls madvise and mincore.

#include "mm_internal.h"

#include <core/mm.h>
#include <core/pagecache.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/uapi/fcntl.h>
#include <core/uapi/mman.h>
#include <core/vfs.h>

#include <hal/user.h>

static bool known(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_DONTNEED_LOCKED:
		return true;
	default:
		return false;
	}
}

// The flags that vma would have; -EINVAL: not this kind of memory.
static int new_flags(const struct vma *vma, int advice, unsigned int *flags)
{
	*flags = vma->flags;
	switch (advice) {
	case MADV_NORMAL:
		*flags &= ~(VM_SEQUENTIAL | VM_RANDOM);
		break;
	case MADV_SEQUENTIAL:
		*flags = (*flags & ~VM_RANDOM) | VM_SEQUENTIAL;
		break;
	case MADV_RANDOM:
		*flags = (*flags & ~VM_SEQUENTIAL) | VM_RANDOM;
		break;
	case MADV_DONTFORK:
		*flags |= VM_DONTFORK;
		break;
	case MADV_DOFORK:
		*flags &= ~VM_DONTFORK;
		break;
	case MADV_WIPEONFORK:
		if (vma->file || vma->cache || (vma->flags & VM_SPECIAL))
			return -EINVAL;
		*flags |= VM_WIPEONFORK;
		break;
	case MADV_KEEPONFORK:
		*flags &= ~VM_WIPEONFORK;
		break;
	case MADV_DONTDUMP:
		*flags |= VM_DONTDUMP;
		break;
	case MADV_DODUMP:
		if (vma->flags & VM_SPECIAL)
			return -EINVAL;
		*flags &= ~VM_DONTDUMP;
		break;
	case MADV_HUGEPAGE:
		*flags = (*flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
		break;
	case MADV_NOHUGEPAGE: // what there is stays
		*flags = (*flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
		break;
	default: // hints about access that change nothing here
		break;
	}
	return 0;
}

// Punch a hole into the shared contents. Gives up mm->lock.
static int remove_contents(struct vma *vma, vaddr_t start, vaddr_t end)
{
	struct file *file = vma->file;
	loff_t from = (loff_t)((vma->offset << PAGE_SHIFT) + (start - vma->start));
	struct pagecache *bare = vma->bare_cache ? vma->cache : NULL;
	int error = 0;

	if ((vma->flags & VM_LOCKED) || !vma->cache)
		error = -EINVAL;
	else if ((vma->flags & (VM_SHARED | VM_MAYWRITE)) != (VM_SHARED | VM_MAYWRITE))
		error = -EACCES;
	if (error) {
		rwsem_write_done(&vma->mm->lock);
		return error;
	}
	if (bare)
		bare_cache_get(bare);
	else
		file_get(file);
	rwsem_write_done(&vma->mm->lock);
	if (bare) {
		pagecache_punch(bare, from, from + (loff_t)(end - start));
		bare_cache_put(bare);
	} else {
		error = (int)file_fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from,
					    (loff_t)(end - start));
		file_put(file);
	}
	return error;
}

// mm->lock exclusive. *vma may become another that begins at start.
static int advise_vma(struct vma *vma, vaddr_t start, vaddr_t end, int advice)
{
	struct mm *mm = vma->mm;
	unsigned int flags;
	int error;

	switch (advice) {
	case MADV_FREE: // the pages are gone at once: the reader may find zeroes at any time
		if (vma->cache || (vma->flags & VM_SPECIAL))
			return -EINVAL;
		__attribute__((fallthrough));
	case MADV_DONTNEED:
		if (vma->flags & VM_LOCKED)
			return -EINVAL;
		__attribute__((fallthrough));
	case MADV_DONTNEED_LOCKED:
		if (vma->flags & VM_SPECIAL)
			return -EINVAL;
		mm_zap(mm, start, end);
		return 0;
	case MADV_COLD:
	case MADV_PAGEOUT: // nothing is ever paged out
		return vma->flags & (VM_LOCKED | VM_SPECIAL) ? -EINVAL : 0;
	default:
		break;
	}
	error = new_flags(vma, advice, &flags);
	if (error || flags == vma->flags)
		return error;
	error = split_range(mm, start, end);
	if (error)
		return error == -ENOMEM ? -EAGAIN : error;
	vma = vma_find(mm, start);
	vma->flags = flags;
	if (advice == MADV_HUGEPAGE)
		huge_make_room(vma, start, end);
	vma_merge(vma);
	return 0;
}

static long advise(struct mm *mm, vaddr_t start, vaddr_t end, int advice)
{
	int hole = 0, error;

	while (start < end) {
		vaddr_t until;
		struct vma *vma;

		if (rwsem_write_killable(&mm->lock))
			return -EINTR;
		vma = vma_find(mm, start);
		if (!vma || vma->start >= end) {
			rwsem_write_done(&mm->lock);
			return -ENOMEM;
		}
		if (vma->start > start) {
			hole = -ENOMEM;
			start = vma->start;
		}
		until = MIN(vma->end, end);
		if (advice == MADV_REMOVE) {
			error = remove_contents(vma, start, until); // unlocks
		} else {
			error = advise_vma(vma, start, until, advice);
			rwsem_write_done(&mm->lock);
		}
		if (error)
			return error;
		start = until;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	return hole;
}

static long populate(struct mm *mm, vaddr_t start, vaddr_t end, bool write)
{
	for (vaddr_t va = start; va < end; va += PAGE_SIZE) {
		struct vma *vma = vma_lookup_locked(mm, va, false);
		struct hal_entry entry;
		int error = 0;

		if (!vma)
			return -ENOMEM;
		if ((vma->flags & VM_SPECIAL) || !(vma->flags & (write ? VM_WRITE : VM_READ))) {
			vma_unlock(vma);
			return -EINVAL;
		}
		entry = hal_query(&mm->space, va);
		if (!(entry.bits & (write ? HAL_PTE_WRITE : HAL_PTE_RIGHTS)))
			error = vma_fault(vma, va, write, false, false);
		vma_unlock(vma);
		if (error)
			return error == -EIO ? -EFAULT : error;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	return 0;
}

SYSCALL(madvise)
{
	vaddr_t start = hal_untag(args->arg[0]), end;
	size_t length = PAGE_UP(args->arg[1]);
	int advice = (int)args->arg[2];

	if (!known(advice) || (start & (PAGE_SIZE - 1)) || (args->arg[1] && !length))
		return -EINVAL;
	end = start + length;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return populate(current->mm, start, end, advice == MADV_POPULATE_WRITE);
	return advise(current->mm, start, end, advice);
}

// ---- mincore ----

// May the caller know what of the file is cached?
static bool may_see(const struct vma *vma)
{
	const struct inode *inode = vma->file ? vma->file->inode : NULL;

	return !inode || inode->uid == current->cred->fsuid ||
	       inode_permission(vma->file->inode, MAY_WRITE) == 0;
}

// Fill vec for up to `count` pages from start on within one VMA; returns how many, 0: a hole.
static unsigned int resident(struct mm *mm, vaddr_t start, unsigned int count, uint8_t *vec)
{
	struct vma *vma = vma_lookup_locked(mm, start, false);
	unsigned int i;
	bool see;

	if (!vma)
		return 0;
	see = may_see(vma);
	for (i = 0; i < count && start < vma->end; i++, start += PAGE_SIZE) {
		struct hal_entry entry = hal_query(&mm->space, start);
		struct page *page;

		vec[i] = (entry.bits | entry.pa) != 0;
		if (vec[i] || !vma->cache)
			continue;
		page = pagecache_peek(vma->cache,
				      vma->offset + ((start - vma->start) >> PAGE_SHIFT));
		vec[i] = !see || page;
		if (page)
			page_put(page);
	}
	vma_unlock(vma);
	return i;
}

SYSCALL(mincore)
{
	vaddr_t start = hal_untag(args->arg[0]);
	unsigned long to = args->arg[2];
	uint64_t pages = PAGE_UP(args->arg[1]) >> PAGE_SHIFT;
	uint8_t vec[256];

	if (start & (PAGE_SIZE - 1))
		return -EINVAL;
	if (!hal_user_range(hal_user_ptr(const void, start), args->arg[1]))
		return -ENOMEM;
	if (!hal_user_range(hal_user_ptr(const void, to), pages))
		return -EFAULT;
	while (pages) {
		unsigned int n =
			resident(current->mm, start, (unsigned int)MIN(pages, sizeof(vec)), vec);

		if (!n)
			return -ENOMEM;
		if (copy_to_user(to, vec, n))
			return -EFAULT;
		to += n;
		start += n * PAGE_SIZE;
		pages -= n;
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	return 0;
}
