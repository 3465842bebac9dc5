// SPDX-License-Identifier: MIT
// sources: core/lib/xarray.c tests/unit/fake_hal/fake_core.c

#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/lib/xarray.h>
#include <core/slab.h>

#include <stdlib.h>

__thread unsigned int fake_cpu;
__thread bool fake_irqs_off;
__thread void *fake_local;
__thread struct hal_thread *fake_thread;

static long nodes;
static long fail_after = -1;

void *kmalloc(size_t size, unsigned int gfp)
{
	(void)gfp;
	if (fail_after == 0)
		return NULL;
	if (fail_after > 0)
		fail_after--;
	nodes++;
	return calloc(1, size);
}

void kfree(const void *p)
{
	nodes--;
	free((void *)(uintptr_t)p);
}

static void *entry(uint64_t i)
{
	return (void *)(uintptr_t)((i + 1) << 4);
}

TEST(single_entry_needs_no_node)
{
	struct xarray x = XARRAY_INIT;

	CHECK_EQ(xarray_store(&x, 0, entry(7), GFP_KERNEL), 0);
	CHECK_EQ(nodes, 0);
	CHECK(xarray_load(&x, 0) == entry(7));
	CHECK(xarray_load(&x, 1) == NULL);
	CHECK(xarray_load(&x, UINT64_MAX) == NULL);
	CHECK(xarray_erase(&x, 0) == entry(7));
	CHECK(xarray_load(&x, 0) == NULL);
	CHECK(xarray_erase(&x, 0) == NULL);
}

TEST(grows_and_shrinks)
{
	static const uint64_t at[] = {
		0, 1, 63, 64, 4095, 4096, 1ull << 32, (1ull << 60) + 5, UINT64_MAX};
	struct xarray x = XARRAY_INIT;

	for (unsigned int i = 0; i < 9; i++)
		CHECK_EQ(xarray_store(&x, at[i], entry(i), GFP_KERNEL), 0);
	for (unsigned int i = 0; i < 9; i++)
		CHECK(xarray_load(&x, at[i]) == entry(i));
	CHECK(xarray_load(&x, 2) == NULL);
	for (unsigned int i = 0; i < 9; i++)
		CHECK(xarray_erase(&x, at[8 - i]) == entry(8 - i));
	fake_rcu_run();
	CHECK_EQ(nodes, 0);
	CHECK(x.root == NULL);
}

TEST(high_index_first)
{
	struct xarray x = XARRAY_INIT;

	CHECK_EQ(xarray_store(&x, UINT64_MAX, entry(1), GFP_KERNEL), 0);
	CHECK(xarray_load(&x, UINT64_MAX) == entry(1));
	CHECK(xarray_load(&x, 0) == NULL);
	CHECK(xarray_load(&x, UINT64_MAX - 64) == NULL);
	xarray_destroy(&x);
	fake_rcu_run();
	CHECK_EQ(nodes, 0);
}

TEST(find)
{
	struct xarray x = XARRAY_INIT;
	uint64_t index = 0;

	CHECK(xarray_find(&x, &index, UINT64_MAX) == NULL);
	CHECK_EQ(xarray_store(&x, 100, entry(100), GFP_KERNEL), 0);
	CHECK_EQ(xarray_store(&x, 70000, entry(70000), GFP_KERNEL), 0);
	CHECK_EQ(xarray_store(&x, UINT64_MAX, entry(3), GFP_KERNEL), 0);
	CHECK(xarray_find(&x, &index, UINT64_MAX) == entry(100));
	CHECK_EQ(index, 100);
	index = 101;
	CHECK(xarray_find(&x, &index, 69999) == NULL);
	CHECK(xarray_find(&x, &index, 70000) == entry(70000));
	CHECK_EQ(index, 70000);
	index = 70001;
	CHECK(xarray_find(&x, &index, UINT64_MAX - 1) == NULL);
	CHECK(xarray_find(&x, &index, UINT64_MAX) == entry(3));
	CHECK(index == UINT64_MAX);
	xarray_destroy(&x);
	fake_rcu_run();
	CHECK_EQ(nodes, 0);
}

TEST(free_index)
{
	struct xarray x = XARRAY_INIT;

	CHECK_EQ(xarray_free_index(&x, 3, 10), 3);
	for (uint64_t i = 0; i < 200; i++)
		CHECK_EQ(xarray_store(&x, i, entry(i), GFP_KERNEL), 0);
	CHECK_EQ(xarray_free_index(&x, 0, 1000), 200);
	CHECK(xarray_free_index(&x, 0, 199) == UINT64_MAX);
	CHECK(xarray_erase(&x, 64) == entry(64));
	CHECK_EQ(xarray_free_index(&x, 5, 1000), 64);
	CHECK_EQ(xarray_free_index(&x, 65, 1000), 200);
	xarray_destroy(&x);
	fake_rcu_run();
	CHECK_EQ(nodes, 0);
}

TEST(no_memory_leaves_it_whole)
{
	for (long n = 0; n < 12; n++) {
		struct xarray x = XARRAY_INIT;
		int error;

		CHECK_EQ(xarray_store(&x, 5, entry(5), GFP_KERNEL), 0);
		fail_after = n;
		error = xarray_store(&x, 1ull << 40, entry(9), GFP_KERNEL);
		fail_after = -1;
		CHECK(xarray_load(&x, 5) == entry(5));
		if (error) {
			CHECK_EQ(error, -12);
			CHECK(xarray_load(&x, 1ull << 40) == NULL);
		} else {
			CHECK(xarray_load(&x, 1ull << 40) == entry(9));
			xarray_erase(&x, 1ull << 40);
		}
		CHECK(xarray_erase(&x, 5) == entry(5));
		fake_rcu_run();
		CHECK_EQ(nodes, 0);
	}
}

TEST(random_against_a_table)
{
	static void *model[5000];
	struct xarray x = XARRAY_INIT;

	for (int step = 0; step < 200000; step++) {
		uint64_t i = test_random() % 5000;

		if (test_random() % 2) {
			void *p = entry(test_random() % 1000);

			CHECK_EQ(xarray_store(&x, i * 7, p, GFP_KERNEL), 0);
			model[i] = p;
		} else {
			CHECK(xarray_erase(&x, i * 7) == model[i]);
			model[i] = NULL;
		}
		if (step % 64 == 0) {
			uint64_t at = test_random() % 5000, index = at * 7;
			void *found = xarray_find(&x, &index, UINT64_MAX);

			while (at < 5000 && !model[at])
				at++;
			CHECK(found == (at < 5000 ? model[at] : NULL));
			if (found)
				CHECK_EQ(index, at * 7);
		}
	}
	for (uint64_t i = 0; i < 5000; i++) {
		CHECK(xarray_load(&x, i * 7) == model[i]);
		xarray_erase(&x, i * 7);
	}
	fake_rcu_run();
	CHECK_EQ(nodes, 0);
}

TEST(walking_in_order_finds_what_searching_finds)
{
	struct xarray x = XARRAY_INIT;
	const void *place = NULL;
	uint64_t at = 0, walked = 0;

	srand(5);
	for (unsigned int i = 0; i < 500; i++) {
		uint64_t index = (uint64_t)rand() % 5000;

		CHECK_EQ(xarray_store(&x, index, entry(index), GFP_KERNEL), 0);
	}
	for (;; at++, walked++) {
		void *found = xarray_find(&x, &at, 4900);

		CHECK(xarray_walk(&x, &place, &walked, 4900) == found);
		if (!found)
			break;
		CHECK_EQ(walked, at);
	}
	xarray_destroy(&x);
}
