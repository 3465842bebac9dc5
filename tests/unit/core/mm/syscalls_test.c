// SPDX-License-Identifier: MIT
// The system calls of core/mm, called as the dispatcher would.
// sources: core/mm/page.c core/mm/table.c core/mm/slab.c core/mm/vmalloc.c core/mm/kstack.c core/mm/reclaim.c
// sources: core/mm/vma.c core/mm/map.c core/mm/space.c core/mm/fault.c core/mm/zap.c
// sources: core/mm/access.c core/mm/account.c core/mm/pagecache.c core/mm/pagecache_bytes.c
// sources: core/mm/uio.c core/mm/huge.c
// sources: core/mm/syscalls_map.c core/mm/mremap.c core/mm/madvise.c core/mm/mlock.c
// sources: core/lib/xarray.c core/lib/rbtree.c core/sync/rwsem.c core/sync/mutex.c
// sources: tests/unit/fake_hal/fake_hal.c tests/unit/fake_hal/fake_core.c
// sources: tests/unit/fake_hal/fake_pagetable.c

#include "mm_fakes.h"

#include <core/files.h>
#include <core/syscall.h>
#include <core/uapi/mman.h>

struct fd fd_get(int fd)
{
	return (struct fd){.file = fd == 3 ? &file : NULL};
}

int inode_permission(struct inode *i, unsigned int mask)
{
	(void)i;
	(void)mask;
	return -EACCES;
}

#define CALL(name, ...)                                           \
	({                                                        \
		long sys_##name(const struct syscall_args *args); \
		struct syscall_args args_ = {{__VA_ARGS__}};      \
		sys_##name(&args_);                               \
	})
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define PRW  (PROT_READ | PROT_WRITE)

static struct cred cred;

static struct mm *begin(void)
{
	thread.cred = &cred;
	file.mode = FILE_READ | FILE_WRITE;
	return space();
}

TEST(mmap_errors)
{
	struct mm *mm = begin();

	CHECK_EQ(CALL(mmap, 0, 0, PRW, ANON), -EINVAL);
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, MAP_ANONYMOUS), -EINVAL);
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, ANON, -1ul, 1), -EINVAL);
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, MAP_PRIVATE, 9, 0), -EBADF);
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, MAP_SHARED_VALIDATE | 0x800000, 3, 0), -EOPNOTSUPP);
	file.mode = FILE_READ;
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, MAP_SHARED, 3, 0), -EACCES);
	CHECK(CALL(mmap, 0, 4096, PRW, MAP_PRIVATE, 3, 0) > 0);
	file.mode = FILE_WRITE;
	CHECK_EQ(CALL(mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 3, 0), -EACCES);
	process.limits[RLIMIT_MEMLOCK].soft = 0;
	CHECK_EQ(CALL(mmap, 0, 4096, PRW, ANON | MAP_LOCKED), -EPERM);
	process.limits[RLIMIT_MEMLOCK].soft = 4096;
	CHECK_EQ(CALL(mmap, 0, 8192, PRW, ANON | MAP_LOCKED), -EAGAIN);
	process.limits[RLIMIT_MEMLOCK].soft = UINT64_MAX;
	CHECK_EQ(CALL(mprotect, 1, 4096, PRW), -EINVAL);
	CHECK_EQ(CALL(mprotect, 4096, 4096, PRW), -ENOMEM);
	CHECK_EQ(CALL(mprotect, 4096, 0, 0xffff), 0);
	CHECK_EQ(CALL(msync, 4096, 4096, MS_SYNC | MS_ASYNC), -EINVAL);
	CHECK_EQ(CALL(msync, 4096, 4096, MS_SYNC), -ENOMEM);
	done(mm);
}

TEST(shared_mapping_of_a_read_only_file_stays_read_only)
{
	struct mm *mm = begin();
	long at;

	file.mode = FILE_READ;
	at = CALL(mmap, 0, 4096, PROT_READ, MAP_SHARED, 3, 0);
	CHECK(at > 0);
	CHECK_EQ(CALL(mprotect, (unsigned long)at, 4096, PRW), -EACCES);
	done(mm);
}

TEST(brk)
{
	struct mm *mm = begin();
	vaddr_t start = 0x1000000, other;

	mm_set_brk_start(mm, start);
	CHECK_EQ(CALL(brk, 0), start);
	CHECK_EQ(CALL(brk, start + 10000), start + 10000);
	put(mm, start + 9999, 7);
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(vma_find(mm, start)->end, start + 12288);
	CHECK_STR(vma_name(vma_find(mm, start)), "[heap]");
	CHECK_EQ(CALL(brk, start + 4096), start + 4096);
	CHECK_EQ(CALL(brk, start + 12288), start + 12288);
	CHECK_EQ(get(mm, start + 9999), 0);
	CHECK_EQ(CALL(brk, start - 1), start + 12288);
	other = start + 5 * 4096;
	CHECK_EQ(map(mm, &other, 4096, RW, MM_FIXED), 0);
	CHECK_EQ(CALL(brk, start + 4 * 4096),
		 start + 4 * 4096); // a page must stay free below others
	CHECK_EQ(CALL(brk, start + 5 * 4096), start + 4 * 4096);
	process.limits[RLIMIT_DATA].soft = 4096;
	CHECK_EQ(CALL(brk, start + 4 * 4096), start + 4 * 4096);
	process.limits[RLIMIT_DATA].soft = UINT64_MAX;
	CHECK_EQ(CALL(brk, start), start);
	done(mm);
}

