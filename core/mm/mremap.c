// SPDX-License-Identifier: MIT
// System call mremap: shrink, grow in place, or move the page-table entries to another place. No
// page is ever copied.

#include "mm_internal.h"

#include <core/cred.h>
#include <core/mm.h>
#include <core/sched.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/uapi/mman.h>
#include <core/vfs.h>

#include <hal/user.h>

struct remap {
	struct mm *mm;
	vaddr_t from, to;
	size_t old, new; // bytes
	unsigned int flags;
	struct list dead; // VMAs to free after unlocking
	vaddr_t populate; // VM_LOCKED memory that is new: from here
	size_t populate_length;
};

// May vma have `more` pages of the mapping that begins at r->from?
static int may_resize(const struct remap *r, const struct vma *vma)
{
	uint64_t more = (r->new - MIN(r->old, r->new)) >> PAGE_SHIFT;
	uint64_t offset = vma->offset + ((r->from - vma->start) >> PAGE_SHIFT);

	if (!r->old && !(vma->flags & VM_SHARED))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && (vma->flags & VM_SPECIAL))
		return -EINVAL;
	if (r->old > vma->end - r->from)
		return -EFAULT;
	if (r->new == r->old)
		return 0;
	if (offset + (r->new >> PAGE_SHIFT) < offset)
		return -EINVAL;
	if (vma->flags & VM_SPECIAL)
		return -EFAULT;
	if ((vma->flags & VM_LOCKED) && lock_allowed(r->mm, more))
		return -EAGAIN;
	return mm_may_grow(r->mm, more, vma->flags) ? 0 : -ENOMEM;
}

// hal_move(), letting others run.
static int move_pieces(struct mm *mm, vaddr_t from, vaddr_t to, size_t length, size_t *moved)
{
	struct hal_tlb tlb __uninitialized;
	vaddr_t at = from, end = from + length;
	int error;

	hal_tlb_begin(&tlb, &mm->space);
	for (;;) {
		error = hal_move(&tlb, at, to + (at - from), walk_piece(at, end) - at, moved);
		hal_tlb_flush(&tlb);
		at += *moved;
		if (likely(error || at == end))
			break;
		resched_point();
	}
	*moved = at - from;
	return error;
}

// Move the entries of [from, from + length) of vma to `to`, all or none. Both places map the same
// contents.
static int move_entries(struct vma *vma, vaddr_t from, vaddr_t to, size_t length)
{
	size_t moved, back;
	int error;

	vma_lock_maps(vma); // truncation looks for entries at one place or the other
	error = move_pieces(vma->mm, from, to, length, &moved);
	if (error) {
		int failed = move_pieces(vma->mm, to, from, moved, &back);

		VERIFY(!failed); // the tables are still there
	}
	vma_unlock_maps(vma);
	return error;
}

// To r->to, which is free. 0 or -errno.
static int move_vma(struct remap *r, struct vma *vma)
{
	struct mm *mm = r->mm;
	bool keep = r->flags & MREMAP_DONTUNMAP;
	uint64_t promised = (r->new - (keep ? 0 : MIN(r->old, r->new))) >> PAGE_SHIFT;
	struct vma *copy;
	int error;

	if (mm->vma_count >= max_map_count - 3) // as on Linux: room for what unmapping may split
		return -ENOMEM;
	if (vma->flags & VM_ACCOUNT) {
		error = commit_charge(promised);
		if (error)
			return error;
		commit_change((int64_t)((r->new >> PAGE_SHIFT) -
					promised)); // comes back when the old place goes
	}
	copy = vma_copy(vma, mm);
	if (!copy) {
		error = -ENOMEM;
		goto fail;
	}
	if (vma->file || vma->cache || vma->has_anon)
		copy->offset += (r->from - vma->start) >> PAGE_SHIFT;
	else
		copy->offset = r->to >> PAGE_SHIFT; // nothing in it yet: as if made there
	copy->start = r->to;
	copy->end = r->to + r->new;
	vma_insert(copy);
	error = move_entries(vma, r->from, r->to, MIN(r->old, r->new));
	if (error) {
		vma_remove(copy);
		list_add_tail(&copy->dead_link, &r->dead);
		return error;
	}
	if ((vma->flags & VM_SPECIAL) && r->from == mm->vdso) // handlers return through it
		WRITE_ONCE(mm->vdso, r->to);
	if (vma->flags & VM_LOCKED) {
		r->populate = r->to + r->old;
		r->populate_length = r->new - r->old;
	}
	if (keep) {
		if (vma->flags & VM_LOCKED) {
			mm->locked_pages -= vma_pages(vma);
			vma->flags &= ~VM_LOCKS;
		}
	} else if (r->old) {
		// Splitting may fail for want of memory: then an empty VMA stays, as DONTUNMAP
		// would leave it.
		error = unmap_locked(mm, r->from, r->from + r->old, &r->dead);
		(void)error;
	}
	vma_merge(copy);
	return 0;
fail:
	if (vma->flags & VM_ACCOUNT)
		commit_change(-(int64_t)(r->new >> PAGE_SHIFT));
	return error;
}

