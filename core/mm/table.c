// SPDX-License-Identifier: MIT
// The frames of page tables, for the HAL. A table comes back empty, so that it need not be cleared
// again: a few are kept.

#include "mm_internal.h"

#include <core/page.h>
#include <core/panic.h>
#include <core/rcu.h>
#include <core/spinlock.h>

#define CLEAN_TABLES 32u

static struct {
	struct spinlock lock;
	struct list list;   // [lock]
	unsigned int count; // [lock]
} clean = {.lock = SPINLOCK_INIT("clean page tables"), .list = LIST_INIT(clean.list)};

static struct page *take_clean(void)
{
	struct page *page = NULL;

	if (!READ_ONCE(clean.count))
		return NULL;
	spin_lock(&clean.lock);
	if (clean.count) {
		page = list_first(&clean.list, struct page, link);
		list_del(&page->link);
		clean.count--;
	}
	spin_unlock(&clean.lock);
	return page;
}

void table_drain(void)
{
	struct page *page;

	while ((page = take_clean())) {
		page_set_state(page, PAGE_TABLE, PAGE_KERNEL);
		page_free(page, 0);
	}
}

paddr_t core_table_alloc(void)
{
	struct page *page = take_clean();

	if (page)
		return page_pa(page);
	page = page_alloc(GFP_ATOMIC | GFP_ZERO, 0);
	if (!page)
		return 0;
	page_set_state(page, PAGE_KERNEL, PAGE_TABLE);
	return page_pa(page);
}

static void check_clean(__weak_unused const struct page *page)
{
#ifdef TERN_DEBUG
	const uint64_t *word = page_address(page);

	for (size_t i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i])
			panic("page table %#llx given back with entry %zu still %#llx",
			      (unsigned long long)page_pa(page), i, (unsigned long long)word[i]);
#endif
}

static void table_done(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu);
	bool keep = false;

	check_clean(page);
	spin_lock(&clean.lock);
	if (clean.count < CLEAN_TABLES) {
		list_add(&page->link, &clean.list);
		clean.count++;
		keep = true;
	}
	spin_unlock(&clean.lock);
	if (keep)
		return;
	page_set_state(page, PAGE_TABLE, PAGE_KERNEL);
	page_free(page, 0);
}

void core_table_free(paddr_t table)
{
	struct page *page = page_of(table);

	VERIFY(page->state == PAGE_TABLE);
	rcu_call(&page->rcu, table_done);
}
