// SPDX-License-Identifier: MIT
// What acts on a range of entries: look through it, unmap, protect, copy for fork, move, age.
//
// A walk descends once per leaf table and then runs along its entries, whose changes follow the rules
// at the head of pagetable.c. What must be flushed is gathered as one stretch, from the first entry
// to the last that the hardware may hold; the caller flushes.
//
// A 2 MiB block (pageblock.c) is a leaf entry one level higher. What acts on all of it changes that
// entry, as if it were 512; what acts on a part splits it first.

#include "pagetable_walk.h"

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
