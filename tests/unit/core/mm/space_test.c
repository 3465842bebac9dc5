// SPDX-License-Identifier: MIT
// Address spaces, faults and page caches over real page tables in fake RAM.
// sources: core/mm/page.c core/mm/table.c core/mm/slab.c core/mm/vmalloc.c core/mm/kstack.c core/mm/reclaim.c
// sources: core/mm/vma.c core/mm/map.c core/mm/space.c core/mm/fault.c core/mm/zap.c
// sources: core/mm/access.c core/mm/account.c core/mm/pagecache.c core/mm/pagecache_bytes.c
// sources: core/mm/uio.c core/mm/huge.c
// sources: core/lib/xarray.c core/lib/rbtree.c core/sync/rwsem.c core/sync/mutex.c
// sources: tests/unit/fake_hal/fake_hal.c tests/unit/fake_hal/fake_core.c
// sources: tests/unit/fake_hal/fake_pagetable.c

#include "mm_fakes.h"

// ---- tests ----

TEST(anonymous_memory)
{
	struct mm *mm = space();
	vaddr_t a = 0;

	CHECK_EQ(map(mm, &a, 10 * 4096 - 5, RW, 0), 0);
	CHECK_EQ(a, mm->mmap_base - 10 * 4096);
	CHECK_EQ(get(mm, a + 100), 0);
	CHECK_EQ(mm->anon_pages, 0); // the zero frame
	put(mm, a + 100, 42);
	CHECK_EQ(mm->anon_pages, 1);
	CHECK_EQ(get(mm, a + 100), 42);
	CHECK_EQ(get(mm, a + 101), 0);
	put(mm, a + 4096, 1);
	CHECK_EQ(mm->anon_pages, 2);
	CHECK_EQ(touch(mm, a - 1, false, &(uint8_t){0}), SEGV_MAPERR);
	CHECK_EQ(mm_unmap(mm, a + 4096, 4096), 0);
	CHECK_EQ(mm->anon_pages, 1);
	CHECK_EQ(mm->vma_count, 2);
	CHECK_EQ(touch(mm, a + 4096, false, &(uint8_t){0}), SEGV_MAPERR);
	check_tree(mm);
	done(mm);
}

TEST(neighbours_merge_and_split)
{
	struct mm *mm = space();
	vaddr_t a = 0, b = 0, c;

	CHECK_EQ(map(mm, &a, 8192, RW, 0), 0);
	CHECK_EQ(map(mm, &b, 8192, RW, 0), 0);
	CHECK_EQ(b, a - 8192); // top down, next to it
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(mm_protect(mm, a, 4096, VM_READ), 0);
	CHECK_EQ(mm->vma_count, 3);
	check_tree(mm);
	CHECK_EQ(mm_protect(mm, a, 4096, VM_READ | VM_WRITE), 0);
	CHECK_EQ(mm->vma_count, 1);
	c = b + 4096;
	CHECK_EQ(mm_unmap(mm, c, 8192), 0);
	CHECK_EQ(mm->vma_count, 2);
	CHECK_EQ(map(mm, &c, 8192, RW, MM_FIXED | MM_NOREPLACE), 0);
	CHECK_EQ(mm->vma_count, 1);
	CHECK_EQ(map(mm, &c, 8192, RW, MM_FIXED | MM_NOREPLACE), -EEXIST);
	put(mm, c, 9);
	CHECK_EQ(map(mm, &c, 8192, RW, MM_FIXED), 0);
	CHECK_EQ(get(mm, c), 0);
	check_tree(mm);
	done(mm);
}