static unsigned long anon(size_t pages)
{
	long at = CALL(mmap, 0, pages * 4096, PRW, ANON);

	CHECK(at > 0);
	for (size_t i = 0; i < pages; i++)
		put(user, (vaddr_t)at + i * 4096, (uint8_t)(i + 1));
	return (unsigned long)at;
}

TEST(mremap_in_place)
{
	struct mm *mm = begin();
	unsigned long at = anon(8);

	CHECK_EQ(CALL(mremap, at, 8 * 4096, 8 * 4096, 0), at);
	CHECK_EQ(CALL(mremap, at, 8 * 4096, 4 * 4096, 0), at);
	CHECK_EQ(mm->anon_pages, 4);
	CHECK_EQ(CALL(mremap, at, 4 * 4096, 8 * 4096, 0), at);
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(get(mm, at + 3 * 4096), 4);
	CHECK_EQ(get(mm, at + 4 * 4096), 0);
	CHECK_EQ(CALL(mremap, at, 8 * 4096, 1ul << 40, 0), -ENOMEM);
	CHECK_EQ(CALL(mremap, at + 1, 4096, 4096, 0), -EINVAL);
	CHECK_EQ(CALL(mremap, at, 4096, 0, 0), -EINVAL);
	CHECK_EQ(CALL(mremap, at, 4096, 4096, 8), -EINVAL);
	CHECK_EQ(CALL(mremap, at, 4096, 4096, MREMAP_FIXED), -EINVAL);
	CHECK_EQ(CALL(mremap, 0x5000, 4096, 8192, 0), -EFAULT);
	CHECK_EQ(CALL(mremap, at, 9 * 4096, 10 * 4096, MREMAP_MAYMOVE), -EFAULT);
	CHECK_EQ(CALL(mremap, at, 0, 4096, MREMAP_MAYMOVE), -EINVAL);
	done(mm);
}

TEST(mremap_moves_entries)
{
	struct mm *mm = begin();
	unsigned long at = anon(8), above = at + 8 * 4096, moved;
	paddr_t frame = hal_query(&mm->space, at + 4096).pa;

	CHECK_EQ(CALL(mmap, above, 4096, PROT_READ, ANON | MAP_FIXED_NOREPLACE), above);
	CHECK_EQ(CALL(mremap, at, 8 * 4096, 16 * 4096, 0), -ENOMEM);
	moved = (unsigned long)CALL(mremap, at, 8 * 4096, 16 * 4096, MREMAP_MAYMOVE);
	CHECK(moved != at && moved > 0);
	CHECK_EQ(hal_query(&mm->space, moved + 4096).pa, frame);
	CHECK_EQ(get(mm, moved + 7 * 4096), 8);
	CHECK_EQ(get(mm, moved + 8 * 4096), 0);
	CHECK_EQ(touch(mm, at, false, &(uint8_t){0}), SEGV_MAPERR);
	CHECK_EQ(mm->anon_pages, 8);
	// The middle, to a fixed place, shrinking.
	CHECK_EQ(CALL(mremap, moved + 4096, 4 * 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
		      0x700000),
		 0x700000);
	CHECK_EQ(get(mm, 0x701000), 3);
	CHECK_EQ(touch(mm, moved + 4 * 4096, false, &(uint8_t){0}), SEGV_MAPERR);
	CHECK_EQ(get(mm, moved + 5 * 4096), 6);
	CHECK_EQ(mm->anon_pages, 6);
	CHECK_EQ(CALL(mremap, 0x700000, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x701000),
		 -EINVAL);
	check_tree(mm);
	done(mm);
}

