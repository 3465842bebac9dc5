// SPDX-License-Identifier: MIT
// The page-table ranges against a model: an array of what every page of a few windows should say.
// sources: tests/unit/fake_hal/fake_hal.c tests/unit/fake_hal/fake_core.c
// sources: tests/unit/fake_hal/fake_pagetable.c core/mm/page.c core/mm/table.c core/mm/reclaim.c core/mm/slab.c
// sources: core/mm/vmalloc.c core/mm/kstack.c

#include "../../fake_hal/fake_hal.h"
#include "../../test.h"

#include <core/mm.h>
#include <core/page.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <hal/mmu.h>
#include <hal/user.h>

#include <stdlib.h>

#define PAGE 4096ul
#define ALL  (HAL_PTE_RIGHTS | HAL_PTE_YOUNG | HAL_PTE_DIRTY | HAL_PTE_ANON)

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

// Windows that cross table boundaries of every level, one after the other in the model.
#define WINDOW	1100
#define WINDOWS 3
#define PAGES	(WINDOW * WINDOWS)
static const vaddr_t bases[WINDOWS] = {0x10000, 0x7ffff00000 - 8 * PAGE, 0x40000000 - 300 * PAGE};

static struct hal_entry model[PAGES];

static vaddr_t va_of(unsigned int page)
{
	return bases[page / WINDOW] + page % WINDOW * PAGE;
}

static unsigned int pick(unsigned int n)
{
	return (unsigned int)rand() % n;
}

// A range within one window.
static unsigned int pick_range(unsigned int *count, unsigned int longest)
{
	unsigned int window = pick(WINDOWS), first = pick(WINDOW);

	*count = 1 + pick(longest);
	if (*count > WINDOW - first)
		*count = WINDOW - first;
	return window * WINDOW + first;
}

static void check_all(struct hal_space *space)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < PAGES; i++) {
		struct hal_entry e = hal_query(space, va_of(i));

		bad += e.pa != model[i].pa || (e.bits & ~HAL_PTE_BLOCK) != model[i].bits;
	}
	CHECK_EQ(bad, 0);
}

// The number of the first page of the aligned block that page lies in; it may be outside the window.
static unsigned int block_of(unsigned int page)
{
	return page - (unsigned int)(va_of(page) % HAL_BLOCK_SIZE / PAGE);
}

static struct hal_space space, child;
static paddr_t next_frame = 0x100000000;

static void map_some(void)
{
	unsigned int n, first = pick_range(&n, 64), bits = pick(ALL + 1);
	paddr_t frames[64];
	uint64_t taken = 0, want = 0;

	for (unsigned int i = 0; i < n; i++) {
		frames[i] = pick(4) ? next_frame += PAGE : 0;
		if (!frames[i] || model[first + i].pa)
			continue;
		want |= 1ull << i;
		model[first + i].pa = frames[i];
		model[first + i].bits = bits;
	}
	CHECK_EQ(hal_map(&space, va_of(first), frames, n, bits, &taken), 0);
	CHECK_EQ(taken, want);
}

// A block where nothing is; nothing where something is.
static void map_block(void)
{
	unsigned int window = pick(WINDOWS), bits = pick(ALL + 1), full = 0;
	vaddr_t va = (bases[window] + HAL_BLOCK_SIZE - 1) & ~(HAL_BLOCK_SIZE - 1);
	unsigned int first = window * WINDOW + (unsigned int)((va - bases[window]) / PAGE);
	struct hal_tlb tlb;

	for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++)
		full += model[first + i].pa != 0;
	if (full) {
		CHECK_EQ(hal_block_map(&space, va, HAL_BLOCK_SIZE, bits), -11);
		return;
	}
	hal_tlb_begin(&tlb, &space);
	hal_free_tables(&tlb, va, va + HAL_BLOCK_SIZE, va, va + HAL_BLOCK_SIZE);
	hal_tlb_flush(&tlb);
	next_frame = (next_frame + 2 * HAL_BLOCK_SIZE) & ~(HAL_BLOCK_SIZE - 1);
	CHECK_EQ(hal_block_map(&space, va, next_frame, bits), 0);
	for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++) {
		model[first + i].pa = next_frame + i * PAGE;
		model[first + i].bits = bits;
	}
	next_frame += HAL_BLOCK_SIZE;
}

