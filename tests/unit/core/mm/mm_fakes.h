/* SPDX-License-Identifier: MIT */
/* mm_fakes.h - what the rooms above would give to core/mm, and helpers that act as user code.
 * Included once by each test. */
#ifndef TESTS_UNIT_CORE_MM_MM_FAKES_H
#define TESTS_UNIT_CORE_MM_MM_FAKES_H

#include "../../../../core/mm/mm_internal.h"
#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/cred.h>
#include <core/errno.h>
#include <core/mm.h>
#include <core/pagecache.h>
#include <core/random.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>

#include <stdlib.h>

#define RW  (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define KIB 1024ul

// ---- what the rooms above would give ----

static struct thread thread;
static struct process process;

bool oom_kill(const char *why)
{
	(void)why;
	return false;
}

bool signal_fatal_pending(void)
{
	return false;
}

void signal_force(int sig, int code, vaddr_t address)
{
	panic("signal %d code %d at %#lx", sig, code, address);
}

bool capable(unsigned int cap)
{
	(void)cap;
	return false;
}

void random_bytes(void *buf, size_t n)
{
	memset(buf, 7, n);
}

void resched_point(void)
{
}

void sched_set_state(unsigned int state)
{
	(void)state;
	panic("would sleep");
}

int sched_wait(unsigned int state, ktime_t deadline)
{
	(void)state;
	(void)deadline;
	panic("would sleep");
}

bool sched_wake(struct thread *t, unsigned int mask)
{
	(void)t;
	(void)mask;
	return false;
}

void wait_prepare(struct wait_queue *q, struct wait_entry *entry, unsigned int state)
{
	(void)q;
	(void)entry;
	(void)state;
}

void wait_finish(struct wait_queue *q, struct wait_entry *entry)
{
	(void)q;
	(void)entry;
}

bool wait_wake(struct wait_queue *q, unsigned int n, unsigned long key)
{
	(void)q;
	(void)n;
	(void)key;
	return false;
}

bool wait_wake_thread(struct wait_entry *entry, unsigned long key)
{
	(void)entry;
	(void)key;
	return false;
}

static size_t icache_synced; // bytes

void hal_icache_sync(paddr_t pa, size_t n)
{
	(void)pa;
	icache_synced += n;
}

void hal_space_activate(struct hal_space *space)
{
	(void)space;
}

static struct mm *user; // whose memory the user copies mean

size_t hal_copy_to_user(void __user *to, const void *from, size_t n)
{
	return n - mm_access(user, hal_user_addr(to), (void *)(uintptr_t)from, n, true, false);
}

size_t hal_copy_from_user(void *to, const void __user *from, size_t n)
{
	return n - mm_access(user, hal_user_addr(from), to, n, false, false);
}

size_t hal_copy_to_user_nofault(void __user *to, const void *from, size_t n)
{
	(void)to;
	(void)from;
	return n;
}

size_t hal_copy_from_user_nofault(void *to, const void __user *from, size_t n)
{
	(void)to;
	(void)from;
	return n;
}

size_t hal_zero_user(void __user *to, size_t n)
{
	static char zeroes[4096];
	size_t left = n;

	while (left) {
		size_t piece = left < 4096 ? left : 4096;

		if (mm_access(user, hal_user_addr(to) + (n - left), zeroes, piece, true, false) <
		    piece)
			break;
		left -= piece;
	}
	return left;
}

static int file_mmap(struct file *file, struct vma *vma)
{
	vma->cache = &file->inode->cache;
	return 0;
}

static const struct file_ops file_ops = {.mmap = file_mmap};
static struct inode inode;
static struct file file = {.ops = &file_ops, .inode = &inode};

struct file *file_get(struct file *f)
{
	refcount_get(&f->refs);
	return f;
}

long file_fallocate(struct file *f, int mode, loff_t offset, loff_t length)
{
	(void)f, (void)mode, (void)offset, (void)length;
	return -EOPNOTSUPP;
}

int inode_deny_write(struct inode *i)
{
	(void)i;
	return 0;
}

void inode_allow_write(struct inode *i)
{
	(void)i;
}

void inode_touch_mtime(struct inode *i)
{
	(void)i;
}

