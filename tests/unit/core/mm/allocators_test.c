// SPDX-License-Identifier: MIT
// Frames, slabs, vmalloc and kernel stacks over the fake machine.
// sources: core/mm/page.c core/mm/table.c core/mm/slab.c core/mm/vmalloc.c core/mm/kstack.c core/mm/reclaim.c
// sources: tests/unit/fake_hal/fake_hal.c tests/unit/fake_hal/fake_core.c

#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/mm.h>
#include <core/page.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>

#include <pthread.h>
#include <stdlib.h>

static struct thread thread;

bool oom_kill(const char *why)
{
	(void)why;
	return false;
}

bool signal_fatal_pending(void)
{
	return false;
}

__attribute__((constructor)) static void start(void)
{
	fake_hal_start();
	fake_thread = &thread.hal;
	page_init();
	slab_init();
}

static uint64_t settled(void)
{
	fake_rcu_run();
	slab_drain();
	return page_free_count();
}

static void check_counts(void)
{
	struct page_counts counts;
	uint64_t sum = 0;

	page_counts(&counts);
	for (unsigned int i = 0; i < PAGE_STATES; i++)
		sum += counts.by_state[i];
	CHECK_EQ(sum, page_end - page_first);
	CHECK_EQ(counts.free, page_free_count());
}

TEST(blocks_of_all_orders)
{
	uint64_t before = settled();

	for (unsigned int order = 0; order <= 10; order++) {
		struct page *page = page_alloc(GFP_KERNEL | GFP_ZERO, order);

		REQUIRE(page != NULL);
		CHECK_EQ(page_pa(page) & ((PAGE_SIZE << order) - 1), 0);
		CHECK_EQ(((char *)page_address(page))[(PAGE_SIZE << order) - 1], 0);
		CHECK_EQ(refcount_read(&page->refs), 1);
		page_free(page, order);
	}
	CHECK_EQ(settled(), before);
	check_counts();
}

TEST(everything_can_be_had_and_merges_again)
{
	uint64_t before = settled();
	static struct page *page[FAKE_RAM_SIZE / 4096];
	unsigned int n = 0;
	struct page *big;

	while ((page[n] = page_alloc(GFP_KERNEL | GFP_NORETRY, 0)))
		n++;
	CHECK(n > before - 200 && n < before);
	while ((page[n] = page_alloc(GFP_ATOMIC, 0))) // the reserve
		n++;
	CHECK_EQ(n, before);
	// Give back in a scrambled order.
	for (unsigned int i = n; i > 1; i--) {
		unsigned int j = (unsigned int)(test_random() % i);
		struct page *tmp = page[i - 1];

		page[i - 1] = page[j];
		page[j] = tmp;
	}
	while (n)
		page_put(page[--n]);
	CHECK_EQ(settled(), before);
	big = page_alloc(GFP_KERNEL, 10);
	CHECK(big != NULL);
	if (big)
		page_free(big, 10);
	check_counts();
}

TEST(double_free_is_named)
{
	struct page *page = page_alloc(GFP_KERNEL, 0);

	page_free(page, 0);
	CHECK_PANICS(page_free(page, 0), "belongs to \"free");
	CHECK_PANICS(page_put(page), "belongs to \"free");
	page = page_alloc(GFP_KERNEL, 0);
	page_set_state(page, PAGE_KERNEL, PAGE_SLAB);
	CHECK_PANICS(page_free(page, 0), "belongs to \"slab\"");
	CHECK_PANICS(page_set_state(page, PAGE_TABLE, PAGE_KERNEL), "not to \"page table\"");
	page_set_state(page, PAGE_SLAB, PAGE_KERNEL);
	page_free(page, 0);
}

TEST(write_after_free_is_found)
{
	struct page *page = page_alloc(GFP_KERNEL, 0);
	uint64_t *word = page_address(page), old;

	page_free(page, 0);
	old = word[5];
	word[5] = 1;
	CHECK_PANICS(page_alloc(GFP_KERNEL, 0), "was written to");
	word[5] = old;
	// Taken off the lists, not handed out: put it back.
	page_set_state(page, PAGE_FREE_CPU, PAGE_KERNEL);
	page->order = 0;
	refcount_set(&page->refs, 1);
	page_free(page, 0);
}

TEST(slab_objects)
{
	uint64_t before = settled();
	static void *object[3000];
	struct kcache *cache = kcache_create("test", 100, 0);

	for (unsigned int i = 0; i < 3000; i++) {
		object[i] = kcache_alloc(cache, GFP_KERNEL);
		REQUIRE(object[i] != NULL);
		memset(object[i], (int)i, 100);
	}
	for (unsigned int i = 0; i < 3000; i++) {
		CHECK_EQ(((unsigned char *)object[i])[99], i & 255);
		kcache_free(cache, object[i]);
	}
	CHECK(before - settled() <= 1); // the cache itself may have taken a frame
}