TEST(hints_and_limits)
{
	struct mm *mm = space();
	vaddr_t a = 0x10000000, b = 0x10000000 + 4096, c = 5, d;

	CHECK_EQ(map(mm, &a, 8192, RW, 0), 0);
	CHECK_EQ(a, 0x10000000);
	CHECK_EQ(map(mm, &b, 4096, RW, 0), 0);
	CHECK(b != 0x10001000);
	CHECK_EQ(map(mm, &c, 4096, RW, 0), 0);
	CHECK_EQ(c, HAL_USER_MIN);
	d = 0x1001;
	CHECK_EQ(map(mm, &d, 4096, RW, MM_FIXED), -EINVAL);
	d = 0x1000;
	CHECK_EQ(map(mm, &d, 4096, RW, MM_FIXED), -EPERM);
	d = hal_user_end() - 4096;
	CHECK_EQ(map(mm, &d, 8192, RW, MM_FIXED), -ENOMEM);
	d = 0;
	CHECK_EQ(map(mm, &d, 0, RW, 0), -EINVAL);
	CHECK_EQ(map(mm, &d, ~0ul, RW, 0), -ENOMEM);
	CHECK_EQ(map(mm, &d, 128ul << 20, RW, 0),
		 -ENOMEM); // more than there is: heuristic overcommit
	CHECK_EQ(map(mm, &d, 1ul << 30, RW | VM_NORESERVE, 0), 0);
	process.limits[RLIMIT_AS].soft = 2ul << 30;
	d = 0;
	CHECK_EQ(map(mm, &d, 1ul << 30, RW | VM_NORESERVE, 0), -ENOMEM);
	process.limits[RLIMIT_AS].soft = UINT64_MAX;
	CHECK_EQ(mm_unmap(mm, 1, 4096), -EINVAL);
	CHECK_EQ(mm_unmap(mm, 4096, 0), -EINVAL);
	CHECK_EQ(mm_unmap(mm, 4096, ~0ul), -EINVAL);
	done(mm);
}

TEST(fork_copies_on_write_in_both_directions)
{
	struct mm *mm = space(), *child;
	vaddr_t a = 0;
	paddr_t frame;

	CHECK_EQ(map(mm, &a, 8 * 4096, RW, 0), 0);
	for (unsigned int i = 0; i < 4; i++)
		put(mm, a + i * 4096, (uint8_t)(10 + i));
	get(mm, a + 5 * 4096);
	frame = hal_query(&mm->space, a).pa;
	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK_EQ(child->anon_pages, 4);
	put(mm, a, 1);
	put(child, a + 4096, 2);
	CHECK_EQ(get(child, a), 10);
	CHECK_EQ(get(mm, a), 1);
	CHECK_EQ(get(mm, a + 4096), 11);
	CHECK_EQ(get(child, a + 4096), 2);
	put(child, a, 77); // alone with the old frame by now: not copied
	CHECK_EQ(hal_query(&child->space, a).pa, frame);
	CHECK_EQ(get(mm, a + 5 * 4096), 0);
	put(child, a + 5 * 4096, 3);
	CHECK_EQ(get(mm, a + 5 * 4096), 0);
	check_tree(child);
	mm_put_user(child);
	CHECK_EQ(get(mm, a + 2 * 4096), 12);
	put(mm, a + 2 * 4096, 5);
	done(mm);
}

TEST(protection)
{
	struct mm *mm = space();
	vaddr_t a = 0;
	uint8_t v = 0;

	CHECK_EQ(map(mm, &a, 4 * 4096, RW, 0), 0);
	put(mm, a, 42);
	CHECK_EQ(mm_protect(mm, a, 4096, VM_READ), 0);
	CHECK_EQ(touch(mm, a, true, &v), SEGV_ACCERR);
	CHECK_EQ(get(mm, a), 42);
	CHECK_EQ(mm_protect(mm, a, 4096, 0), 0);
	CHECK_EQ(touch(mm, a, false, &v), SEGV_ACCERR);
	CHECK_EQ(mm_protect(mm, a, 4096, VM_READ | VM_WRITE), 0);
	put(mm, a, 43);
	CHECK_EQ(get(mm, a), 43);
	CHECK_EQ(mm_protect(mm, a, 8 * 4096, VM_READ), -ENOMEM); // a hole behind
	CHECK_EQ(touch(mm, a, true, &v), SEGV_ACCERR);		 // but what came first was done
	check_tree(mm);
	done(mm);
}