static void unmap_some(struct hal_tlb *tlb)
{
	unsigned int n, first = pick_range(&n, 600), got, at_model = first;
	struct hal_entry out[16];
	vaddr_t at = va_of(first), end = at + n * PAGE;

	while ((got = hal_unmap(tlb, &at, end, out, 1 + pick(16)))) {
		for (unsigned int i = 0; i < got; i++, at_model++) {
			while (at_model < first + n && !model[at_model].pa)
				at_model++;
			REQUIRE(at_model < first + n);
			CHECK_EQ(out[i].va, va_of(at_model));
			CHECK_EQ(out[i].pa, model[at_model].pa);
			CHECK_EQ(out[i].bits & ~HAL_PTE_BLOCK, model[at_model].bits);
			if (out[i].bits & HAL_PTE_BLOCK) {
				CHECK_EQ(out[i].va % HAL_BLOCK_SIZE, 0);
				for (unsigned int p = 1; p < HAL_BLOCK_PAGES; p++) {
					CHECK_EQ(model[at_model].pa + PAGE, model[at_model + 1].pa);
					model[at_model++] = (struct hal_entry){0};
				}
			}
			model[at_model].pa = 0;
			model[at_model].bits = 0;
		}
	}
	CHECK_EQ(at, end);
	while (at_model < first + n)
		CHECK_EQ(model[at_model++].pa, 0);
}

static void protect_some(struct hal_tlb *tlb)
{
	unsigned int n, first = pick_range(&n, 600), rights = pick(8);
	bool keep = pick(2);

	hal_protect(tlb, va_of(first), va_of(first) + n * PAGE, rights, keep);
	for (unsigned int i = first; i < first + n; i++) {
		unsigned int give = rights;

		if (!model[i].pa)
			continue;
		if (!keep && !(model[i].bits & HAL_PTE_WRITE))
			give &= ~HAL_PTE_WRITE;
		model[i].bits = (model[i].bits & ~HAL_PTE_RIGHTS) | give;
	}
}

static void move_some(struct hal_tlb *tlb)
{
	unsigned int n, from = pick_range(&n, 200), to = pick_range(&(unsigned int){0}, 1);
	size_t moved = 0;

	if (to % WINDOW + n > WINDOW || (to < from + n && from < to + n))
		return;
	for (unsigned int i = 0; i < n; i++)
		if (model[to + i].pa)
			return;
	CHECK_EQ(hal_move(tlb, va_of(from), va_of(to), n * PAGE, &moved), 0);
	CHECK_EQ(moved, n * PAGE);
	for (unsigned int i = 0; i < n; i++) {
		model[to + i] = model[from + i];
		model[from + i] = (struct hal_entry){0};
	}
}

static void age_some(struct hal_tlb *tlb)
{
	unsigned int n, first = pick_range(&n, 600), got, seen = 0, want = 0;
	bool clear_dirty = pick(2);
	struct hal_entry out[16];
	vaddr_t at = va_of(first), end = at + n * PAGE;

	while ((got = hal_age(tlb, &at, end, clear_dirty, out, 16)))
		seen += got;
	for (unsigned int i = first; i < first + n; i++) {
		want += (model[i].bits & (HAL_PTE_YOUNG | HAL_PTE_DIRTY)) != 0;
		model[i].bits &= ~(HAL_PTE_YOUNG | (clear_dirty ? HAL_PTE_DIRTY : 0));
	}
	CHECK_EQ(seen, want);
}

