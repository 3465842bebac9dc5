// SPDX-License-Identifier: MIT
// Which address space a CPU has loaded, and the flushes that reach every CPU that may hold a stale
// translation.
//
// A flush raises the space's generation and then reads the mask of the CPUs that have the space
// loaded; a CPU that loads the space sets its bit and then reads the generation. So either the
// flush sees the CPU and sends it an IPI, or the CPU sees the new generation. Without PCIDs a load
// of CR3 flushes anyway; with them, each CPU keeps the last few spaces in slots (slot n: PCID n +
// 1) with the generation up to which their translations are good, and flushes on return if the
// space has moved on.
//
// A request lies in its sender's slot of requests[] until all receivers have cleared their bits in
// pending; the sender waits for that, and serves other senders' requests meanwhile: by interrupt,
// or by polling when its interrupts are off.

#include <common/pagetable.h>
#include <core/upcall.h>
#include <hal/mmu.h>
#include <x86_64/cpu.h>

#define FLUSH_PAGES_MAX 32 // beyond, all of the space at once
#define PAGE		4096ul
#define CR3_KEEP	(1ul << 63)

enum request_kind { FLUSH_SPACE, LEAVE_SPACE, FLUSH_KERNEL };

static struct request {
	enum request_kind kind;
	struct hal_space *space;
	vaddr_t start, end;
	uint64_t generation;
	uint64_t pending; /* atomic */
} __aligned_to(64) requests[HAL_MAX_CPUS];

static uint64_t last_space_id;
static uint64_t online; /* atomic: CPUs that take kernel flushes */

static void load_root(struct hal_cpu *cpu, struct hal_space *space)
{
	uint64_t generation;
	unsigned int slot;

	if (!space) {
		write_cr3(kernel_root);
		return;
	}
	if (!cpu_features.pcid) {
		write_cr3(space->root);
		return;
	}
	generation = __atomic_load_n(&space->generation, __ATOMIC_SEQ_CST);
	for (slot = 0; slot < PCID_SLOTS; slot++)
		if (cpu->slots[slot].space_id == space->id)
			break;
	if (slot < PCID_SLOTS && cpu->slots[slot].generation == generation) {
		cpu->pcid = slot;
		write_cr3(space->root | (slot + 1) | CR3_KEEP);
		return;
	}
	if (slot == PCID_SLOTS) {
		slot = cpu->pcid_next;
		cpu->pcid_next = (slot + 1) % PCID_SLOTS;
	}
	cpu->pcid = slot;
	cpu->slots[slot].space_id = space->id;
	cpu->slots[slot].generation = generation;
	write_cr3(space->root | (slot + 1));
}

void hal_space_activate(struct hal_space *space)
{
	struct hal_cpu *cpu = this_cpu();
	struct hal_space *old = cpu->space;
	uint64_t bit = 1ul << cpu->head.id;

	if (old == space)
		return;
	if (space)
		__atomic_fetch_or(&space->cpus, bit, __ATOMIC_SEQ_CST);
	load_root(cpu, space);
	cpu->space = space;
	if (old)
		__atomic_fetch_and(&old->cpus, ~bit, __ATOMIC_SEQ_CST);
}

