// SPDX-License-Identifier: MIT
// Every range function of <hal/mmu.h>, written once over the ports' <hal_arch/pte.h>.
//
// A walk descends once per leaf table and then runs along its entries. Nothing is locked: an entry
// goes from empty to full by compare-and-exchange, is emptied by exchange (so that accessed and
// dirty bits which the hardware sets meanwhile are not lost) and is changed by
// compare-and-exchange. A table is published with release order after it was zeroed, and readers
// depend on its address. Tables are detached only by hal_free_tables() and pagetable_destroy(),
// whose callers exclude every other user of the range.
//
// A 2 MiB block (pageblock.c) is a leaf entry one level higher. What acts on all of it changes that
// entry, as if it were 512; what acts on a part splits it first.

#include <core/upcall.h>
#include <hal/user.h>

#include "pagetable_walk.h"

void pagetable_note_table(struct hal_space *space, hal_pte *slot)
{
	unsigned long number = __atomic_fetch_add(&space->tables, 1, __ATOMIC_RELAXED) - 1;

	if (number < HAL_SPACE_LISTED)
		space->listed[number] = slot;
	else
		__atomic_store_n(&space->unlisted, true, __ATOMIC_RELAXED);
}

// Put a new table into the empty slot, or find the one somebody else was faster to put there. 0: no
// memory.
// space NULL: the kernel's.
static __attribute__((noinline)) hal_pte new_table(hal_pte *slot, struct hal_space *space)
{
	paddr_t pa = core_table_alloc();
	hal_pte seen = 0;
	hal_pte entry;

	if (!pa)
		return 0;
	entry = space ? hal_pte_table(pa) : hal_pte_kernel_table(pa);
	if (!cas(slot, &seen, entry)) {
		core_table_free(pa);
		return seen;
	}
	if (space)
		pagetable_note_table(space, slot);
	return entry;
}

// Empty the slot of a table that was detached. The caller excludes new_table() in this space.
static void forget_table(struct hal_space *space, hal_pte *slot)
{
	unsigned long last = --space->tables - 1;

	__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
	if (space->unlisted)
		return;
	for (unsigned long i = 0; i < last; i++)
		if (space->listed[i] == slot)
			space->listed[i] = space->listed[last];
}

force_inline hal_pte *make_slot(paddr_t root, struct hal_space *space, vaddr_t va,
				unsigned int to_level)
{
	hal_pte *table = table_at(root);

	for (unsigned int level = hal_pte_levels() - 1; level > to_level; level--) {
		hal_pte *slot = &table[index_at(va, level)];
		hal_pte entry = load(slot);

		if (unlikely(!hal_pte_is_table(entry))) {
			entry = entry ? 0 : new_table(slot, space);
			if (!hal_pte_is_table(entry))
				return NULL;
		}
		table = table_at(hal_pte_pa(entry));
	}
	return &table[index_at(va, to_level)];
}

hal_pte *pagetable_make_slot(paddr_t root, struct hal_space *space, vaddr_t va, unsigned int level)
{
	return make_slot(root, space, va, level);
}

// As find_entry(), making the tables that are missing. NULL: no memory, or a block is in the way.
force_inline hal_pte *make_entry(paddr_t root, struct hal_space *space, vaddr_t va)
{
	return make_slot(root, space, va, 0);
}

static bool in_block(const struct hal_space *space, vaddr_t va)
{
	unsigned int level;

	return find_entry(space, va, &level) && level;
}

// ---- entering and changing single entries ----

int hal_map(struct hal_space *space, vaddr_t va, const paddr_t *frames, unsigned int count,
	    unsigned int bits, uint64_t *taken)
{
	hal_pte *entry = NULL;
	uint64_t filled = 0;
	int error = 0;

	for (unsigned int i = 0; i < count; i++, va += PAGE) {
		hal_pte seen = 0;

		if (!entry || !(va & (LEAF_SPAN - 1))) {
			entry = make_entry(space->root, space, va);
			if (unlikely(!entry)) {
				if (in_block(space, va))
					continue; // something is there
				error = -ENOMEM;
				break;
			}
		} else {
			entry++;
		}
		if (frames[i] && !load(entry) && cas(entry, &seen, hal_pte_make(frames[i], bits)))
			filled |= (uint64_t)1 << (i & 63);
	}
	hal_pte_published();
	if (taken)
		*taken = filled;
	return error;
}