// Frames that become executable are synchronised once, until somebody else writes to them.
TEST(executable_frames)
{
	struct mm *mm = space();
	vaddr_t a = 0;
	uint8_t v = 7;

	CHECK_EQ(map(mm, &a, 100 * 4096, RW, 0), 0);
	for (unsigned int i = 0; i < 40; i++)
		put(mm, a + i * 4096, 42);
	icache_synced = 0;
	CHECK_EQ(mm_protect(mm, a, 30 * 4096, VM_READ | VM_EXEC), 0);
	CHECK_EQ(icache_synced, 30 * 4096);
	CHECK_EQ(mm_protect(mm, a, 30 * 4096, VM_READ | VM_WRITE), 0);
	CHECK_EQ(mm_protect(mm, a, 100 * 4096, VM_READ | VM_EXEC), 0);
	CHECK_EQ(icache_synced, 40 * 4096);
	CHECK_EQ(mm_access(mm, a, &v, 1, true, true), 1);
	CHECK_EQ(icache_synced, 41 * 4096);
	done(mm);
}

TEST(file_mappings)
{
	struct mm *mm = space();
	vaddr_t shared = 0, private = 0;
	char buf[8];
	struct iovec iov;
	struct uio uio;

	fill_file(20);
	CHECK_EQ(mm_map(mm, &shared, 20 * 4096, RW | VM_SHARED, 0, &file, 0), 0);
	CHECK_EQ(mm_map(mm, &private, 18 * 4096, RW, 0, &file, 2 * 4096), 0);
	CHECK_EQ(get(mm, shared), 'a');
	CHECK(mm->file_pages > 1 && mm->file_pages <= 16); // fault-around
	CHECK_EQ(get(mm, private), 'c');
	put(mm, shared + 2 * 4096, 'X');
	CHECK_EQ(get(mm, private), 'X');
	put(mm, private, 'Y');
	put(mm, private + 4096 * 10, 'Z'); // never read before
	CHECK_EQ(get(mm, shared + 2 * 4096), 'X');
	CHECK_EQ(get(mm, shared + 12 * 4096), 'm');
	CHECK_EQ(get(mm, private + 4096 * 10 + 1), 'm');
	uio_init_kernel(&uio, &iov, buf, 8);
	CHECK_EQ(pagecache_read(&inode.cache, &uio, 2 * 4096 - 4, inode.size), 8);
	CHECK_EQ(buf[3], 'b');
	CHECK_EQ(buf[4], 'X');
	CHECK_EQ(mm->anon_pages, 2);
	done(mm);
	empty_file();
	CHECK_EQ(settled(), at_start);
}

TEST(truncation_takes_mapped_pages_away)
{
	struct mm *mm = space();
	vaddr_t shared = 0, private = 0;
	uint8_t v = 0;

	fill_file(10);
	CHECK_EQ(mm_map(mm, &shared, 10 * 4096, RW | VM_SHARED, 0, &file, 0), 0);
	CHECK_EQ(mm_map(mm, &private, 10 * 4096, RW, 0, &file, 0), 0);
	for (unsigned int i = 0; i < 10; i++) {
		get(mm, shared + i * 4096);
		put(mm, private + i * 4096, 1);
	}
	inode.size = 3 * 4096 + 100;
	pagecache_truncate(&inode.cache, inode.size);
	CHECK_EQ(get(mm, shared + 3 * 4096 + 99), 'd');
	CHECK_EQ(get(mm, shared + 3 * 4096 + 100), 0);
	CHECK_EQ(touch(mm, shared + 4 * 4096, false, &v), -EIO);
	CHECK_EQ(touch(mm, private + 4 * 4096, false, &v), -EIO); // private copies too
	CHECK_EQ(get(mm, private + 3 * 4096), 1);
	inode.size = 6 * 4096;
	CHECK_EQ(get(mm, shared + 5 * 4096), 0);
	put(mm, shared + 5 * 4096, 3);
	pagecache_punch(&inode.cache, 0, 2 * 4096 + 10);
	CHECK_EQ(get(mm, shared), 0);
	CHECK_EQ(get(mm, shared + 2 * 4096 + 9), 0);
	CHECK_EQ(get(mm, shared + 2 * 4096 + 10), 'c');
	CHECK_EQ(get(mm, private), 1); // a hole leaves private copies
	CHECK_EQ(pagecache_seek(&inode.cache, 6 * 4096 - 1, 6 * 4096, false), 6 * 4096 - 1);
	done(mm);
	empty_file();
	CHECK_EQ(settled(), at_start);
}

