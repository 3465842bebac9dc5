// SPDX-License-Identifier: MIT
// System calls that lock memory. Nothing is paged out, so a lock means: present now, counted
// against RLIMIT_MEMLOCK, and safe from MADV_DONTNEED.

#include "mm_internal.h"

#include <core/cred.h>
#include <core/mm.h>
#include <core/sched.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/uapi/mman.h>

#include <hal/user.h>

static uint64_t lock_limit(void)
{
	return process_limit(current->process, RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

// Is vma's lock another than `locks` (VM_LOCKS), and may it become that?
static bool lock_changes(const struct vma *vma, unsigned int locks)
{
	return (vma->flags & VM_LOCKS) != locks && !(vma->flags & VM_SPECIAL);
}

// mm->lock exclusive.
static void set_lock(struct vma *vma, unsigned int locks)
{
	struct mm *mm = vma->mm;

	if (!lock_changes(vma, locks))
		return;
	if (vma->flags & VM_LOCKED)
		mm->locked_pages -= vma_pages(vma);
	vma->flags = (vma->flags & ~VM_LOCKS) | locks;
	if (locks)
		mm->locked_pages += vma_pages(vma);
}

// Give what of [start, end) is mapped these VM_LOCKS; -ENOMEM at a hole, with what came before it
// done.
static int lock_range(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int locks)
{
	struct vma *vma;
	int error;

	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	vma = vma_find(mm, start);
	if (!vma || vma->start > start)
		return -ENOMEM;
	while (start < end) {
		vaddr_t until;

		vma = vma_find(mm, start);
		if (!vma || vma->start > start)
			return -ENOMEM;
		until = MIN(vma->end, end);
		if (lock_changes(vma, locks)) {
			error = split_range(mm, start, until);
			if (error)
				return error;
			vma = vma_find(mm, start);
			set_lock(vma, locks);
			vma_merge(vma);
		}
		start = until;
		resched_point();
	}
	return 0;
}

static long lock(vaddr_t start, size_t length, unsigned int locks)
{
	struct mm *mm = current->mm;
	vaddr_t end;
	uint64_t pages;
	int error;

	start = hal_untag(start);
	if (!mm_may_lock())
		return -EPERM;
	length = PAGE_UP(length + (start & (PAGE_SIZE - 1)));
	start = PAGE_DOWN(start);
	end = start + length;
	pages = length >> PAGE_SHIFT;
	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	// What is locked already does not count twice.
	if (mm->locked_pages + pages > lock_limit() && !capable(CAP_IPC_LOCK))
		pages -= mm_pages_within(mm, start, end < start ? UINT64_MAX : end, VM_LOCKED);
	if (mm->locked_pages + pages <= lock_limit() || capable(CAP_IPC_LOCK))
		error = lock_range(mm, start, end, locks);
	else
		error = -ENOMEM;
	rwsem_write_done(&mm->lock);
	if (error)
		return error;
	error = mm_populate(mm, start, end);
	return error == -EFAULT ? -ENOMEM : error == -ENOMEM ? -EAGAIN : error;
}

SYSCALL(mlock)
{
	return lock(args->arg[0], args->arg[1], VM_LOCKED);
}

SYSCALL(mlock2)
{
	if (args->arg[2] & ~(unsigned long)MLOCK_ONFAULT)
		return -EINVAL;
	return lock(args->arg[0], args->arg[1],
		    args->arg[2] & MLOCK_ONFAULT ? VM_LOCKS : VM_LOCKED);
}

SYSCALL(munlock)
{
	struct mm *mm = current->mm;
	vaddr_t start = hal_untag(args->arg[0]);
	size_t length = PAGE_UP(args->arg[1] + (start & (PAGE_SIZE - 1)));
	int error;

	start = PAGE_DOWN(start);
	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	error = lock_range(mm, start, start + length, 0);
	rwsem_write_done(&mm->lock);
	return error;
}

static void lock_all(struct mm *mm, unsigned int locks)
{
	struct vma *vma = vma_first(mm);

	while (vma) {
		set_lock(vma, locks);
		vma = vma_next(vma_merge(vma));
		resched_point();
	}
}

SYSCALL(mlockall)
{
	struct mm *mm = current->mm;
	unsigned long flags = args->arg[0];
	unsigned int locks = flags & MCL_ONFAULT ? VM_LOCKS : VM_LOCKED;
	bool fits;

	if (!flags || (flags & ~(unsigned long)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ||
	    flags == MCL_ONFAULT)
		return -EINVAL;
	if (!mm_may_lock())
		return -EPERM;
	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	fits = !(flags & MCL_CURRENT) || mm->total_pages <= lock_limit() || capable(CAP_IPC_LOCK);
	if (fits) {
		mm->lock_future = flags & MCL_FUTURE ? locks : 0;
		if (flags & MCL_CURRENT)
			lock_all(mm, locks);
	}
	rwsem_write_done(&mm->lock);
	if (!fits)
		return -ENOMEM;
	if ((flags & (MCL_CURRENT | MCL_ONFAULT)) == MCL_CURRENT)
		mm_populate_locked(mm, 0, hal_user_end(), 0);
	return 0;
}

SYSCALL(munlockall)
{
	struct mm *mm = current->mm;

	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	mm->lock_future = 0;
	lock_all(mm, 0);
	rwsem_write_done(&mm->lock);
	return 0;
}