int hal_replace(struct hal_tlb *tlb, const struct hal_entry *old, paddr_t pa, unsigned int bits)
{
	unsigned int level;
	hal_pte *entry = find_entry(tlb->space, old->va, &level);
	vaddr_t size = (vaddr_t)1 << level_shift(level), base = old->va & ~(size - 1);
	paddr_t offset = old->va - base;
	hal_pte new = make_at(level, pa - offset, bits);
	hal_pte seen;

	if (unlikely(!entry))
		return -EAGAIN;
	if (unlikely(level && pa != old->pa))
		panic("one page of a block is replaced at %#lx", old->va);
	seen = load(entry);
	for (;;) {
		if (unlikely(!seen || hal_pte_pa(seen) + offset != old->pa))
			return -EAGAIN;
		if (hal_pte_needs_break(seen, new)) {
			// In between the entry has no rights, but is not empty: nobody maps
			// something else there.
			hal_pte broken = hal_pte_make(hal_pte_pa(seen),
						      hal_pte_bits(seen) & ~HAL_PTE_RIGHTS);

			if (!cas(entry, &seen, broken))
				continue;
			hal_tlb_gather_range(tlb, old->va, old->va + PAGE);
			hal_tlb_flush(tlb);
			if (!cas(entry, &broken, new))
				return -EAGAIN;
			break;
		}
		if (cas(entry, &seen, new)) {
			if (hal_pte_needs_flush(seen, new))
				hal_tlb_gather_range(tlb, base, base + size);
			break;
		}
	}
	hal_pte_published();
	hal_pte_refresh(old->va);
	return 0;
}

bool hal_touch(struct hal_space *space, vaddr_t va, bool write)
{
	unsigned int need = write ? HAL_PTE_WRITE : HAL_PTE_READ | HAL_PTE_EXEC;
	unsigned int set = write ? HAL_PTE_YOUNG | HAL_PTE_DIRTY : HAL_PTE_YOUNG;
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);
	hal_pte seen;

	if (!entry)
		return false;
	seen = load(entry);
	do {
		if (!seen || !(hal_pte_bits(seen) & need))
			return false;
		if ((hal_pte_bits(seen) & set) == set)
			break;
	} while (!cas(entry, &seen, make_at(level, hal_pte_pa(seen), hal_pte_bits(seen) | set)));
	hal_pte_published();
	hal_pte_refresh(va);
	return true;
}

struct hal_entry hal_query(struct hal_space *space, vaddr_t va)
{
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);
	hal_pte seen = entry ? load(entry) : 0;

	if (likely(!level || !seen))
		return describe(va, seen);
	// Who looks without the lock may see the block become a table.
	return hal_pte_is_table(seen) ? (struct hal_entry){.va = va} : describe_part(va, seen);
}

struct hal_slot *hal_slot_find(struct hal_space *space, vaddr_t va)
{
	unsigned int level;
	hal_pte *entry = find_entry(space, va, &level);

	return (struct hal_slot *)(level ? NULL : entry);
}

struct hal_entry hal_slot_read(const struct hal_slot *slot, vaddr_t va)
{
	return describe(va, load((const hal_pte *)slot));
}

bool hal_slot_fill(struct hal_slot *slot, paddr_t frame, unsigned int bits)
{
	hal_pte seen = 0;

	if (!cas((hal_pte *)slot, &seen, hal_pte_make(frame, bits)))
		return false;
	hal_pte_published();
	return true;
}

// ---- ranges ----

unsigned int hal_scan(struct hal_space *space, vaddr_t *at, vaddr_t end, struct hal_entry *out,
		      unsigned int max)
{
	vaddr_t va = *at;
	unsigned int found = 0;

	while (va < end && found < max) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(space, va, end, &stop, &block);

		if (!entry) {
			for (; block && va < stop && found < max; va += PAGE)
				out[found++] = describe_part(va, load(block));
			if (!block)
				va = stop;
			continue;
		}
		entry += index_at(va, 0);
		while (found < max && (va = skip_empty(&entry, va, stop)) < stop) {
			hal_pte seen = load(entry++);

			if (seen)
				out[found++] = describe(va, seen);
			va += PAGE;
		}
	}
	*at = va;
	return found;
}

static __attribute__((noinline)) struct hal_entry unmap_block(struct hal_tlb *tlb, hal_pte *block,
							      vaddr_t va)
{
	hal_pte seen = __atomic_exchange_n(block, 0, __ATOMIC_RELAXED);

	if (hal_pte_hw_present(seen))
		hal_tlb_gather_range(tlb, va, va + LEAF_SPAN);
	block_gone(tlb->space);
	return describe_part(va, seen);
}

// Empties entries, all or only those without HAL_PTE_ANON.
force_inline unsigned int unmap(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end,
				struct hal_entry *out, unsigned int max, bool all)
{
	vaddr_t va = *at, first = end, last = 0;
	unsigned int found = 0;