void file_put(struct file *f)
{
	CHECK(!refcount_put(&f->refs));
}

// ---- helpers ----

static uint64_t at_start;

static uint64_t settled(void)
{
	fake_rcu_run();
	slab_drain();
	fake_rcu_run();
	return page_free_count();
}

__attribute__((constructor)) static void start(void)
{
	fake_hal_start();
	fake_thread = &thread.hal;
	thread.process = &process;
	for (unsigned int i = 0; i < RLIM_COUNT; i++)
		process.limits[i].soft = UINT64_MAX;
	page_init();
	slab_init();
	mm_init();
	refcount_set(&file.refs, 1);
	pagecache_init(&inode.cache, &inode, NULL);
	at_start = settled();
}

__attribute__((unused)) static struct mm *space(void)
{
	struct mm *mm = mm_create();

	mm->mmap_base = 0x7fff00000000;
	thread.mm = user = mm;
	return mm;
}

__attribute__((unused)) static void done(struct mm *mm)
{
	CHECK_EQ(mm->lock.count, 0);
	mm_put_user(mm);
	thread.mm = user = NULL;
	if (!inode.cache.count)
		CHECK_EQ(settled(), at_start);
	CHECK_EQ(mm_committed(), 0);
	CHECK_EQ(refcount_read(&file.refs), 1);
	CHECK(list_empty(&inode.cache.maps));
}

__attribute__((unused)) static int map(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm,
				       unsigned int how)
{
	return mm_map(mm, at, length, vm, how, NULL, 0);
}

// An access by the user: 0 and *value, or what the fault said.
__attribute__((unused)) static int touch(struct mm *mm, vaddr_t at, bool write, uint8_t *value)
{
	int code = 0;

	for (int tries = 0; tries < 5; tries++) {
		struct hal_entry e = hal_query(&mm->space, at & PAGE_MASK);
		unsigned int need = write ? HAL_PTE_WRITE | HAL_PTE_DIRTY : HAL_PTE_READ;
		int error;

		if ((e.bits & need) == need && (e.bits & HAL_PTE_YOUNG)) {
			uint8_t *p = (uint8_t *)hal_phys_to_virt(e.pa) + (at & ~PAGE_MASK);

			if (write)
				*p = *value;
			else
				*value = *p;
			return 0;
		}
		error = mm_fault(mm, at, write ? CORE_FAULT_WRITE : 0, &code);
		if (error)
			return error == -EFAULT ? code : error;
	}
	return -9999; // would loop for ever
}

__attribute__((unused)) static void put(struct mm *mm, vaddr_t at, uint8_t value)
{
	CHECK_EQ(touch(mm, at, true, &value), 0);
}

__attribute__((unused)) static uint8_t get(struct mm *mm, vaddr_t at)
{
	uint8_t value = 0;

	CHECK_EQ(touch(mm, at, false, &value), 0);
	return value;
}

__attribute__((unused)) static void check_tree(struct mm *mm)
{
	struct vma *vma, *prev = NULL;
	unsigned int count = 0;
	uint64_t pages = 0;

	for (vma = vma_first(mm); vma; prev = vma, vma = vma_next(vma)) {
		CHECK(vma->start < vma->end);
		CHECK(!prev || prev->end <= vma->start);
		CHECK_EQ(vma->gap_below, vma->start - (prev ? prev->end : 0));
		count++;
		pages += vma_pages(vma);
	}
	CHECK_EQ(count, mm->vma_count);
	CHECK_EQ(pages, mm->total_pages);
}

__attribute__((unused)) static void fill_file(uint64_t pages)
{
	inode.size = (loff_t)(pages * 4096);
	for (uint64_t i = 0; i < pages; i++) {
		static char buf[4096];
		struct iovec iov;
		struct uio uio;

		memset(buf, (int)('a' + i), 4096);
		uio_init_kernel(&uio, &iov, buf, 4096);
		CHECK_EQ(pagecache_write(&inode.cache, &uio, (loff_t)(i * 4096)), 4096);
	}
}

__attribute__((unused)) static void empty_file(void)
{
	inode.size = 0;
	pagecache_truncate(&inode.cache, 0);
	CHECK_EQ(inode.cache.count, 0);
}

#endif