TEST(shared_anonymous_across_fork)
{
	struct mm *mm = space(), *child;
	vaddr_t a = 0;

	CHECK_EQ(map(mm, &a, 4 * 4096, RW | VM_SHARED, 0), 0);
	put(mm, a, 1);
	CHECK_EQ(mm_fork(mm, &child), 0);
	put(child, a, 2);
	put(child, a + 4096, 3);
	CHECK_EQ(get(mm, a), 2);
	CHECK_EQ(get(mm, a + 4096), 3);
	CHECK_EQ(pagecache_shmem(), 2);
	CHECK_EQ(mm_unmap(mm, a, 4096), 0);
	CHECK_EQ(get(child, a), 2);
	mm_put_user(child);
	done(mm);
	CHECK_EQ(pagecache_shmem(), 0);
}

TEST(stack_grows_to_its_limit)
{
	struct mm *mm = space();
	vaddr_t top = 0x7fffff000000, below;
	uint8_t v = 0;

	CHECK_EQ(mm_map_stack(mm, top, 128 * KIB, false), 0);
	put(mm, top - 1, 1);
	process.limits[RLIMIT_STACK].soft = 1024 * KIB;
	put(mm, top - 512 * KIB, 2);
	CHECK_EQ(vma_find(mm, top - 1)->start, top - 512 * KIB);
	CHECK_EQ(touch(mm, top - 1024 * KIB - 1, true, &v), SEGV_MAPERR);
	put(mm, top - 1024 * KIB, 3);
	process.limits[RLIMIT_STACK].soft = UINT64_MAX;
	below = top - 4096 * KIB;
	CHECK_EQ(map(mm, &below, 4096, RW, MM_FIXED), 0);
	put(mm, below + 4096 + STACK_GUARD, 4);
	CHECK_EQ(touch(mm, below + 4096 + STACK_GUARD - 1, true, &v), SEGV_MAPERR);
	CHECK_EQ(mm->stack_pages, (4096 * KIB - STACK_GUARD) / 4096 - 1);
	check_tree(mm);
	done(mm);
}

TEST(access_from_outside)
{
	struct mm *mm = space(), *child;
	vaddr_t a = 0;
	static char buf[3 * 4096];

	CHECK_EQ(map(mm, &a, 4 * 4096, RW, 0), 0);
	memset(buf, 5, sizeof(buf));
	CHECK_EQ(mm_access(mm, a + 100, buf, sizeof(buf), true, false), sizeof(buf));
	CHECK_EQ(get(mm, a + 100 + sizeof(buf) - 1), 5);
	CHECK_EQ(get(mm, a + 100 + sizeof(buf)), 0);
	CHECK_EQ(mm_protect(mm, a, 4 * 4096, VM_READ), 0);
	CHECK_EQ(mm_access(mm, a, buf, 10, true, false), 0);
	CHECK_EQ(mm_fork(mm, &child), 0);
	buf[0] = 9;
	CHECK_EQ(mm_access(mm, a + 100, buf, 1, true, true), 1); // a debugger may; privately
	CHECK_EQ(get(mm, a + 100), 9);
	CHECK_EQ(get(child, a + 100), 5);
	CHECK_EQ(touch(mm, a + 100, true, &(uint8_t){1}), SEGV_ACCERR);
	CHECK_EQ(mm_access(mm, a + 3 * 4096, buf, 8192, false, false), 4096);
	mm_put_user(child);
	done(mm);
}