	while (va < end && found < max) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(tlb->space, va, end, &stop, &block);

		if (!entry) {
			if (block && all && !whole_block(va, stop)) {
				block_split(tlb, block, va);
				continue;
			}
			if (block && all) {
				out[found++] = unmap_block(tlb, block, va);
				va = stop;
				break; // to free what it had is work enough
			}
			va = stop;
			continue;
		}
		entry += index_at(va, 0);
		for (; found < max && (va = skip_empty(&entry, va, stop)) < stop;
		     va += PAGE, entry++) {
			hal_pte seen;

			if (all) {
				seen = __atomic_exchange_n(entry, 0, __ATOMIC_RELAXED);
			} else {
				seen = load(entry);
				while (seen && !(hal_pte_bits(seen) & HAL_PTE_ANON) &&
				       !cas(entry, &seen, 0))
					;
				if (hal_pte_bits(seen) & HAL_PTE_ANON)
					continue;
			}
			if (!seen)
				continue;
			out[found++] = describe(va, seen);
			if (hal_pte_hw_present(seen)) {
				if (first == end)
					first = va;
				last = va + PAGE;
			}
		}
	}
	if (last)
		hal_tlb_gather_range(tlb, first, last);
	*at = va;
	return found;
}

unsigned int hal_unmap(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, struct hal_entry *out,
		       unsigned int max)
{
	return unmap(tlb, at, end, out, max, true);
}

unsigned int hal_unmap_cached(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, struct hal_entry *out,
			      unsigned int max)
{
	return unmap(tlb, at, end, out, max, false);
}

force_inline hal_pte with_rights(unsigned int level, hal_pte entry, unsigned int rights,
				 bool keep_write)
{
	unsigned int bits = hal_pte_bits(entry);

	if (!keep_write && !(bits & HAL_PTE_WRITE))
		rights &= ~HAL_PTE_WRITE;
	return make_at(level, hal_pte_pa(entry), (bits & ~HAL_PTE_RIGHTS) | rights);
}

static __attribute__((noinline)) void protect_block(struct hal_tlb *tlb, hal_pte *block, vaddr_t va,
						    unsigned int rights, bool keep_write)
{
	hal_pte seen = load(block), new;

	do {
		new = with_rights(1, seen, rights, keep_write);
	} while (seen != new && !cas(block, &seen, new));
	if (hal_pte_needs_flush(seen, new))
		hal_tlb_gather_range(tlb, va, va + LEAF_SPAN);
}

void hal_protect(struct hal_tlb *tlb, vaddr_t start, vaddr_t end, unsigned int rights,
		 bool keep_write)
{
	vaddr_t va = start, first = end, last = 0;

	while (va < end) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(tlb->space, va, end, &stop, &block);

		if (!entry) {
			if (unlikely(block) && !whole_block(va, stop)) {
				block_split(tlb, block, va);
				continue;
			}
			if (unlikely(block))
				protect_block(tlb, block, va, rights, keep_write);
			va = stop;
			continue;
		}
		entry += index_at(va, 0);
		for (; (va = skip_empty(&entry, va, stop)) < stop; va += PAGE, entry++) {
			hal_pte seen = load(entry), new;

			do {
				new = with_rights(0, seen, rights, keep_write);
			} while (seen && seen != new && !cas(entry, &seen, new));
			if (seen && hal_pte_needs_flush(seen, new)) {
				if (first == end)
					first = va;
				last = va + PAGE;
			}
		}
	}
	if (last)
		hal_tlb_gather_range(tlb, first, last);
	hal_pte_published();
}

int hal_copy(struct hal_tlb *parent_tlb, struct hal_space *child, vaddr_t *at, vaddr_t end,
	     struct hal_entry *out, unsigned int max, unsigned int *count)
{
	vaddr_t va = *at, first = end, last = 0;
	unsigned int found = 0;
	int error = 0;

	while (va < end && found < max) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(parent_tlb->space, va, end, &stop, &block);
		hal_pte *target =
			NULL; // the child's leaf table, looked for when it has something to hold

