// SPDX-License-Identifier: MIT
// Memory on the real machine: allocators hammered by all processors, address spaces through the
// hardware's page tables, and TLB coherence of mprotect and munmap while others write. Every test
// leaves as many free frames as it found.

#include <core/init.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/rcu.h>
#include <core/sched.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/time.h>
#include <core/uio.h>

#define RW (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define CHECK(x)                                      \
	do {                                          \
		if (!(x))                             \
			return __FILE_NAME__ ": " #x; \
	} while (0)

static uint64_t settled(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		rcu_barrier();
		slab_drain();
	}
	return page_free_count();
}

// ---- crews: the same work on every processor ----

static unsigned int crew_left;	   // atomic
static unsigned int crew_failures; // atomic

static void crew_done(bool fine)
{
	if (!fine)
		__atomic_fetch_add(&crew_failures, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&crew_left, 1, __ATOMIC_RELEASE);
}

static bool crew_run(void (*work)(void *), void *arg)
{
	unsigned int n = sched_cpu_count() + 1;

	WRITE_ONCE(crew_failures, 0);
	store_release(&crew_left, n);
	for (unsigned int i = 0; i < n; i++)
		kthread_start("mm_test", work, arg);
	while (load_acquire(&crew_left))
		if (sched_sleep_until(clock_monotonic() + 2 * NSEC_PER_MSEC,
				      THREAD_UNINTERRUPTIBLE))
			break;
	// Their stacks and structures come back after they have left.
	if (sched_sleep_until(clock_monotonic() + 20 * NSEC_PER_MSEC, THREAD_UNINTERRUPTIBLE))
		return false;
	return READ_ONCE(crew_failures) == 0;
}

// ---- allocators ----

static void hammer(void *arg)
{
	static unsigned int next_seed;
	uint64_t seed = __atomic_add_fetch(&next_seed, 7919, __ATOMIC_RELAXED);
	unsigned char **mine = kcalloc(64, sizeof(*mine), GFP_KERNEL);
	bool fine = mine;

	(void)arg;
	for (unsigned int i = 0; fine && i < 20000; i++) {
		unsigned int slot = (unsigned int)(seed >> 33) % 64;
		unsigned char tag = (unsigned char)((unsigned long)mine[slot] >> 6);

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		if (mine[slot]) {
			fine = mine[slot][0] == tag && mine[slot][15] == tag;
			kfree(mine[slot]);
			mine[slot] = NULL;
		} else {
			mine[slot] = kmalloc(16 + (seed >> 45) % 6000, GFP_KERNEL);
			if (mine[slot]) {
				tag = (unsigned char)((unsigned long)mine[slot] >> 6);
				mine[slot][0] = mine[slot][15] = tag;
			}
		}
		if (i % 64 == 0)
			resched_point();
	}
	for (unsigned int i = 0; mine && i < 64; i++)
		kfree(mine[i]);
	kfree(mine);
	crew_done(fine);
}

static const char *test_allocators(void)
{
	uint64_t before;

	CHECK(crew_run(hammer, NULL)); // the first round fills caches that stay
	before = settled();
	CHECK(crew_run(hammer, NULL));
	CHECK(settled() == before);
	return NULL;
}

static const char *test_vmalloc(void)
{
	uint64_t before;

	// Half of all memory again and again: what was freed is waited for when it is missed.
	for (unsigned int i = 0; i < 4; i++) {
		char *p = vmalloc(page_free_count() / 2 << PAGE_SHIFT);

		CHECK(p);
		vfree(p);
		p = vmalloc(page_total() / 2 << PAGE_SHIFT);
		CHECK(p);
		vfree(p);
	}
	vfree(vmalloc(1 << 20)); // kernel page tables stay
	before = settled();
	for (unsigned int i = 0; i < 20; i++) {
		char *p = vmalloc(100000 + i * 5000);

		CHECK(p);
		memset(p, (int)i, 100000);
		CHECK(p[99999] == (char)i);
		vfree(p);
		rcu_barrier(); // so that the next lies at the same place, under the same page
			       // tables
	}
	CHECK(settled() == before);
	return NULL;
}

// ---- address spaces ----

#define USED 8192