static void change_one(struct hal_tlb *tlb)
{
	unsigned int page = pick(PAGES), bits = pick(ALL + 1);
	bool write = pick(2);
	struct hal_entry old = hal_query(&space, va_of(page));

	if (pick(2)) {
		unsigned int need = write ? HAL_PTE_WRITE : HAL_PTE_READ | HAL_PTE_EXEC;
		bool may = (model[page].bits & need) != 0;

		CHECK_EQ(hal_touch(&space, va_of(page), write), may);
		if (!may)
			return;
		bits = write ? HAL_PTE_YOUNG | HAL_PTE_DIRTY : HAL_PTE_YOUNG;
		model[page].bits |= bits;
		for (unsigned int i = 0; old.bits & HAL_PTE_BLOCK && i < HAL_BLOCK_PAGES; i++)
			model[block_of(page) + i].bits |= bits;
		return;
	}
	if (old.bits & HAL_PTE_BLOCK) { // all of it
		CHECK_EQ(hal_replace(tlb, &old, old.pa, bits), 0);
		for (unsigned int i = 0; i < HAL_BLOCK_PAGES; i++)
			model[block_of(page) + i].bits = bits;
		old.pa += PAGE;
		CHECK(hal_replace(tlb, &old, old.pa, bits) < 0);
		return;
	}
	if (!old.pa) {
		old.pa = PAGE;
		CHECK(hal_replace(tlb, &old, 2 * PAGE, bits) < 0);
		return;
	}
	next_frame += PAGE;
	old.bits ^= pick(2) ? HAL_PTE_ANON : HAL_PTE_WRITE; // came back as another's
	CHECK(hal_replace(tlb, &old, next_frame, bits) < 0);
	old = hal_query(&space, va_of(page));
	CHECK_EQ(hal_replace(tlb, &old, next_frame, bits), 0);
	CHECK(hal_replace(tlb, &old, PAGE, bits) < 0);
	model[page].pa = next_frame;
	model[page].bits = bits;
}

// Fork: what was ANON is in both, without WRITE.
static void copy_all(struct hal_tlb *tlb)
{
	unsigned int got, copied = 0, want = 0, bad = 0;
	struct hal_entry out[7];
	vaddr_t at = 0;

	REQUIRE(hal_space_init(&child) == 0);
	do {
		REQUIRE(hal_copy(tlb, &child, &at, hal_user_end(), out, 7, &got) == 0);
		copied += got;
	} while (got);
	for (unsigned int i = 0; i < PAGES; i++) {
		struct hal_entry e = hal_query(&child, va_of(i));

		if (model[i].bits & HAL_PTE_ANON) {
			want++;
			model[i].bits &= ~HAL_PTE_WRITE;
			bad += e.pa != model[i].pa || e.bits != model[i].bits;
		} else {
			bad += e.pa || e.bits;
		}
	}
	CHECK_EQ(copied, want);
	CHECK_EQ(bad, 0);
	hal_space_destroy(&child);
}

TEST(model)
{
	struct hal_tlb tlb;

	srand(1);
	REQUIRE(hal_space_init(&space) == 0);
	hal_tlb_begin(&tlb, &space);
	for (unsigned int i = 0; i < 20000; i++) {
		switch (pick(17)) {
		case 0:
			unmap_some(&tlb);
			break;
		case 1:
			protect_some(&tlb);
			break;
		case 2:
			move_some(&tlb);
			break;
		case 3:
			age_some(&tlb);
			break;
		case 4:
		case 5:
			change_one(&tlb);
			break;
		case 6:
			map_block();
			break;
		default:
			map_some();
		}
		if (i % 500 == 0) {
			copy_all(&tlb);
			check_all(&space);
		}
	}
	check_all(&space);
	hal_tlb_flush(&tlb);
}

static unsigned int is_block(struct hal_space *in, vaddr_t va)
{
	return (hal_query(in, va).bits & HAL_PTE_BLOCK) != 0;
}

