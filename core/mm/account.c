// SPDX-License-Identifier: MIT
// How much memory has been promised: the overcommit modes, and the limits of a process.

#include "mm_internal.h"

#include <core/cred.h>
#include <core/errno.h>
#include <core/mm.h>
#include <core/thread.h>

unsigned int overcommit_mode;
unsigned int overcommit_ratio = 50;

static uint64_t committed; // pages; atomic

uint64_t mm_committed(void)
{
	return READ_ONCE(committed);
}

uint64_t mm_commit_limit(void)
{
	return page_total() * READ_ONCE(overcommit_ratio) / 100;
}

void commit_change(int64_t pages)
{
	__atomic_fetch_add(&committed, (uint64_t)pages, __ATOMIC_RELAXED);
}

int commit_charge(uint64_t pages)
{
	uint64_t allowed, now = __atomic_add_fetch(&committed, pages, __ATOMIC_RELAXED);

	switch (READ_ONCE(overcommit_mode)) {
	case 1:
		return 0;
	case 0:
		if (pages <= page_total())
			return 0;
		break;
	default:
		allowed = mm_commit_limit();
		if (!capable(CAP_SYS_ADMIN)) // 8 MiB are kept for the administrator
			allowed -= MIN(allowed, 8ull << (20 - PAGE_SHIFT));
		if (now <= allowed)
			return 0;
		break;
	}
	commit_change(-(int64_t)pages);
	return -ENOMEM;
}

bool accountable(unsigned int vm)
{
	return (vm & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

bool mm_may_grow(const struct mm *mm, uint64_t pages, unsigned int vm)
{
	const struct process *process = current->process;
	uint64_t limit;

	if (!process)
		return true;
	if (mm->total_pages + pages > process_limit(process, RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if (!vm_is_data(vm))
		return true;
	limit = process_limit(process, RLIMIT_DATA);
	if (!limit) // as on Linux: whoever sets it to nothing at all means brk
		limit = READ_ONCE(process->limits[RLIMIT_DATA].hard);
	return mm->data_pages + pages <= limit >> PAGE_SHIFT;
}
