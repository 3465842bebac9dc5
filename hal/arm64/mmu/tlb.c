// SPDX-License-Identifier: MIT
// ASIDs and flushing.
//
// A space's asid is a generation (upper bits) and a number. When the numbers run out the generation
// goes up, and only what is in some TTBR0 at that moment keeps its number. Activation of a space of
// the present generation takes no lock: it publishes the asid in cpu->asid and looks at the
// generation again, while the one who changes the generation looks at cpu->asid after; one of them
// sees the other. What is published is always of the generation that its CPU has seen last: an
// older number may be another's.
//
// A CPU's first activation in a generation flushes its TLB, with no table in TTBR0. Before that it
// may still walk, and cache, by numbers that have been given out anew.
//
// TLB invalidation is by broadcast instructions; no IPI.

#include <arm64/cpu.h>
#include <common/lock.h>
#include <common/pagetable.h>
#include <core/lib/string.h>
#include <core/upcall.h>
#include <hal_arch/pte.h>

#define ENOMEM 12

#define ASID_BITS_MAX  16
#define GENERATION_ONE (1ull << ASID_BITS_MAX)
#define ASID_OF(asid)  ((asid) & (GENERATION_ONE - 1))

#define FLUSH_PAGES_MAX 64 // above this the whole ASID goes

extern char arm_no_table[];

static struct {
	uint64_t generation; // atomic; changes under lock
	struct hal_lock lock;
	unsigned int count, next; // [lock] how many ASIDs, where to look for a free one
	uint64_t used[(1u << ASID_BITS_MAX) / 64]; // [lock] 0 is the kernel's
} asids = {.generation = GENERATION_ONE, .next = 1};

void arm_tlb_init(void)
{
	asids.count = id_field(read_sysreg(id_aa64mmfr0_el1), 4) == 2 ? 1u << 16 : 1u << 8;
}

static bool same_generation(uint64_t a, uint64_t b)
{
	return !((a ^ b) >> ASID_BITS_MAX);
}

static void mark_used(uint64_t asid)
{
	asids.used[ASID_OF(asid) / 64] |= 1ull << (asid & 63);
}

static uint64_t find_free(void)
{
	for (; asids.next < asids.count; asids.next++)
		if (!(asids.used[asids.next / 64] >> (asids.next & 63) & 1))
			return asids.next++;
	return 0;
}

// The lock is held.
static void next_generation(void)
{
	uint64_t ended = asids.generation;

	__atomic_store_n(&asids.generation, ended + GENERATION_ONE, __ATOMIC_SEQ_CST);
	memset(asids.used, 0, asids.count / 8);
	for (unsigned int i = 0; i < arm_boot_info.cpu_count; i++) {
		struct hal_cpu *cpu = &arm_cpus[i];
		uint64_t asid = __atomic_load_n(&cpu->asid, __ATOMIC_SEQ_CST);

		// Who has not switched in it still has what he kept when it began.
		if (same_generation(asid, ended))
			cpu->asid_kept = asid;
		mark_used(cpu->asid_kept);
	}
	asids.next = 1;
}

static void no_table(void)
{
	write_sysreg(ttbr0_el1, hal_virt_to_phys(arm_no_table));
	isb();
}

static void load_table(struct hal_space *space, struct hal_cpu *cpu, uint64_t asid)
{
	write_sysreg(ttbr0_el1, space->root | asid << 48);
	isb();
	// Only now may the tables of the space before be freed.
	__atomic_store_n(&cpu->space, space, __ATOMIC_RELEASE);
}

// With an asid of the present generation, in cpu->asid as well.
static __attribute__((noinline)) void activate_anew(struct hal_space *space, struct hal_cpu *cpu)
{
	unsigned long flags = hal_lock(&asids.lock);
	uint64_t asid = __atomic_load_n(&space->asid, __ATOMIC_RELAXED), number = 0;

	if (!same_generation(asid, asids.generation)) {
		// Some CPU had it when the generation changed: it keeps its number.
		for (unsigned int i = 0; asid && i < arm_boot_info.cpu_count; i++)
			if (arm_cpus[i].asid_kept == asid)
				number = ASID_OF(asid);
		if (!number)
			number = find_free();
		if (!number) {
			next_generation();
			number = find_free();
		}
		mark_used(number);
		for (unsigned int i = 0; asid && i < arm_boot_info.cpu_count; i++)
			if (arm_cpus[i].asid_kept == asid)
				arm_cpus[i].asid_kept = asids.generation | number;
		asid = asids.generation | number;
		__atomic_store_n(&space->asid, asid, __ATOMIC_RELAXED);
	}
	if (!same_generation(asid, cpu->asid)) {
		no_table();
		__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	}
	__atomic_store_n(&cpu->asid, asid, __ATOMIC_SEQ_CST);
	hal_unlock(&asids.lock, flags);
	load_table(space, cpu, asid);
}