		if (!entry) {
			if (block)
				block_split(parent_tlb, block, va);
			else
				va = stop;
			continue;
		}
		entry += index_at(va, 0);
		for (; found < max && (va = skip_empty(&entry, va, stop)) < stop;
		     va += PAGE, entry++) {
			hal_pte seen = load(entry), new;
			unsigned int bits = hal_pte_bits(seen);

			if (!(bits & HAL_PTE_ANON))
				continue;
			if (!target) {
				target = make_entry(child->root, child, va);
				if (unlikely(!target)) {
					error = -ENOMEM;
					goto out;
				}
				target -= index_at(va, 0);
			}
			new = seen;
			if (bits & HAL_PTE_WRITE) {
				do {
					bits = hal_pte_bits(seen) & ~HAL_PTE_WRITE;
					new = hal_pte_make(hal_pte_pa(seen), bits);
				} while (!cas(entry, &seen, new));
				if (hal_pte_hw_present(seen)) {
					if (first == end)
						first = va;
					last = va + PAGE;
				}
			}
			__atomic_store_n(&target[index_at(va, 0)], new, __ATOMIC_RELAXED);
			out[found++] =
				(struct hal_entry){.va = va, .pa = hal_pte_pa(new), .bits = bits};
		}
	}
out:
	if (last)
		hal_tlb_gather_range(parent_tlb, first, last);
	hal_pte_published();
	*at = va;
	*count = found;
	return error;
}

// False: it has to go page by page.
static bool move_block(struct hal_tlb *tlb, hal_pte *block, vaddr_t from, vaddr_t to)
{
	hal_pte *target, seen;

	if (to & (LEAF_SPAN - 1))
		return false;
	target = make_slot(tlb->space->root, tlb->space, to, 1);
	if (!target || load(target))
		return false;
	seen = __atomic_exchange_n(block, 0, __ATOMIC_RELAXED);
	__atomic_store_n(target, seen, __ATOMIC_RELEASE);
	if (hal_pte_hw_present(seen))
		hal_tlb_gather_range(tlb, from, from + LEAF_SPAN);
	return true;
}

int hal_move(struct hal_tlb *tlb, vaddr_t from, vaddr_t to, size_t len, size_t *moved)
{
	vaddr_t va = from, end = from + len, first = end, last = 0;
	vaddr_t distance = to - from; // modulo 2^64
	int error = 0;

	while (va < end) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(tlb->space, va, end, &stop, &block);
		hal_pte *target = NULL;
		vaddr_t target_base = 0;

		if (!entry) {
			if (!block ||
			    (whole_block(va, stop) && move_block(tlb, block, va, va + distance)))
				va = stop;
			else
				block_split(tlb, block, va);
			continue;
		}
		entry += index_at(va, 0);
		for (; (va = skip_empty(&entry, va, stop)) < stop; va += PAGE, entry++) {
			vaddr_t there = va + distance;
			hal_pte seen;

			// The two leaf tables need not begin at the same place.
			if (!target || there - target_base >= LEAF_SPAN) {
				target = make_entry(tlb->space->root, tlb->space, there);
				if (unlikely(!target)) {
					error = -ENOMEM;
					goto out;
				}
				target -= index_at(there, 0);
				target_base = there & ~(LEAF_SPAN - 1);
			}
			seen = __atomic_exchange_n(entry, 0, __ATOMIC_RELAXED);
			__atomic_store_n(&target[index_at(there, 0)], seen, __ATOMIC_RELEASE);
			if (hal_pte_hw_present(seen)) {
				if (first == end)
					first = va;
				last = va + PAGE;
			}
		}
	}
out:
	if (last)
		hal_tlb_gather_range(tlb, first, last);
	hal_pte_published();
	*moved = va - from;
	return error;
}

unsigned int hal_age(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, bool clear_dirty,
		     struct hal_entry *out, unsigned int max)
{
	unsigned int clear = clear_dirty ? HAL_PTE_YOUNG | HAL_PTE_DIRTY : HAL_PTE_YOUNG;
	vaddr_t va = *at, first = end, last = 0;
	unsigned int found = 0;

	while (va < end && found < max) {
		vaddr_t stop;
		hal_pte *block, *entry = find_leaf(tlb->space, va, end, &stop, &block);

		if (!entry) {
			if (block)
				block_split(tlb, block, va);
			else
				va = stop;
			continue;
		}
		entry += index_at(va, 0);
		for (; found < max && (va = skip_empty(&entry, va, stop)) < stop;
		     va += PAGE, entry++) {
			hal_pte seen = load(entry), new;

			do {
				new = hal_pte_make(hal_pte_pa(seen), hal_pte_bits(seen) & ~clear);
			} while (seen && seen != new && !cas(entry, &seen, new));
			if (!seen || !(hal_pte_bits(seen) & (HAL_PTE_YOUNG | HAL_PTE_DIRTY)))
				continue;
			out[found++] = describe(va, seen);
			if (seen != new && hal_pte_hw_present(seen)) {
				if (first == end)
					first = va;
				last = va + PAGE;
			}
		}
	}
	if (last)
		hal_tlb_gather_range(tlb, first, last);
	*at = va;
	return found;
}