TEST(populate)
{
	struct mm *mm = space();
	vaddr_t a = 0;

	CHECK_EQ(map(mm, &a, 20 * 4096, RW, MM_POPULATE), 0);
	CHECK_EQ(mm->anon_pages, 20);
	CHECK_EQ(mm_populate(mm, a, a + 21 * 4096), -ENOMEM);
	done(mm);
}

// Blocks: whole ones go and come as such, parts of them act as any page does, and fork shares pages.
TEST(huge_pages)
{
	const vaddr_t size = HAL_BLOCK_SIZE;
	struct mm *mm = space(), *child;
	vaddr_t a = 0x40000000, b = 0x80000000;

	huge_policy = HUGE_ALWAYS;
	CHECK_EQ(map(mm, &a, 4 * size, RW, MM_FIXED), 0);
	put(mm, a + 5, 1);
	put(mm, a + size + 5, 2);
	CHECK_EQ(mm->anon_pages, 2 * HAL_BLOCK_PAGES);
	CHECK_EQ(hal_block_count(), 2);
	CHECK_EQ(get(mm, a + size - 1), 0);
	CHECK_EQ(get(mm, a + 2 * size), 0); // a read enters the zero frame, and so a table
	put(mm, a + 2 * size, 3);
	CHECK_EQ(mm->anon_pages, 2 * HAL_BLOCK_PAGES + 1);
	CHECK(vma_huge_eligible(vma_find(mm, a)));

	// rights taken and given back: the block's own frames, without a copy
	CHECK_EQ(mm_protect(mm, a, size, VM_READ), 0);
	CHECK_EQ(touch(mm, a + 9, true, &(uint8_t){7}), SEGV_ACCERR);
	CHECK_EQ(mm_protect(mm, a, size, VM_READ | VM_WRITE), 0);
	put(mm, a + 9, 9);
	CHECK_EQ(get(mm, a + 5), 1);
	CHECK_EQ(hal_block_count(), 2);
	CHECK_EQ(mm->anon_pages, 2 * HAL_BLOCK_PAGES + 1);

	CHECK_EQ(mm_unmap(mm, a + size + 100 * 4096, 4096), 0);
	CHECK_EQ(hal_block_count(), 1);
	CHECK_EQ(mm->anon_pages, 2 * HAL_BLOCK_PAGES);
	CHECK_EQ(get(mm, a + size + 5), 2);

	CHECK_EQ(mm_fork(mm, &child), 0);
	CHECK_EQ(hal_block_count(), 0);
	CHECK_EQ(child->anon_pages, mm->anon_pages);
	put(mm, a + 5, 50);
	put(child, a + 9, 90);
	CHECK_EQ(get(child, a + 5), 1);
	CHECK_EQ(get(mm, a + 9), 9);
	mm_put_user(child);

	mm->huge_disabled = true;
	CHECK_EQ(map(mm, &b, 2 * size, RW, MM_FIXED), 0);
	put(mm, b, 1);
	CHECK_EQ(hal_block_count(), 0);
	CHECK(!vma_huge_eligible(vma_find(mm, b)));
	mm->huge_disabled = false;
	CHECK_EQ(map(mm, &b, 2 * size, RW, MM_FIXED), 0); // away with the table
	put(mm, b, 1);
	CHECK_EQ(hal_block_count(), 1);

	// Somebody copies from a frame while the block goes.
	{
		struct page *held = page_of(hal_query(&mm->space, b + 7 * 4096).pa);

		page_get(held);
		CHECK_EQ(mm_unmap(mm, b, size), 0);
		CHECK_EQ(held->state, PAGE_ANON);
		page_put(held);
	}
	huge_policy = HUGE_MADVISE;
	done(mm);
	CHECK_EQ(settled(), at_start);
}

