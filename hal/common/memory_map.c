// SPDX-License-Identifier: MIT
// The table of memory regions while boot code builds it: sorted, page-aligned, never overlapping.
//
// Every change goes through overlay(): it copies the table, cutting the regions that the new one
// covers, and merges neighbours of one kind.

#include <common/memory_map.h>
#include <core/lib/string.h>

#define PAGE ((paddr_t)4096)

// Boot is single-threaded; the copy is too large for a stack.
static struct hal_mem_region scratch[HAL_MEM_REGIONS_MAX];
static unsigned int scratch_count;

static void append(paddr_t base, paddr_t end, enum hal_mem_kind kind)
{
	if (base >= end)
		return;
	if (scratch_count) {
		struct hal_mem_region *last = &scratch[scratch_count - 1];

		if (last->kind == kind && last->base + last->size == base) {
			last->size += end - base;
			return;
		}
	}
	if (scratch_count == HAL_MEM_REGIONS_MAX)
		hal_boot_fail("the memory map has too many regions");
	scratch[scratch_count++] = (struct hal_mem_region){base, end - base, kind};
}

// A hole takes any kind (unless only_ram); an overlap is decided by the order of enum hal_mem_kind.
static void overlay(struct hal_boot_info *info, paddr_t base, paddr_t end, enum hal_mem_kind kind,
		    bool only_ram)
{
	static const unsigned char strength[] = {
		[HAL_MEM_RAM] = 0,    [HAL_MEM_BOOT] = 1,     [HAL_MEM_INITRD] = 2,
		[HAL_MEM_KERNEL] = 3, [HAL_MEM_RESERVED] = 4,
	};
	paddr_t at = base; // what of the new region is not yet in the table

	scratch_count = 0;
	for (unsigned int i = 0; i < info->region_count; i++) {
		struct hal_mem_region r = info->regions[i];
		paddr_t r_end = r.base + r.size;

		if (r_end <= at || r.base >= end) {
			if (r.base >= end && at < end) {
				if (!only_ram)
					append(at, end, kind);
				at = end;
			}
			append(r.base, r_end, r.kind);
			continue;
		}
		if (at < r.base) {
			if (!only_ram)
				append(at, r.base, kind);
			at = r.base;
		}
		append(r.base, at, r.kind);
		paddr_t stop = r_end < end ? r_end : end;
		append(at, stop, strength[kind] > strength[r.kind] ? kind : r.kind);
		append(stop, r_end, r.kind);
		at = stop;
	}
	if (at < end && !only_ram)
		append(at, end, kind);
	memcpy(info->regions, scratch, scratch_count * sizeof(scratch[0]));
	info->region_count = scratch_count;
}

void memory_map_add(struct hal_boot_info *info, paddr_t base, uint64_t size)
{
	paddr_t end;

	if (__builtin_add_overflow(base, size, &end))
		end = ~(paddr_t)0;
	base = (base + PAGE - 1) & ~(PAGE - 1);
	end &= ~(PAGE - 1);
	if (base < end)
		overlay(info, base, end, HAL_MEM_RAM, false);
}

void memory_map_claim(struct hal_boot_info *info, paddr_t base, uint64_t size,
		      enum hal_mem_kind kind, bool only_ram)
{
	paddr_t end;

	if (!size)
		return;
	if (__builtin_add_overflow(base, size, &end) || end > ~(PAGE - 1))
		end = ~(PAGE - 1);
	base &= ~(PAGE - 1);
	end = (end + PAGE - 1) & ~(PAGE - 1);
	if (base < end)
		overlay(info, base, end, kind, only_ram);
}

paddr_t memory_map_find(const struct hal_boot_info *info, uint64_t size, uint64_t align,
			paddr_t from, paddr_t end)
{
	for (unsigned int i = 0; i < info->region_count; i++) {
		const struct hal_mem_region *r = &info->regions[i];
		paddr_t at = r->base > from ? r->base : from;
		paddr_t stop = r->base + r->size < end ? r->base + r->size : end;

		at = (at + align - 1) & ~(align - 1);
		if (r->kind == HAL_MEM_RAM && at < stop && stop - at >= size)
			return at;
	}
	return 0;
}
