// SPDX-License-Identifier: MIT
// Mapping, unmapping and protecting: what changes the VMAs of a space. Everything here runs with
// mm->lock held exclusively, or takes it.

#include "mm_internal.h"

#include <core/cred.h>
#include <core/errno.h>
#include <core/mm.h>
#include <core/pagecache.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/uapi/mman.h>
#include <core/vfs.h>

vaddr_t mm_find_room(struct mm *mm, vaddr_t hint, size_t length)
{
	vaddr_t end = hal_user_end(), found;

	if (length > end)
		return 0;
	if (hint) {
		hint = MAX(PAGE_DOWN(hint), HAL_USER_MIN);
		if (hint <= end - length && vma_range_free(mm, hint, length))
			return hint;
	}
	found = vma_search(mm, length, HAL_USER_MIN, mm->mmap_base, true);
	return found ? found : vma_search(mm, length, mm->mmap_base, end, false);
}

// Not beyond so many VMAs.
static int split_at(struct mm *mm, vaddr_t at, unsigned int limit)
{
	struct vma *vma = vma_find(mm, at);

	if (!vma || vma->start >= at)
		return 0;
	return mm->vma_count >= limit ? -ENOMEM : vma_split(vma, at);
}

static int split_within(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int limit)
{
	int error = split_at(mm, start, limit);

	return error ? error : split_at(mm, end, limit);
}

int split_range(struct mm *mm, vaddr_t start, vaddr_t end)
{
	return split_within(mm, start, end, max_map_count);
}

int unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end, struct list *dead)
{
	struct vma *vma = vma_find(mm, start), *next;
	int error;

	// mremap's lengths come from the program: what is beyond user space is not ours to unmap.
	if (end < start || end > hal_user_end())
		return -EINVAL;
	if (!vma || vma->start >= end)
		return 0;
	if (vma->start != start || vma->end != end) {
		// At its limit a space can still be trimmed, as on Linux, though it has one more
		// meanwhile. A hole would leave more.
		if (vma->start < start && vma->end > end && mm->vma_count >= max_map_count)
			return -ENOMEM;
		error = split_within(mm, start, end, UINT32_MAX);
		if (error)
			return error;
		vma = vma_find(mm, start);
	}
	// While truncation still finds the VMAs: it would free frames that are mapped here.
	mm_zap(mm, start, end);
	for (; vma && vma->start < end; vma = next) {
		next = vma_next(vma);
		vma_remove(vma);
		list_add_tail(&vma->dead_link, dead);
		if (next && next->start < end)
			resched_point();
	}
	mm_trim_tables(mm, start, end);
	return 0;
}

int mm_unmap(struct mm *mm, vaddr_t start, size_t length)
{
	struct list dead = LIST_INIT(dead);
	int error;

	if (!IS_ALIGNED(start, PAGE_SIZE) || start > hal_user_end() ||
	    length > hal_user_end() - start)
		return -EINVAL;
	length = PAGE_UP(length);
	if (!length)
		return -EINVAL;
	error = rwsem_write_killable(&mm->lock);
	if (error)
		return -EINTR;
	error = unmap_locked(mm, start, start + length, &dead);
	rwsem_write_done(&mm->lock);
	vma_free_list(&dead);
	return error;
}

// ---- new mappings ----

// Give vma, of a file or of shared memory, its contents.
static int attach_backing(struct vma *vma, struct file *file)
{
	int error;

	if (file) {
		if (!file->ops->mmap)
			return -ENODEV;
		vma->file = file_get(file);
		error = file->ops->mmap(file, vma);
		if (error)
			return error;
	}
	if ((vma->flags & VM_SHARED) && !vma->cache && !vma->special) {
		// As on Linux the memory has the mapping's size, even where /dev/zero's offset leaves
		// the mapping's last pages behind it. A file open for reading has no end.
		uint64_t before = file ? vma->offset : 0;
		bool promised = !file && !(vma->flags & VM_NORESERVE);

		vma->cache = bare_cache_new(before + vma_pages(vma), promised ? vma_pages(vma) : 0);
		if (!vma->cache)
			return -ENOMEM;
		vma->bare_cache = true;
	}
	return 0;
}