TEST(no_memory_is_survived)
{
	for (unsigned int n = 1; n < 30; n++) {
		struct mm *mm = space(), *child;
		vaddr_t a = 0, b = 0;

		fill_file(4);
		memory_fail_every(n + 1);
		if (map(mm, &a, 8 * 4096, RW, 0) == 0) {
			for (unsigned int i = 0; i < 8; i++) {
				uint8_t v = (uint8_t)i;
				int error = touch(mm, a + i * 4096, true, &v);

				CHECK(error == 0 || error == -ENOMEM);
			}
			(void)!mm_unmap(mm, a + 8192, 4096);
			(void)!mm_protect(mm, a + 5 * 4096, 4096, VM_READ);
		}
		if (mm_map(mm, &b, 4 * 4096, RW | VM_SHARED, 0, &file, 0) == 0)
			touch(mm, b, false, &(uint8_t){0});
		if (mm_fork(mm, &child) == 0)
			mm_put_user(child);
		memory_fail_every(0);
		check_tree(mm);
		done(mm);
		empty_file();
	}
	CHECK_EQ(settled(), at_start);
}

// Random operations on 64 pages, against a table of what every page should hold.
TEST(random_against_a_model)
{
	enum { PAGES = 64 };
	static struct {
		int mapped, writable;
		uint8_t value;
	} model[PAGES];
	struct mm *mm = space();
	vaddr_t base = 0x40000000;

	memset(model, 0, sizeof(model));
	for (unsigned int step = 0; step < 20000; step++) {
		unsigned int from = (unsigned int)(test_random() % PAGES);
		unsigned int n = (unsigned int)(test_random() % 8) + 1;
		vaddr_t at = base + from * 4096;
		unsigned int to = from + n > PAGES ? PAGES : from + n;
		size_t length = (to - from) * 4096ul;

		switch (test_random() % 6) {
		case 0:
			CHECK_EQ(map(mm, &at, length, RW, MM_FIXED), 0);
			for (unsigned int i = from; i < to; i++)
				model[i].mapped = model[i].writable = 1, model[i].value = 0;
			break;
		case 1:
			CHECK_EQ(mm_unmap(mm, at, length), 0);
			for (unsigned int i = from; i < to; i++)
				model[i].mapped = 0;
			break;
		case 2: {
			int writable = (int)(test_random() % 2), want = 0;

			for (unsigned int i = from; i < to && !want; i++) {
				if (model[i].mapped)
					model[i].writable = writable;
				else
					want = -ENOMEM;
			}
			CHECK_EQ(
				mm_protect(mm, at, length, writable ? VM_READ | VM_WRITE : VM_READ),
				want);
			break;
		}
		default: {
			uint8_t v = (uint8_t)step;
			bool write = test_random() % 2;
			int want = !model[from].mapped		    ? SEGV_MAPERR
				   : write && !model[from].writable ? SEGV_ACCERR
								    : 0;

			CHECK_EQ(touch(mm, at + 7, write, &v), want);
			if (!want && write)
				model[from].value = v;
			else if (!want)
				CHECK_EQ(v, model[from].value);
		}
		}
		if (step % 500 == 0) {
			struct mm *child;

			check_tree(mm);
			CHECK_EQ(mm_fork(mm, &child), 0);
			for (unsigned int i = 0; i < PAGES; i++)
				if (model[i].mapped)
					CHECK_EQ(get(child, base + i * 4096 + 7), model[i].value);
			mm_put_user(child);
		}
	}
	done(mm);
}