static const char *use_space(struct mm *mm, uint8_t *buf, uint8_t *back)
{
	vaddr_t at = 0;
	struct mm *child;

	CHECK(mm_map(mm, &at, 64 * PAGE_SIZE, RW, 0, NULL, 0) == 0);
	memset(buf, 0x5a, USED);
	CHECK(copy_from_user(back, at + 5, 100) == 0 && back[0] == 0 && back[99] == 0);
	CHECK(copy_to_user(at + 100, buf, USED) == 0);
	CHECK(copy_from_user(back, at + 100, USED) == 0);
	CHECK(memcmp(buf, back, USED) == 0);
	CHECK(mm->anon_pages == 3);
	CHECK(mm_protect(mm, at, PAGE_SIZE, VM_READ) == 0);
	CHECK(hal_copy_to_user(hal_user_ptr(void, at + PAGE_SIZE - 10), buf, 20) == 20);
	CHECK(hal_copy_to_user(hal_user_ptr(void, at + 2 * PAGE_SIZE - 10), buf, 20) == 0);
	CHECK(mm_protect(mm, at, PAGE_SIZE, VM_READ | VM_WRITE) == 0);
	CHECK(copy_to_user(at, "first", 5) == 0);

	CHECK(mm_fork(mm, &child) == 0);
	CHECK(copy_to_user(at, "FIRST", 5) == 0);
	CHECK(mm_access(child, at, back, 5, false, false) == 5 && memcmp(back, "first", 5) == 0);
	CHECK(mm_access(child, at, (void *)(uintptr_t)"child", 5, true, false) == 5);
	CHECK(copy_from_user(back, at, 5) == 0 && memcmp(back, "FIRST", 5) == 0);
	mm_put_user(child);

	CHECK(mm_unmap(mm, at + PAGE_SIZE, PAGE_SIZE) == 0);
	CHECK(hal_copy_from_user(back, hal_user_ptr(const void, at + PAGE_SIZE - 4), 8) == 4);
	CHECK(hal_copy_from_user(back, hal_user_ptr(const void, ~0ul - 4), 8) == 8);
	CHECK(hal_copy_from_user(back, hal_user_ptr(const void, 0), 8) == 8);
	return NULL;
}

static const char *test_space(void)
{
	const char *wrong = NULL;
	uint64_t before = 0;
	uint8_t *buf = kmalloc(2 * USED, GFP_KERNEL);

	CHECK(buf);
	for (unsigned int i = 0; i < 2 && !wrong; i++) { // once to fill caches
		struct mm *mm = mm_create();

		CHECK(mm);
		mm_layout(mm, 8 << 20, true);
		before = i ? before : 0;
		mm_switch(mm);
		wrong = use_space(mm, buf, buf + USED);
		mm_switch(NULL);
		if (i)
			CHECK(settled() == before);
		before = settled();
	}
	kfree(buf);
	return wrong;
}

// ---- coherence ----

static struct {
	struct mm *mm;
	vaddr_t at;
	bool stop;
	unsigned int writers; // atomic
} shared;

// Writes growing numbers into the shared page, as long as that is allowed.
static void writer(void *arg)
{
	uint64_t value = 0;

	(void)arg;
	mm_get_user(shared.mm);
	mm_switch(shared.mm);
	while (!READ_ONCE(shared.stop)) {
		value++;
		(void)!copy_to_user(shared.at, &value, sizeof(value));
		if (value % 16 == 0)
			resched_point();
	}
	mm_switch(NULL);
	crew_done(true);
}

static const char *watch(void)
{
	struct mm *mm = shared.mm;
	uint64_t one, two;

	for (unsigned int i = 0; i < 60; i++) {
		CHECK(mm_protect(mm, shared.at, PAGE_SIZE, VM_READ) == 0);
		// From here on no processor may write any more.
		CHECK(mm_access(mm, shared.at, &one, sizeof(one), false, false) == sizeof(one));
		for (unsigned int spin = 0; spin < 2000; spin++)
			hal_cpu_relax();
		CHECK(mm_access(mm, shared.at, &two, sizeof(two), false, false) == sizeof(two));
		CHECK(one == two);
		CHECK(mm_protect(mm, shared.at, PAGE_SIZE, VM_READ | VM_WRITE) == 0);
		if (i % 3 == 0) { // the frame goes away under the writers; a stale entry would
				  // write into a free frame
			vaddr_t again = shared.at;

			CHECK(mm_unmap(mm, shared.at, PAGE_SIZE) == 0);
			CHECK(mm_map(mm, &again, PAGE_SIZE, RW, MM_FIXED, NULL, 0) == 0);
		}
		if (i % 7 == 0) {
			struct mm *child;
			uint64_t seen, later;

			CHECK(mm_fork(mm, &child) == 0);
			CHECK(mm_access(child, shared.at, &seen, sizeof(seen), false, false) ==
			      sizeof(seen));
			for (unsigned int spin = 0; spin < 2000; spin++)
				hal_cpu_relax();
			CHECK(mm_access(child, shared.at, &later, sizeof(later), false, false) ==
			      sizeof(later));
			mm_put_user(child);
			CHECK(seen == later);
		}
		resched_point();
	}
	return NULL;
}

static const char *test_coherence(void)
{
	const char *wrong;
	unsigned int n = MAX(sched_cpu_count() - 1, 1u);

	shared.mm = mm_create();
	CHECK(shared.mm);
	mm_layout(shared.mm, 8 << 20, true);
	shared.at = 0;
	CHECK(mm_map(shared.mm, &shared.at, PAGE_SIZE, RW, 0, NULL, 0) == 0);
	WRITE_ONCE(shared.stop, false);
	store_release(&crew_left, n);
	for (unsigned int i = 0; i < n; i++)
		kthread_start("mm_test", writer, NULL);
	wrong = watch();
	WRITE_ONCE(shared.stop, true);
	while (load_acquire(&crew_left))
		if (sched_sleep_until(clock_monotonic() + NSEC_PER_MSEC, THREAD_UNINTERRUPTIBLE))
			break;
	mm_put_user(shared.mm);
	return wrong;
}

SELFTEST("mm.allocators", test_allocators);
SELFTEST("mm.vmalloc", test_vmalloc);
SELFTEST("mm.space", test_space);
SELFTEST("mm.coherence", test_coherence);
