// SPDX-License-Identifier: MIT
// System calls: mmap, munmap, mprotect, brk, msync.

#include "mm_internal.h"

#include <core/files.h>
#include <core/mm.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/uapi/fcntl.h>
#include <core/uapi/mman.h>
#include <core/vfs.h>

#include <hal/user.h>

#define PROT_RIGHTS (PROT_READ | PROT_WRITE | PROT_EXEC)

static bool no_exec(const struct file *file)
{
	return file->path.mount && path_no_exec(&file->path);
}

// What mapping file in this way is allowed and becomes: adds to *vm. 0 or -errno.
static int decode_file(const struct file *file, unsigned long flags, unsigned int *vm)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		if (flags & ~(unsigned long)MAP_KNOWN)
			return -EOPNOTSUPP;
		__attribute__((fallthrough));
	case MAP_SHARED:
		if ((*vm & VM_WRITE) && !(file->mode & FILE_WRITE))
			return -EACCES;
		if (file->mode & FILE_WRITE && file->inode->flags & INODE_APPEND)
			return -EACCES;
		*vm |= VM_SHARED;
		if (READ_ONCE(file->inode->seals) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
			if (*vm & VM_WRITE)
				return -EPERM;
			*vm &= ~VM_MAYWRITE;
		}
		if (!(file->mode & FILE_WRITE))
			*vm &= ~VM_MAYWRITE;
		__attribute__((fallthrough));
	case MAP_PRIVATE:
		if (!(file->mode & FILE_READ))
			return -EACCES;
		if (no_exec(file)) {
			if (*vm & VM_EXEC)
				return -EPERM;
			*vm &= ~VM_MAYEXEC;
		}
		if (!file->ops->mmap)
			return -ENODEV;
		return flags & MAP_GROWSDOWN ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static int decode_anonymous(unsigned long flags, unsigned int *vm)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
		*vm |= VM_SHARED;
		return 0;
	case MAP_PRIVATE:
		if (flags & MAP_GROWSDOWN)
			*vm |= VM_GROWSDOWN;
		return 0;
	default:
		return -EINVAL;
	}
}

static long map(vaddr_t at, size_t length, unsigned long prot, unsigned long flags,
		struct file *file, uint64_t offset)
{
	unsigned int vm = VM_MAYRIGHTS |
			  rights_implied((unsigned int)prot & PROT_RIGHTS, !file || !no_exec(file));
	unsigned int how = 0;
	int verdict, error;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
		how |= MM_FIXED;
	if (flags & MAP_FIXED_NOREPLACE)
		how |= MM_NOREPLACE;
	if (flags & MAP_LOCKED)
		how |= MM_LOCKED;
	if ((flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		how |= MM_POPULATE;
	if ((flags & MAP_NORESERVE) && READ_ONCE(overcommit_mode) != 2)
		vm |= VM_NORESERVE;
	if (flags & MAP_STACK)
		vm |= VM_NOHUGEPAGE;
	verdict = file ? decode_file(file, flags, &vm) : decode_anonymous(flags, &vm);
	if (!verdict && mm_denies_exec(current->mm, vm, vm))
		verdict = -EACCES;
	if (file && (file->mode & FILE_ZERO) && (file->mode & FILE_WRITE) && (vm & VM_SHARED))
		file = NULL;
	error = mm_map_judged(current->mm, &at, length, vm, how, file, offset, verdict);
	return error ? error : (long)at;
}

SYSCALL(mmap)
{
	vaddr_t at = args->arg[0]; // where something is to be has no tag
	unsigned long flags = args->arg[3];
	uint64_t offset = args->arg[5];
	struct fd fd;
	long result;

	if (offset & (PAGE_SIZE - 1))
		return -EINVAL;
	if (flags & MAP_ANONYMOUS) {
		if (flags & MAP_HUGETLB)
			return -ENOMEM; // no huge pages are set aside
		return map(at, args->arg[1], args->arg[2], flags, NULL, 0);
	}
	fd = fd_get((int)args->arg[4]);
	if (!fd.file)
		return -EBADF;
	if (flags & MAP_HUGETLB)
		result = -EINVAL;
	else
		result = map(at, args->arg[1], args->arg[2], flags, fd.file, offset);
	fd_put(fd);
	return result;
}

SYSCALL(munmap)
{
	return mm_unmap(current->mm, hal_untag(args->arg[0]), args->arg[1]);
}

// PROT_GROWSDOWN: the range begins where the first mapping in it, a stack, does. Nothing here grows
// upwards.
static long from_stack_begin(struct mm *mm, vaddr_t *start, size_t *length, unsigned long grows)
{
	vaddr_t end = *start + *length;
	long error = -ENOMEM;
	struct vma *vma;

	rwsem_read(&mm->lock);
	vma = vma_find(mm, *start);
	if (vma && vma->start < (grows == PROT_GROWSUP ? *start + 1 : end))
		error = grows == PROT_GROWSUP || !(vma->flags & VM_GROWSDOWN) ? -EINVAL : 0;
	if (!error)
		*start = vma->start;
	rwsem_read_done(&mm->lock);
	*length = end - *start;
	return error;
}

SYSCALL(mprotect)
{
	struct mm *mm = current->mm;
	vaddr_t start = hal_untag(args->arg[0]);
	size_t length = args->arg[1];
	unsigned long prot = args->arg[2], grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (start & (PAGE_SIZE - 1)))
		return -EINVAL;
	if (!length)
		return 0;
	if (PAGE_UP(length) == 0 || start + PAGE_UP(length) <= start)
		return -ENOMEM;
	if (prot & ~(unsigned long)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows))
		return -EINVAL;
	if (grows) {
		long error = from_stack_begin(mm, &start, &length, grows);

		if (error)
			return error;
	}
	return mm_protect(mm, start, length, (unsigned int)prot & PROT_RIGHTS);
}