// What acts on a whole block keeps it; what acts on a part splits it, and every page says the same.
TEST(blocks)
{
	const vaddr_t a = 0x40000000, b = a + HAL_BLOCK_SIZE, c = 0x80000000;
	struct hal_entry out[8];
	struct hal_space one;
	struct hal_tlb tlb;
	vaddr_t at = b;
	size_t moved;

	REQUIRE(hal_space_init(&one) == 0);
	hal_tlb_begin(&tlb, &one);
	CHECK_EQ(hal_block_map(&one, a, 0x10000000, ALL), 0);
	CHECK_EQ(hal_block_map(&one, b, 0x20000000, ALL), 0);
	CHECK_EQ(hal_block_map(&one, b, 0x30000000, ALL), -11);
	CHECK_EQ(hal_block_count(), 2);
	// root, two tables below it, and a page set aside for each block
	CHECK_EQ(hal_space_table_bytes(&one), 5 * PAGE);
	CHECK(hal_slot_find(&one, a) == NULL);
	CHECK_EQ(hal_map(&one, a + PAGE, &(paddr_t){PAGE}, 1, ALL, NULL), 0);
	CHECK_EQ(hal_query(&one, a + PAGE).pa, 0x10000000 + PAGE);

	// all of it
	hal_protect(&tlb, a, b, HAL_PTE_READ, false);
	CHECK_EQ(is_block(&one, a), 1);
	CHECK_EQ(hal_query(&one, b - PAGE).bits & HAL_PTE_RIGHTS, HAL_PTE_READ);
	CHECK_EQ(hal_touch(&one, a, true), false);
	CHECK_EQ(hal_move(&tlb, a, c, HAL_BLOCK_SIZE, &moved), 0);
	CHECK_EQ(moved, HAL_BLOCK_SIZE);
	CHECK_EQ(is_block(&one, c), 1);
	CHECK_EQ(hal_query(&one, a).pa, 0);
	CHECK_EQ(hal_query(&one, c + 7 * PAGE).pa, 0x10000000 + 7 * PAGE);
	CHECK_EQ(hal_unmap_cached(&tlb, &at, b + HAL_BLOCK_SIZE, out, 8), 0);
	CHECK_EQ(is_block(&one, b), 1);
	at = 0;
	CHECK_EQ(hal_unmap(&tlb, &at, b + HAL_BLOCK_SIZE, out, 8), 1);
	CHECK_EQ(out[0].va, b);
	CHECK_EQ(out[0].pa, 0x20000000);
	CHECK_EQ(out[0].bits, ALL | HAL_PTE_BLOCK);
	CHECK_EQ(hal_block_count(), 1);

	// a part
	CHECK_EQ(hal_move(&tlb, c + PAGE, a, PAGE, &moved), 0);
	CHECK_EQ(is_block(&one, c), 0);
	CHECK_EQ(hal_block_count(), 0);
	CHECK_EQ(hal_query(&one, a).pa, 0x10000000 + PAGE);
	CHECK_EQ(hal_query(&one, c + PAGE).pa, 0);
	CHECK_EQ(hal_query(&one, c + 511 * PAGE).pa, 0x10000000 + 511 * PAGE);
	CHECK_EQ(hal_query(&one, c).bits, ALL & ~(HAL_PTE_WRITE | HAL_PTE_EXEC));

	at = 0;
	while (hal_unmap(&tlb, &at, hal_user_end(), out, 8))
		;
	hal_tlb_flush(&tlb);
	hal_space_destroy(&one);
}

// A small unmapping leaves its table; freeing the range beside it later takes the table too, and
// does not only lose the one above.
TEST(tables_left_beside)
{
	static const vaddr_t pages[] = {0x40000000, 0x40200000};
	paddr_t frames[] = {0x1000, 0x2000};
	struct hal_entry out[4];
	struct hal_space two;
	struct hal_tlb tlb;
	vaddr_t at = 0;

	CHECK_EQ(hal_space_init(&two), 0);
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(hal_map(&two, pages[i], &frames[i], 1, HAL_PTE_READ, NULL), 0);
	CHECK_EQ(hal_space_table_bytes(&two), 5 * PAGE);
	hal_tlb_begin(&tlb, &two);
	CHECK_EQ(hal_unmap(&tlb, &at, hal_user_end(), out, 4), 2);
	hal_free_tables(&tlb, pages[1], pages[1] + PAGE, 0, hal_user_end());
	hal_tlb_flush(&tlb);
	CHECK_EQ(hal_space_table_bytes(&two), PAGE);
	hal_space_destroy(&two);
}

TEST(tables)
{
	struct hal_entry out[32];
	struct hal_tlb tlb;
	vaddr_t at = 0;
	size_t before = hal_space_table_bytes(&space);

	hal_tlb_begin(&tlb, &space);
	while (hal_unmap(&tlb, &at, hal_user_end(), out, 32))
		;
	CHECK_EQ(hal_space_table_bytes(&space), before);
	// Bounds in the middle of what a leaf table maps keep it.
	hal_free_tables(&tlb, 0x10000, 0x20000, 0x10000, 0x20000);
	CHECK_EQ(hal_space_table_bytes(&space), before);
	hal_free_tables(&tlb, 0x10000, 0x20000, 0, 0x200000);
	CHECK_EQ(hal_space_table_bytes(&space), before - PAGE);
	hal_free_tables(&tlb, 0, hal_user_end(), 0, hal_user_end());
	CHECK_EQ(hal_space_table_bytes(&space), PAGE);
	hal_tlb_flush(&tlb);
	hal_space_destroy(&space);
}