// ---- table pages ----

// Detach what lies below table (whose entries are of this level) wholly inside [floor, ceiling), in
// the slots that [start, end) touches. All of [floor, ceiling) is empty, and earlier unmappings may
// have left tables anywhere in it: below a slot one looks beyond start and end.
static void free_level(struct hal_tlb *tlb, hal_pte *table, unsigned int level, vaddr_t start,
		       vaddr_t end, vaddr_t floor, vaddr_t ceiling)
{
	vaddr_t span = (vaddr_t)1 << level_shift(level);
	vaddr_t next;

	for (vaddr_t va = start; va < end; va = next) {
		hal_pte *slot = &table[index_at(va, level)];
		hal_pte entry = load(slot);
		vaddr_t base = va & ~(span - 1);

		next = base + span;
		if (!entry || !hal_pte_is_table(entry))
			continue;
		if (level > 1)
			free_level(tlb, table_at(hal_pte_pa(entry)), level - 1,
				   base > floor ? base : floor, next < ceiling ? next : ceiling,
				   floor, ceiling);
		if (base < floor || next > ceiling)
			continue;
		forget_table(tlb->space, slot);
		hal_tlb_gather_range(tlb, base, next);
		hal_tlb_gather_table(tlb, hal_pte_pa(entry));
	}
}

void hal_free_tables(struct hal_tlb *tlb, vaddr_t start, vaddr_t end, vaddr_t floor,
		     vaddr_t ceiling)
{
	free_level(tlb, table_at(tlb->space->root), hal_pte_levels() - 1, start, end, floor,
		   ceiling);
}

static void destroy_level(hal_pte *table, unsigned int level, unsigned int entries)
{
	for (unsigned int i = 0; i < entries; i++) {
		hal_pte entry = table[i];

		if (!entry)
			continue;
		if (level > 1)
			destroy_level(table_at(hal_pte_pa(entry)), level - 1, ENTRIES);
		table[i] = 0;
		core_table_free(hal_pte_pa(entry));
	}
}

void pagetable_destroy(struct hal_space *space, unsigned int user_entries)
{
	// Most spaces have a dozen tables. Finding them without the list means looking at thousands
	// of empty entries.
	if (space->unlisted) {
		destroy_level(table_at(space->root), hal_pte_levels() - 1, user_entries);
	} else {
		for (unsigned long i = 0; i < space->tables - 1; i++) {
			hal_pte entry = *space->listed[i];

			*space->listed[i] = 0;
			core_table_free(hal_pte_pa(entry));
		}
	}
	hal_clear_page(table_at(space->root)); // the kernel's half
	core_table_free(space->root);
	space->root = 0;
	space->tables = 0;
}

size_t hal_space_table_bytes(const struct hal_space *space)
{
	unsigned long blocks = __atomic_load_n(&space->blocks, __ATOMIC_RELAXED);

	return (__atomic_load_n(&space->tables, __ATOMIC_RELAXED) + blocks) << HAL_PAGE_SHIFT;
}

// ---- the kernel's own mappings ----

int hal_kernel_map(vaddr_t va, paddr_t pa, size_t n, unsigned int rights, enum hal_memory_type type)
{
	vaddr_t start = va;
	hal_pte *entry = NULL;

	for (size_t done = 0; done < n; done += PAGE, va += PAGE) {
		if (!entry || !(va & (LEAF_SPAN - 1))) {
			entry = make_entry(hal_kernel_root(), NULL, va);
			if (!entry)
				return -ENOMEM;
		} else {
			entry++;
		}
		__atomic_store_n(entry, hal_pte_kernel(pa + done, rights, type), __ATOMIC_RELEASE);
	}
	hal_tlb_kernel_published(start, va);
	return 0;
}

void hal_kernel_unmap(vaddr_t va, size_t n)
{
	struct hal_space kernel = {.root = hal_kernel_root()};
	vaddr_t end = va + n;

	for (vaddr_t at = va, stop; at < end; at = stop) {
		hal_pte *block, *entry = find_leaf(&kernel, at, end, &stop, &block);

		if (!entry)
			continue;
		entry += index_at(at, 0);
		for (; at < stop; at += PAGE)
			__atomic_store_n(entry++, 0, __ATOMIC_RELAXED);
	}
	hal_tlb_flush_kernel(va, end);
}

paddr_t hal_kernel_query(vaddr_t va)
{
	struct hal_space kernel = {.root = hal_kernel_root()};
	unsigned int level;
	hal_pte *entry = find_entry(&kernel, va, &level);
	hal_pte seen = entry ? load(entry) : 0;

	return seen ? hal_pte_pa(seen) : 0;
}