static void invlpg(vaddr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

// The space is loaded here.
static void flush_space(struct hal_cpu *cpu, struct hal_space *space, vaddr_t start, vaddr_t end,
			uint64_t generation)
{
	uint64_t *have = &cpu->slots[cpu->pcid].generation;

	// A narrow flush brings the slot up to date only if nothing before it was missed.
	if (end - start <= FLUSH_PAGES_MAX * PAGE &&
	    (!cpu_features.pcid || *have + 1 >= generation)) {
		for (; start < end; start += PAGE)
			invlpg(start);
		if (*have < generation)
			*have = generation;
		return;
	}
	*have = __atomic_load_n(&space->generation, __ATOMIC_SEQ_CST);
	write_cr3(space->root | (cpu_features.pcid ? cpu->pcid + 1 : 0));
}

static void flush_kernel(vaddr_t start, vaddr_t end)
{
	uint64_t cr4;

	if (end - start <= FLUSH_PAGES_MAX * PAGE) {
		for (; start < end; start += PAGE)
			invlpg(start);
		return;
	}
	cr4 = read_cr4();
	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
}

static void serve(struct hal_cpu *cpu, const struct request *request)
{
	if (request->kind == FLUSH_KERNEL) {
		flush_kernel(request->start, request->end);
	} else if (cpu->space == request->space) {
		if (request->kind == LEAVE_SPACE)
			hal_space_activate(NULL);
		else
			flush_space(cpu, request->space, request->start, request->end,
				    request->generation);
	}
}

// Interrupts off.
void tlb_ipi(void)
{
	struct hal_cpu *cpu = this_cpu();
	uint64_t senders = __atomic_exchange_n(&cpu->tlb_senders, 0, __ATOMIC_ACQ_REL);

	while (senders) {
		struct request *request = &requests[__builtin_ctzl(senders)];

		senders &= senders - 1;
		serve(cpu, request);
		__atomic_fetch_and(&request->pending, ~(1ul << cpu->head.id), __ATOMIC_RELEASE);
	}
}

// Have the CPUs of mask serve the request, and wait for them.
static void send(uint64_t mask, struct request what)
{
	unsigned int me = hal_cpu_id();
	struct request *request = &requests[me];

	if (request->pending)
		panic("TLB flush from an interrupt inside a TLB flush");
	core_tlb_remote();
	*request = what;
	__atomic_store_n(&request->pending, mask, __ATOMIC_RELEASE);
	for (; mask; mask &= mask - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzl(mask);

		__atomic_fetch_or(&cpus[cpu].tlb_senders, 1ul << me, __ATOMIC_ACQ_REL);
		hal_ipi_send(cpu, HAL_IPI_TLB);
	}
	while (__atomic_load_n(&request->pending, __ATOMIC_ACQUIRE)) {
		if (!hal_irq_enabled())
			tlb_ipi();
		hal_cpu_relax();
	}
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
	struct hal_space *space = tlb->space;
	struct hal_cpu *cpu;
	uint64_t generation, mask, me;
	unsigned long flags;

	if (tlb->start >= tlb->end && !tlb->table_count)
		return;
	generation = __atomic_add_fetch(&space->generation, 1, __ATOMIC_SEQ_CST);
	mask = __atomic_load_n(&space->cpus, __ATOMIC_SEQ_CST);
	cpu = this_cpu();
	me = 1ul << cpu->head.id;
	if (mask & me) {
		flags = hal_irq_save();
		if (cpu->space == space)
			flush_space(cpu, space, tlb->start, tlb->end, generation);
		hal_irq_restore(flags);
	}
	if (mask & ~me)
		send(mask & ~me, (struct request){.kind = FLUSH_SPACE,
						  .space = space,
						  .start = tlb->start,
						  .end = tlb->end,
						  .generation = generation});
	for (unsigned int i = 0; i < tlb->table_count; i++)
		core_table_free(tlb->tables[i]);
	hal_tlb_begin(tlb, space);
}

void hal_tlb_gather_table(struct hal_tlb *tlb, paddr_t table)
{
	if (tlb->table_count == HAL_TLB_TABLES)
		hal_tlb_flush(tlb);
	tlb->tables[tlb->table_count++] = table;
}

void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
	uint64_t others = __atomic_load_n(&online, __ATOMIC_SEQ_CST) & ~(1ul << hal_cpu_id());

	flush_kernel(start, end);
	if (!others)
		return;
	send(others, (struct request){.kind = FLUSH_KERNEL, .start = start, .end = end});
}

void hal_tlb_kernel_published(vaddr_t start, vaddr_t end)
{
	(void)start;
	(void)end;
	// Absent entries are not cached, and all spaces share the tables.
}

// Before the CPU first enables interrupts. Kernel translations it may have cached are from tables
// that only grow until then.
void tlb_cpu_setup(struct hal_cpu *cpu)
{
	__atomic_fetch_or(&online, 1ul << cpu->head.id, __ATOMIC_SEQ_CST);
	flush_kernel(0, ~0ul);
}

int hal_space_init(struct hal_space *space)
{
	paddr_t root = core_table_alloc();

	if (!root)
		return -12; // ENOMEM
	mmu_fill_kernel_half(hal_phys_to_virt(root));
	space->root = root;
	space->id = __atomic_add_fetch(&last_space_id, 1, __ATOMIC_RELAXED);
	space->generation = 1;
	space->cpus = 0;
	space->tables = 1;
	space->blocks = 0;
	space->spare = 0;
	space->unlisted = false;
	return 0;
}

void hal_space_destroy(struct hal_space *space)
{
	unsigned long flags = hal_irq_save();
	uint64_t mask;

	if (this_cpu()->space == space)
		hal_space_activate(NULL);
	hal_irq_restore(flags);
	mask = __atomic_load_n(&space->cpus, __ATOMIC_SEQ_CST);
	if (mask)
		send(mask, (struct request){.kind = LEAVE_SPACE, .space = space});
	pagetable_destroy(space, 256);
}
