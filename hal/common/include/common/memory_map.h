/* SPDX-License-Identifier: MIT */
/* common/memory_map.h - keeps hal_boot_info.regions sorted, page-aligned and free of overlaps while
 * boot code fills it. */
#ifndef HAL_COMMON_MEMORY_MAP_H
#define HAL_COMMON_MEMORY_MAP_H

#include <hal/boot.h>

/* [base, base + size) is RAM: rounded inwards; only parts that no earlier call named change. Boot
 * only. */
void memory_map_add(struct hal_boot_info *info, paddr_t base, uint64_t size);

/*
 * [base, base + size) is of this kind: rounded outwards. RAM below it is split; where kinds
 * overlap, RESERVED wins over KERNEL, KERNEL over INITRD, INITRD over BOOT, BOOT over RAM. With
 * only_ram, parts that are not RAM at present are left out (so that reservations of device memory
 * do not fill the table). hal_boot_fail() when the table is full. Boot only.
 */
void memory_map_claim(struct hal_boot_info *info, paddr_t base, uint64_t size,
		      enum hal_mem_kind kind, bool only_ram);

/* Lowest aligned address of size free bytes (kind RAM) at or above from and below end; 0 when there
 * is none. align: a power of two. */
paddr_t memory_map_find(const struct hal_boot_info *info, uint64_t size, uint64_t align,
			paddr_t from, paddr_t end);

#endif