// ---- brk ----

// mm->lock exclusive. False: the break stays where it is.
static bool move_break(struct mm *mm, vaddr_t brk, struct list *dead)
{
	vaddr_t old = PAGE_UP(mm->brk), new = PAGE_UP(brk);
	unsigned int vm = VM_READ | VM_WRITE | VM_MAYRIGHTS;
	uint64_t limit = process_limit(current->process, RLIMIT_DATA);

	if (brk < mm->brk_start || brk >= hal_user_end())
		return false;
	if ((brk - mm->brk_start) + (mm->data_end - mm->data_start) > limit)
		return false;
	if (new < old && unmap_locked(mm, new, old, dead))
		return false;
	if (new > old) {
		if (!vma_range_free(mm, old, new - old + PAGE_SIZE) ||
		    mm->vma_count > max_map_count)
			return false;
		vm |= mm->lock_future;
		if (brk_extend(mm, old, new, vm))
			return false;
	}
	mm->brk = brk;
	return true;
}

SYSCALL(brk)
{
	struct mm *mm = current->mm;
	vaddr_t brk = args->arg[0], old;
	struct list dead = LIST_INIT(dead);
	bool populate;
	long result;

	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	old = mm->brk;
	populate = move_break(mm, brk, &dead) && mm->lock_future && brk > old;
	result = (long)mm->brk;
	rwsem_write_done(&mm->lock);
	vma_free_list(&dead);
	if (populate) {
		int ignored = mm_populate(mm, PAGE_UP(old), PAGE_UP(brk));

		(void)ignored;
	}
	return result;
}

// ---- msync ----

SYSCALL(msync)
{
	struct mm *mm = current->mm;
	vaddr_t start = hal_untag(args->arg[0]), end;
	unsigned long flags = args->arg[2];
	int hole = 0, error = 0;

	if (flags & ~(unsigned long)(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
	    (start & (PAGE_SIZE - 1)) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	end = start + PAGE_UP(args->arg[1]);
	if (end < start)
		return -ENOMEM;
	while (start < end && !error) {
		struct file *file = NULL;
		struct vma *vma;

		rwsem_read(&mm->lock);
		vma = vma_find(mm, start);
		if (!vma || vma->start >= end) {
			rwsem_read_done(&mm->lock);
			return -ENOMEM;
		}
		if (vma->start > start)
			hole = -ENOMEM;
		start = vma->end;
		if ((flags & MS_INVALIDATE) && (vma->flags & VM_LOCKED))
			error = -EBUSY;
		else if ((flags & MS_SYNC) && vma->file && (vma->flags & VM_SHARED))
			file = file_get(vma->file);
		rwsem_read_done(&mm->lock);
		if (file) {
			if (file->ops->fsync)
				error = file->ops->fsync(file, true);
			file_put(file);
		}
		if (signal_fatal_pending())
			return -EINTR;
		resched_point();
	}
	return error ? error : hole;
}
