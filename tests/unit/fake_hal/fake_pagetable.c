// SPDX-License-Identifier: MIT
// The page tables of hal/common themselves over the host's pte.h, and the port's half: spaces and flushes. The
// kernel's mappings stay fake_hal.c's.

#define hal_kernel_map	 pagetable_kernel_map
#define hal_kernel_unmap pagetable_kernel_unmap
#define hal_kernel_query pagetable_kernel_query
#include "../../../hal/common/pageblock.c"
#include "../../../hal/common/pagetable.c"
#include "../../../hal/common/pagetable_range.c"

paddr_t hal_kernel_root(void)
{
	return 0;
}

void hal_tlb_kernel_published(vaddr_t start, vaddr_t end)
{
	(void)start;
	(void)end;
}

void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
	(void)start;
	(void)end;
}

int hal_space_init(struct hal_space *space)
{
	space->root = core_table_alloc();
	space->tables = 1;
	space->blocks = 0;
	space->spare = 0;
	space->unlisted = false;
	space->flushes = 0;
	return space->root ? 0 : -ENOMEM;
}

void hal_space_destroy(struct hal_space *space)
{
	pagetable_destroy(space, 256);
}

void hal_tlb_begin(struct hal_tlb *tlb, struct hal_space *space)
{
	tlb->space = space;
	tlb->start = ~0ul;
	tlb->end = 0;
	tlb->table_count = 0;
}

void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table)
{
	tlb->tables[tlb->table_count++] = table;
	if (tlb->table_count == HAL_TLB_TABLES)
		hal_tlb_flush(tlb);
}

void hal_tlb_flush(struct hal_tlb *tlb)
{
	if (tlb->start < tlb->end)
		tlb->space->flushes++;
	for (unsigned int i = 0; i < tlb->table_count; i++)
		core_table_free(tlb->tables[i]);
	hal_tlb_begin(tlb, tlb->space);
}