TEST(slab_misuse_is_found)
{
	struct kcache *cache = kcache_create("misused", 40, 0);
	char *p = kcache_alloc(cache, GFP_KERNEL);

	CHECK_PANICS(kcache_free(kcache_create("other", 40, 0), p), "is not an object");
	p[40] = 1;
	CHECK_PANICS(kcache_free(cache, p), "written past its end");
	p = kcache_alloc(cache, GFP_KERNEL);
	kcache_free(cache, p);
	CHECK_PANICS(kcache_free(cache, p), "freed twice");
	p[3] = 1;
	CHECK_PANICS(kcache_alloc(cache, GFP_KERNEL), "was written to");
	p = kmalloc(64, GFP_KERNEL);
	user_copy_check(p, 64);
	user_copy_check(p + 10, 54);
	CHECK_PANICS(user_copy_check(p + 10, 55), "crosses the end");
	kfree(p);
}

TEST(kmalloc_sizes_and_realloc)
{
	uint64_t before = settled();

	for (size_t n = 1; n < 100000; n += n / 7 + 1) {
		unsigned char *p = kzalloc(n, GFP_KERNEL), *q;

		REQUIRE(p != NULL);
		CHECK(ksize(p) >= n);
		CHECK_EQ(p[n - 1], 0);
		p[0] = 1;
		p[n - 1] = 42;
		q = krealloc(p, n * 2, GFP_KERNEL);
		REQUIRE(q != NULL);
		CHECK_EQ(q[n - 1], 42);
		kfree(q);
	}
	CHECK(kcalloc(SIZE_MAX / 2, 4, GFP_KERNEL) == NULL);
	kfree(NULL);
	CHECK_EQ(settled(), before);
	check_counts();
}

TEST(vmalloc_areas)
{
	uint64_t before = settled();
	char *a = vmalloc(100000), *b = vmalloc(4096), *c;

	REQUIRE(a && b);
	memset(a, 1, 100000);
	memset(b, 2, 4096);
	CHECK(b >= a + 102400 + 4096);
	vfree(a);
	fake_rcu_run();
	c = vmalloc(50000); // first fit: where a was
	CHECK(c == a);
	CHECK_EQ(b[4095], 2);
	CHECK(vmalloc(1ul << 40) == NULL);
	CHECK(vmalloc(FAKE_RAM_SIZE - 4096) == NULL); // fails half-way, gives all back
	kfree(c);
	kfree(b);
	CHECK_EQ(settled(), before);
}

TEST(kernel_stacks)
{
	uint64_t before;
	static char *stack[100];

	kstack_free(kstack_alloc());
	before = settled();
	for (unsigned int i = 0; i < 100; i++) {
		stack[i] = kstack_alloc();
		REQUIRE(stack[i] != NULL);
		CHECK((vaddr_t)stack[i] & HAL_STACK_SIZE);
		CHECK((vaddr_t)(stack[i] + HAL_STACK_SIZE - 1) & HAL_STACK_SIZE);
		memset(stack[i], 1, HAL_STACK_SIZE);
		CHECK_EQ(hal_kernel_query((vaddr_t)stack[i] - 1), 0);
	}
	for (unsigned int i = 0; i < 100; i++)
		kstack_free(stack[i]);
	fake_rcu_run(); // the trimmer
	CHECK(before - page_free_count() < 16 * 4);
	CHECK_EQ(settled(), before);
}

static void *hammer(void *arg)
{
	void *mine[200] = {0};
	uint64_t seed = (uintptr_t)arg * 7919 + 1;

	fake_cpu = (unsigned int)(uintptr_t)arg;
	fake_thread = &thread.hal;
	for (unsigned int i = 0; i < 100000; i++) {
		unsigned int slot;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		slot = (unsigned int)(seed >> 33) % 200;
		if (mine[slot]) {
			kfree(mine[slot]);
			mine[slot] = NULL;
		} else {
			mine[slot] = kmalloc((seed >> 45) % 5000, GFP_KERNEL);
			if (!mine[slot])
				abort();
		}
	}
	for (unsigned int i = 0; i < 200; i++)
		kfree(mine[i]);
	return NULL;
}

TEST(four_processors)
{
	pthread_t other[3];
	uint64_t before = settled();

	for (uintptr_t i = 0; i < 3; i++)
		REQUIRE(pthread_create(&other[i], NULL, hammer, (void *)(i + 1)) == 0);
	hammer((void *)0);
	for (unsigned int i = 0; i < 3; i++)
		pthread_join(other[i], NULL);
	CHECK_EQ(settled(), before);
	check_counts();
}

TEST(injected_failures)
{
	uint64_t before = settled();

	memory_fail_every(2);
	for (unsigned int i = 0; i < 100; i++) {
		char *p = kmalloc(i * 500, GFP_KERNEL);
		char *v = vmalloc(i * 100);

		kfree(p);
		kfree(v);
	}
	memory_fail_every(0);
	CHECK_EQ(settled(), before);
}