TEST(mremap_dontunmap_and_files)
{
	struct mm *mm = begin();
	unsigned long at = anon(2), moved, shared, twin;

	moved = (unsigned long)CALL(mremap, at, 8192, 8192, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	CHECK_EQ(get(mm, moved + 4096), 2);
	CHECK_EQ(get(mm, at + 4096), 0); // still mapped, empty
	fill_file(8);
	shared = (unsigned long)CALL(mmap, 0, 4 * 4096, PRW, MAP_SHARED, 3, 4096);
	CHECK_EQ(get(mm, shared), 'b');
	twin = (unsigned long)CALL(mremap, shared, 0, 4 * 4096, MREMAP_MAYMOVE);
	put(mm, twin + 4096, 'Q');
	CHECK_EQ(get(mm, shared + 4096), 'Q');
	moved = (unsigned long)CALL(mremap, shared + 4096, 4096, 4096,
				    MREMAP_MAYMOVE | MREMAP_FIXED, 0x800000);
	CHECK_EQ(moved, 0x800000);
	CHECK_EQ(get(mm, moved), 'Q');
	inode.size = 4096;
	pagecache_truncate(&inode.cache, 4096);
	CHECK_EQ(touch(mm, moved, false, &(uint8_t){0}), -EIO);
	check_tree(mm);
	done(mm);
	empty_file();
	CHECK_EQ(settled(), at_start);
}

TEST(advice)
{
	struct mm *mm = begin(), *child;
	unsigned long at = anon(8);

	CHECK_EQ(CALL(madvise, at, 4096, 77), -EINVAL);
	CHECK_EQ(CALL(madvise, at + 1, 4096, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(CALL(madvise, at, 4096, MADV_DONTNEED), 0);
	CHECK_EQ(get(mm, at), 0);
	CHECK_EQ(get(mm, at + 4096), 2);
	CHECK_EQ(CALL(madvise, at, 9 * 4096, MADV_NORMAL), -ENOMEM);
	CHECK_EQ(CALL(madvise, at + 4096, 4096, MADV_WIPEONFORK), 0);
	CHECK_EQ(CALL(madvise, at + 2 * 4096, 4096, MADV_DONTFORK), 0);
	CHECK_EQ(mm->vma_count, 4);
	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK_EQ(get(child, at + 4096), 0);
	CHECK_EQ(touch(child, at + 2 * 4096, false, &(uint8_t){0}), SEGV_MAPERR);
	CHECK_EQ(get(child, at + 3 * 4096), 4);
	mm_put_user(child);
	CHECK_EQ(CALL(madvise, at + 4096, 4096, MADV_KEEPONFORK), 0);
	CHECK_EQ(CALL(madvise, at + 2 * 4096, 4096, MADV_DOFORK), 0);
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(CALL(madvise, at, 4096, MADV_POPULATE_WRITE), 0);
	CHECK_EQ(mm->anon_pages, 8);
	CHECK_EQ(CALL(madvise, at, 4096, MADV_REMOVE), -EINVAL);
	CHECK_EQ(CALL(madvise, at, 0, MADV_DONTNEED), 0);
	done(mm);
}

TEST(locking)
{
	struct mm *mm = begin();
	long at;

	process.limits[RLIMIT_MEMLOCK].soft = 4 * 4096;
	at = CALL(mmap, 0, 8 * 4096, PRW, ANON);
	CHECK_EQ(CALL(mlock, (unsigned long)at + 4096, 4 * 4096), 0);
	CHECK_EQ(mm->locked_pages, 4);
	CHECK_EQ(mm->anon_pages, 4);
	CHECK_EQ(mm->vma_count, 3);
	CHECK_EQ(CALL(mlock, (unsigned long)at + 4096, 4 * 4096), 0); // not counted twice
	CHECK_EQ(CALL(mlock, (unsigned long)at, 4096), -ENOMEM);
	CHECK_EQ(CALL(madvise, (unsigned long)at + 4096, 4096, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(CALL(munlock, (unsigned long)at, 8 * 4096), 0);
	CHECK_EQ(mm->locked_pages, 0);
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(CALL(mlock2, (unsigned long)at, 4096, 2), -EINVAL);
	CHECK_EQ(CALL(mlock2, (unsigned long)at + 6 * 4096, 4096, MLOCK_ONFAULT), 0);
	CHECK_EQ(CALL(mlockall, 0), -EINVAL);
	CHECK_EQ(CALL(mlockall, MCL_CURRENT), -ENOMEM);
	process.limits[RLIMIT_MEMLOCK].soft = UINT64_MAX;
	CHECK_EQ(CALL(mlockall, MCL_CURRENT | MCL_FUTURE), 0);
	CHECK_EQ(mm->anon_pages, 8);
	CHECK_EQ(CALL(munlockall), 0);
	CHECK_EQ(mm->locked_pages, 0);
	CHECK_EQ(CALL(mlock, 0x1000, 4096), -ENOMEM);
	process.limits[RLIMIT_MEMLOCK].soft = 0;
	CHECK_EQ(CALL(mlock, (unsigned long)at, 4096), -EPERM);
	process.limits[RLIMIT_MEMLOCK].soft = UINT64_MAX;
	done(mm);
}

TEST(mincore)
{
	struct mm *mm = begin();
	long at = CALL(mmap, 0, 4 * 4096, PRW, ANON), vec = CALL(mmap, 0, 4096, PRW, ANON);

	put(mm, (vaddr_t)at + 4096, 1);
	CHECK_EQ(CALL(mincore, (unsigned long)at, 4 * 4096, (unsigned long)vec), 0);
	CHECK_EQ(get(mm, (vaddr_t)vec), 0);
	CHECK_EQ(get(mm, (vaddr_t)vec + 1), 1);
	CHECK_EQ(get(mm, (vaddr_t)vec + 2), 0);
	CHECK_EQ(CALL(mincore, (unsigned long)at + 1, 4096, (unsigned long)vec), -EINVAL);
	CHECK_EQ(CALL(mincore, (unsigned long)at, 4096, 0x1000), -EFAULT);
	CHECK_EQ(CALL(mincore, 0x10000, 4096, (unsigned long)vec), -ENOMEM);
	done(mm);
}