bool mm_may_lock(void)
{
	return capable(CAP_IPC_LOCK) || process_limit(current->process, RLIMIT_MEMLOCK) != 0;
}

int lock_allowed(const struct mm *mm, uint64_t pages)
{
	uint64_t limit;

	if (!current->process || capable(CAP_IPC_LOCK))
		return 0;
	limit = process_limit(current->process, RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	return mm->locked_pages + pages > limit ? -EAGAIN : 0;
}

uint64_t mm_pages_within(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags)
{
	uint64_t pages = 0;

	for (struct vma *vma = vma_find(mm, start); vma && vma->start < end; vma = vma_next(vma))
		if ((vma->flags & flags) == flags)
			pages += (MIN(vma->end, end) - MAX(vma->start, start)) >> PAGE_SHIFT;
	return pages;
}

// A new mapping may be promised memory: adds to *vm. Of its pages, `replaced` are promised already, and
// come back when what is there goes.
static int promise(uint64_t pages, uint64_t replaced, unsigned int *vm)
{
	int error;

	if (!accountable(*vm))
		return 0;
	error = commit_charge(pages - replaced);
	if (error)
		return error;
	commit_change((int64_t)replaced);
	*vm |= VM_ACCOUNT;
	return 0;
}

// The range is empty, the limits were looked at, and if VM_ACCOUNT is in vm it is promised.
static int map_at(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int vm, struct file *file,
		  uint64_t offset)
{
	uint64_t pages = (end - start) >> PAGE_SHIFT;
	struct vma *vma;
	int error, claimed = 0;

	if (!file && !(vm & VM_SHARED)) {
		vma = vma_extend(mm, start, end, vm);
		if (vma) {
			huge_make_room(vma, start, end);
			return 0;
		}
	}
	vma = vma_new(mm, start, end, vm);
	if (!vma) {
		error = -ENOMEM;
		goto fail;
	}
	if (file || (vm & VM_SHARED))
		vma->offset = offset >> PAGE_SHIFT;
	error = attach_backing(vma, file);
	if (!error && file) {
		claimed = vma_claim_write(vma, file->inode);
		error = MIN(claimed, 0);
	}
	if (error) {
		vma_free(vma);
		goto fail;
	}
	vma_insert(vma);
	if (claimed)
		vma_claimed(vma);
	huge_make_room(vma, start, end);
	vma_merge(vma);
	return 0;
fail:
	if (vm & VM_ACCOUNT)
		commit_change(-(int64_t)pages);
	return error;
}

// Where it is to be, which comes before all that is asked about what is to be there.
static int find_place(struct mm *mm, vaddr_t *start, size_t length, unsigned int how)
{
	if (how & MM_FIXED) {
		if (*start > hal_user_end() - length)
			return -ENOMEM;
		if (!IS_ALIGNED(*start, PAGE_SIZE))
			return -EINVAL;
		if (*start < HAL_USER_MIN && !capable(CAP_SYS_RAWIO))
			return -EPERM;
	} else {
		*start = mm_find_room(mm, *start, length);
		if (!*start)
			return -ENOMEM;
	}
	if ((how & MM_NOREPLACE) && !vma_range_free(mm, *start, length)) {
		struct vma *vma = vma_find(mm, *start);

		if (vma->start < *start + length)
			return -EEXIST;
	}
	return 0;
}

static int map_locked(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm, unsigned int how,
		      struct file *file, uint64_t offset, int verdict, struct list *dead)
{
	uint64_t pages = length >> PAGE_SHIFT;
	vaddr_t start = *at;
	int error = mm->vma_count > max_map_count ? -ENOMEM : find_place(mm, &start, length, how);

	if (error)
		return error;
	if ((how & MM_LOCKED) && !mm_may_lock())
		return -EPERM;
	if (vm & VM_LOCKED) {
		error = lock_allowed(mm, pages);
		if (error)
			return error;
	}
	if (file && S_ISREG(file->inode->mode) && offset > INT64_MAX - length)
		return -EOVERFLOW;
	if (verdict)
		return verdict;
	if (!mm_may_grow(mm, pages, vm)) {
		// What MAP_FIXED replaces does not count.
		uint64_t replaced = mm_pages_within(mm, start, start + length, 0);

		if (!replaced || !mm_may_grow(mm, pages - replaced, vm))
			return -ENOMEM;
	}
	error = promise(pages,
			how & MM_FIXED && accountable(vm)
				? mm_pages_within(mm, start, start + length, VM_ACCOUNT)
				: 0,
			&vm);
	if (error)
		return error;
	if (how & MM_FIXED) {
		error = unmap_locked(mm, start, start + length, dead);
		if (error) {
			if (vm & VM_ACCOUNT)
				commit_change(-(int64_t)pages);
			return error;
		}
	}
	error = map_at(mm, start, start + length, vm, file, offset);
	if (!error)
		*at = start;
	return error;
}

int mm_map_judged(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm, unsigned int how,
		  struct file *file, uint64_t offset, int verdict)
{
	struct list dead = LIST_INIT(dead);
	bool populate;
	int error;

	if (!length)
		return -EINVAL;
	length = PAGE_UP(length);
	if (!length || length > hal_user_end())
		return -ENOMEM;
	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	if (how & MM_LOCKED)
		vm |= VM_LOCKED;
	vm |= mm->lock_future;
	error = map_locked(mm, at, length, vm, how, file, offset, verdict, &dead);
	populate = !error && ((vm & VM_LOCKED) || (how & MM_POPULATE));
	rwsem_write_done(&mm->lock);
	vma_free_list(&dead);
	if (populate) {
		// As on Linux, a page that cannot be had now is had later or never.
		int ignored = mm_populate(mm, *at, *at + length);

		(void)ignored;
	}
	return error;
}

int mm_map(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm, unsigned int how,
	   struct file *file, uint64_t offset)
{
	return mm_map_judged(mm, at, length, vm, how, file, offset, 0);
}

int brk_extend(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int vm)
{
	uint64_t pages = (end - start) >> PAGE_SHIFT;
	int error = vm & VM_LOCKED ? lock_allowed(mm, pages) : 0;

	if (!error && !mm_may_grow(mm, pages, vm))
		error = -ENOMEM;
	if (!error)
		error = promise(pages, 0, &vm);
	return error ? error : map_at(mm, start, end, vm, NULL, 0);
}

int mm_map_special(struct mm *mm, vaddr_t *at, const paddr_t *frames, unsigned int count,
		   unsigned int vm, const char *name)
{
	size_t length = count * PAGE_SIZE;
	struct vma *vma =
		vma_new(mm, 0, 0, vm | VM_SPECIAL | VM_MAYREAD | VM_MAYEXEC | VM_DONTDUMP);
	vaddr_t start;

	if (!vma)
		return -ENOMEM;
	rwsem_write(&mm->lock);
	start = mm_find_room(mm, *at, length);
	if (!start) {
		rwsem_write_done(&mm->lock);
		vma_free(vma);
		return -ENOMEM;
	}
	vma->start = start;
	vma->end = start + length;
	vma->special = frames; // entered by faults
	vma->name = name;
	vma_insert(vma);
	rwsem_write_done(&mm->lock);
	*at = start;
	return 0;
}

int mm_map_stack(struct mm *mm, vaddr_t top, size_t size, bool exec)
{
	unsigned int vm = VM_READ | VM_WRITE | VM_MAYRIGHTS | VM_GROWSDOWN | VM_ACCOUNT;
	struct vma *vma;
	int error;

	ASSERT(IS_ALIGNED(top, PAGE_SIZE) && IS_ALIGNED(size, PAGE_SIZE));
	if (exec)
		vm |= VM_EXEC;
	vma = vma_new(mm, top - size, top, vm);
	if (!vma)
		return -ENOMEM;
	rwsem_write(&mm->lock);
	error = vma_range_free(mm, top - size, size) ? commit_charge(size >> PAGE_SHIFT) : -ENOMEM;
	if (!error)
		vma_insert(vma);
	rwsem_write_done(&mm->lock);
	if (error)
		vma_free(vma);
	else
		mm->stack_start = top;
	return error;
}

// ---- protection ----

unsigned int rights_implied(unsigned int rights, bool may_exec)
{
	bool implied = (rights & VM_READ) && (current->personality & PERSONALITY_READ_IMPLIES_EXEC);

	return implied && may_exec ? rights | VM_EXEC : rights;
}

static int protect_vma(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end,
		       unsigned int rights)
{
	unsigned int old = vma->flags, vm = (old & ~VM_RIGHTS) | rights;
	uint64_t pages = (end - start) >> PAGE_SHIFT;
	struct hal_tlb tlb __uninitialized;

	if (vm == old)
		return 0;
	// As on Linux: what becomes data may be too much of it. The space does not grow.
	if ((rights & VM_WRITE) && unlikely(!mm_may_grow(mm, pages, vm)) &&
	    mm_may_grow(mm, pages, old))
		return -ENOMEM;
	if ((rights & VM_WRITE) && !(old & (VM_WRITE | VM_SHARED | VM_ACCOUNT | VM_NORESERVE))) {
		if (commit_charge(pages))
			return -ENOMEM;
		vm |= VM_ACCOUNT;
	}
	vma_account(mm, vma, -(int64_t)vma_pages(vma));
	vma->flags = vm;
	vma_account(mm, vma, (int64_t)vma_pages(vma));
	if (vm & ~old & VM_EXEC)
		vma_sync_icache(vma, start, end);
	hal_tlb_begin(&tlb, &mm->space);
	for (;;) {
		vaddr_t stop = walk_piece(start, end);

		hal_protect(&tlb, start, stop, entry_rights(rights), vm & VM_SHARED);
		hal_tlb_flush(&tlb);
		if (likely(stop == end))
			return 0;
		resched_point();
		start = stop;
	}
}

// Rights of a write that the VMA may have but has not: private pages regain it by faults, but locked
// ones are to be had now (*fill). mm->lock exclusive.
static int protect_locked(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int asked, bool *fill)
{
	struct vma *vma = vma_find(mm, start);
	vaddr_t at = start;
	int error;

	while (at < end) {
		unsigned int rights;
		vaddr_t until;

		if (vma && vma->end <= at) // it may also have swallowed what comes next
			vma = vma_next(vma);
		if (!vma || vma->start > at)
			return -ENOMEM; // a hole; what came before it was changed, as on Linux
		until = MIN(vma->end, end);
		rights = rights_implied(asked, vma->flags & VM_MAYEXEC);
		if ((rights & ~(vma->flags / VM_MAYREAD) & VM_RIGHTS) ||
		    mm_denies_exec(mm, vma->flags, rights))
			return -EACCES;
		if ((vma->flags & VM_RIGHTS) == rights) {
			at = until;
			continue;
		}
		if (vma->start != at || vma->end != until) {
			error = split_range(mm, at, until);
			if (error)
				return error;
			vma = vma_find(mm, at);
		}
		*fill |= (rights & VM_WRITE) &&
			 (vma->flags & (VM_LOCKED | VM_WRITE | VM_SHARED)) == VM_LOCKED;
		error = protect_vma(mm, vma, at, until, rights);
		if (error)
			return error;
		vma = vma_merge(vma);
		at = until;
		if (at < end)
			resched_point();
	}
	return 0;
}

int mm_protect(struct mm *mm, vaddr_t start, size_t length, unsigned int rights)
{
	bool fill = false;
	int error;

	length = PAGE_UP(length);
	ASSERT(IS_ALIGNED(start, PAGE_SIZE) && start + length > start);
	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	error = protect_locked(mm, start, start + length, rights, &fill);
	rwsem_write_done(&mm->lock);
	if (unlikely(fill))
		mm_populate_locked(mm, start, start + length, VM_SHARED);
	return error;
}