void hal_space_activate(struct hal_space *space)
{
	struct hal_cpu *cpu = this_cpu();
	uint64_t asid;
	bool published;

	if (!space) {
		no_table();
		// The generation stays, for the next activation to look at.
		__atomic_store_n(&cpu->asid, cpu->asid & -GENERATION_ONE, __ATOMIC_RELEASE);
		__atomic_store_n(&cpu->space, NULL, __ATOMIC_RELEASE);
		return;
	}
	asid = __atomic_load_n(&space->asid, __ATOMIC_RELAXED);
	published = same_generation(asid, cpu->asid);
	if (published)
		__atomic_store_n(&cpu->asid, asid, __ATOMIC_SEQ_CST);
	if (!published ||
	    !same_generation(asid, __atomic_load_n(&asids.generation, __ATOMIC_SEQ_CST)))
		activate_anew(space, cpu);
	else
		load_table(space, cpu, asid);
}

int hal_space_init(struct hal_space *space)
{
	space->root = core_table_alloc();
	space->tables = 1;
	space->blocks = 0;
	space->spare = 0;
	space->unlisted = false;
	space->asid = 0;
	space->dying = false;
	return space->root ? 0 : -ENOMEM;
}

// HAL_IPI_TLB: somebody destroys the space that this CPU only has because nothing else came.
void arm_tlb_ipi(void)
{
	struct hal_space *space = this_cpu()->space;

	if (space && __atomic_load_n(&space->dying, __ATOMIC_ACQUIRE))
		hal_space_activate(NULL);
}

void hal_space_destroy(struct hal_space *space)
{
	if (__atomic_load_n(&space->asid, __ATOMIC_RELAXED)) {
		__atomic_store_n(&space->dying, true, __ATOMIC_SEQ_CST);
		for (unsigned int i = 0; i < arm_boot_info.cpu_count; i++) {
			if (__atomic_load_n(&arm_cpus[i].space, __ATOMIC_ACQUIRE) != space)
				continue;
			if (i == hal_cpu_id()) {
				unsigned long flags = hal_irq_save();

				arm_tlb_ipi();
				hal_irq_restore(flags);
				continue;
			}
			hal_ipi_send(i, HAL_IPI_TLB);
			while (__atomic_load_n(&arm_cpus[i].space, __ATOMIC_ACQUIRE) == space)
				hal_cpu_relax();
		}
		// Walks by this ASID may still be cached; the number may be given out again only
		// after a flush of all.
		__asm__ volatile("dsb ishst\n\ttlbi aside1is, %0\n\tdsb ish"
				 :
				 : "r"(ASID_OF(space->asid) << 48)
				 : "memory");
	}
	pagetable_destroy(space, 512);
}

// ---- flushing ----

// The hardware has all processors flush.
static void count_broadcast(void)
{
	if (arm_boot_info.cpu_count > 1)
		core_tlb_remote();
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
	vaddr_t start = tlb->start, end = tlb->end;

	// The entries are visible before it is decided that no TLB knows the space.
	if (start < end)
		__asm__ volatile("dsb ish" : : : "memory");
	if (start < end && __atomic_load_n(&tlb->space->asid, __ATOMIC_RELAXED)) {
		uint64_t asid = __atomic_load_n(&tlb->space->asid, __ATOMIC_RELAXED) << 48;

		count_broadcast();
		if (end - start > FLUSH_PAGES_MAX << HAL_PAGE_SHIFT) {
			__asm__ volatile("tlbi aside1is, %0" : : "r"(asid) : "memory");
		} else {
			for (; start < end; start += 1ul << HAL_PAGE_SHIFT)
				__asm__ volatile("tlbi vae1is, %0"
						 :
						 : "r"(asid | start >> HAL_PAGE_SHIFT)
						 : "memory");
		}
		__asm__ volatile("dsb ish" : : : "memory");
	}
	tlb->start = ~0ul;
	tlb->end = 0;
	for (unsigned int i = 0; i < tlb->table_count; i++)
		core_table_free(tlb->tables[i]);
	tlb->table_count = 0;
}

void hal_tlb_kernel_published(vaddr_t start, vaddr_t end)
{
	(void)start;
	(void)end;
	__asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
	count_broadcast();
	dsb(ishst);
	if (end - start > FLUSH_PAGES_MAX << HAL_PAGE_SHIFT) {
		__asm__ volatile("tlbi vmalle1is" : : : "memory");
	} else {
		for (; start < end; start += 1ul << HAL_PAGE_SHIFT)
			__asm__ volatile("tlbi vaae1is, %0"
					 :
					 : "r"(start >> HAL_PAGE_SHIFT & 0xfffffffffff)
					 : "memory");
	}
	dsb(ish);
	isb();
}
