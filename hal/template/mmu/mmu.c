// SPDX-License-Identifier: MIT
// template: the kernel's page tables, address-space numbers, flushing. hal/common/
// pagetable*.c do the ranges.

#include <common/pagetable.h>
#include <core/upcall.h>
#include <hal_arch/pte.h>

#define ENOMEM 12

static paddr_t kernel_root;

paddr_t hal_kernel_root(void)
{
	return kernel_root;
}

int hal_space_init(struct hal_space *space)
{
	paddr_t root = core_table_alloc();

	if (!root)
		return -ENOMEM;
	// FILL IN: the kernel's top-level entries, where both halves share a root; an ASID.
	*space = (struct hal_space){.root = root, .tables = 1};
	return 0;
}

void hal_space_destroy(struct hal_space *space)
{
	pagetable_destroy(space, 256);
}

void hal_space_activate(struct hal_space *space)
{
	// FILL IN: note it for flushes from other CPUs before the root is loaded.
	(void)space;
}

void hal_tlb_begin(struct hal_tlb *tlb, struct hal_space *space)
{
	tlb->space = space;
	tlb->start = ~0ul;
	tlb->end = 0;
	tlb->table_count = 0;
}

void hal_tlb_flush(struct hal_tlb *tlb)
{
	// FILL IN: here and on every CPU that may hold entries, and wait; only then:
	for (unsigned int i = 0; i < tlb->table_count; i++)
		core_table_free(tlb->tables[i]);
	hal_tlb_begin(tlb, tlb->space);
}

void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table)
{
	if (tlb->table_count == HAL_TLB_TABLES)
		hal_tlb_flush(tlb);
	tlb->tables[tlb->table_count++] = table;
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

void hal_icache_sync(paddr_t pa, size_t n)
{
	(void)pa;
	(void)n;
}