static int remap_to(struct remap *r)
{
	struct mm *mm = r->mm;
	struct vma *vma;
	int error;

	if ((r->to & (PAGE_SIZE - 1)) || r->new > hal_user_end() || r->to > hal_user_end() - r->new)
		return -EINVAL;
	if (r->from + r->old > r->to && r->to + r->new > r->from)
		return -EINVAL;
	if (mm->vma_count + 2 >= max_map_count - 3)
		return -ENOMEM;
	if (r->flags & MREMAP_FIXED) {
		error = unmap_locked(mm, r->to, r->to + r->new, &r->dead);
		if (error)
			return error;
	}
	if (r->old > r->new) {
		error = unmap_locked(mm, r->from + r->new, r->from + r->old, &r->dead);
		if (error)
			return error;
		r->old = r->new;
	}
	vma = vma_find(mm, r->from);
	if (!vma || vma->start > r->from)
		return -EFAULT;
	error = may_resize(r, vma);
	if (error)
		return error;
	if ((r->flags & MREMAP_DONTUNMAP) && !mm_may_grow(mm, r->new >> PAGE_SHIFT, vma->flags))
		return -ENOMEM;
	if ((r->flags & MREMAP_FIXED) && r->to < HAL_USER_MIN && !capable(CAP_SYS_RAWIO))
		return -EPERM; // only now, as on Linux: what was there is gone
	if (!(r->flags & MREMAP_FIXED)) {
		r->to = mm_find_room(mm, r->to, r->new);
		if (!r->to)
			return -ENOMEM;
	}
	return move_vma(r, vma);
}

// Extend vma, which ends where the old mapping does. 0, -ENOMEM, or 1: there is no room behind it.
static int grow_in_place(struct remap *r, struct vma *vma)
{
	uint64_t more = (r->new - r->old) >> PAGE_SHIFT;
	int error;

	if (vma->end != r->from + r->old || r->new > hal_user_end() - r->from ||
	    !vma_range_free(r->mm, vma->end, r->new - r->old))
		return 1;
	if (vma->flags & VM_ACCOUNT) {
		error = commit_charge(more);
		if (error)
			return error;
	}
	vma_account(r->mm, vma, (int64_t)more);
	vma_resize(vma, vma->start, r->from + r->new);
	if (vma->flags & VM_LOCKED) {
		r->populate = r->from + r->old;
		r->populate_length = r->new - r->old;
	}
	vma_merge(vma);
	return 0;
}

static int remap_locked(struct remap *r)
{
	struct vma *vma = vma_find(r->mm, r->from);
	int error;

	if (!vma || vma->start > r->from)
		return -EFAULT;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_to(r);
	if (r->old >= r->new) {
		r->to = r->from;
		if (r->old == r->new)
			return 0;
		return unmap_locked(r->mm, r->from + r->new, r->from + r->old, &r->dead);
	}
	error = may_resize(r, vma);
	if (error)
		return error;
	r->to = r->from;
	error = grow_in_place(r, vma);
	if (error <= 0)
		return error;
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	r->to = mm_find_room(r->mm, 0, r->new);
	return r->to ? move_vma(r, vma) : -ENOMEM;
}

SYSCALL(mremap)
{
	struct remap r = {
		.mm = current->mm,
		.from = hal_untag(args->arg[0]),
		.to = args->arg[4],
		.old = PAGE_UP(args->arg[1]),
		.new = PAGE_UP(args->arg[2]),
		.flags = (unsigned int)args->arg[3],
		.dead = LIST_INIT(r.dead),
	};
	int error;

	if (args->arg[3] & ~(unsigned long)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((r.flags & MREMAP_FIXED) && !(r.flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r.flags & MREMAP_DONTUNMAP) &&
	    (!(r.flags & MREMAP_MAYMOVE) || args->arg[1] != args->arg[2]))
		return -EINVAL;
	if ((r.from & (PAGE_SIZE - 1)) || !r.new)
		return -EINVAL;
	if (!(r.flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)))
		r.to = 0;
	if (rwsem_write_killable(&r.mm->lock))
		return -EINTR;
	error = remap_locked(&r);
	rwsem_write_done(&r.mm->lock);
	vma_free_list(&r.dead);
	if (error)
		return error;
	if (r.populate_length) {
		int ignored = mm_populate(r.mm, r.populate, r.populate + r.populate_length);

		(void)ignored;
	}
	return (long)r.to;
}
