// SPDX-License-Identifier: MIT
// Address-space numbers and flushing.
//
// A space gets an ASID when it is made and gives it back when it is destroyed; TLBs may hold
// entries of it for longer, so it waits in a second bitmap. When none is free, one fence of
// everything on every hart makes all waiting ones free again. (No generations: a live space never
// changes its ASID.) A space for which there is none at all runs with ASID 0 and is flushed
// whenever it is switched to; harts without ASIDs always do so.
//
// A flush reaches the CPUs that run on the space now by the firmware's remote fence. CPUs that only
// have old entries are marked in space->stale and flush by themselves when they run on it again.
// The two sides make sure that one sees the other: activate sets its bit in active, fences and
// reads stale; flush sets stale, fences and reads active.
//
// The kernel's new entries are not announced. A hart may have cached that there was none: its load
// or store faults and is repeated (riscv_kernel_spurious). That does not work for the stack it
// stands on, so a hart that switches threads fences when entries were added since it last did.

#include <common/lock.h>
#include <common/pagetable.h>
#include <core/upcall.h>
#include <hal_arch/pte.h>
#include <riscv/cpu.h>
#include <riscv/sbi.h>

#define ASID_MAX  4096u // more would only make the bitmaps bigger
#define FLUSH_ALL 16	// pages beyond which a whole space is flushed

static struct hal_lock asid_lock;
static uint64_t asid_used[ASID_MAX / 64], asid_waiting[ASID_MAX / 64];
static unsigned int asid_count; // 0: the harts have none
static unsigned int asid_next;

static inline unsigned int asid_of(unsigned long satp)
{
	return satp >> 44 & 0xffff;
}

void riscv_asid_init(unsigned int bits)
{
	asid_count = bits > 12 ? ASID_MAX : bits < 6 ? 0 : 1u << bits;
	asid_used[0] = 1; // 0: the kernel's own, and spaces without one
}

static inline void local_flush_page(vaddr_t va, unsigned long asid)
{
	__asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"(asid) : "memory");
}

static inline void local_flush_space(unsigned long asid)
{
	__asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
}

static inline void local_flush_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

// SBI's remote fences.
enum fence { FENCE_I, FENCE_VMA, FENCE_VMA_ASID };

// Have the firmware fence on the CPUs of mask, and wait. n == 0: everything. The harts' ids need
// not be small.
static void remote_fence(uint64_t mask, enum fence fence, vaddr_t start, size_t n,
			 unsigned long asid)
{
	if (mask)
		core_tlb_remote();
	while (mask) {
		unsigned long base = riscv_cpus[__builtin_ctzll(mask)].hartid;
		unsigned long harts = 0;

		for (uint64_t rest = mask; rest; rest &= rest - 1) {
			unsigned int cpu = (unsigned int)__builtin_ctzll(rest);
			unsigned long distance = riscv_cpus[cpu].hartid - base;

			if (distance < 64) {
				harts |= 1ul << distance;
				mask &= ~(1ull << cpu);
			}
		}
		sbi_call(SBI_RFENCE, fence, harts, base, start, n, asid);
	}
}

static uint64_t others(void)
{
	return __atomic_load_n(&riscv_cpus_online, __ATOMIC_ACQUIRE) & ~(1ull << hal_cpu_id());
}

// Under asid_lock.
static unsigned int asid_find(void)
{
	for (unsigned int i = 0; i < asid_count / 64; i++) {
		unsigned int word = (asid_next / 64 + i) % (asid_count / 64);

		if (~asid_used[word]) {
			unsigned int bit = (unsigned int)__builtin_ctzll(~asid_used[word]);

			asid_used[word] |= 1ull << bit;
			asid_next = word * 64 + bit;
			return asid_next;
		}
	}
	return 0;
}

static unsigned int asid_take(void)
{
	unsigned long flags = hal_lock(&asid_lock);
	unsigned int asid = asid_find();

	if (!asid && asid_count) {
		for (unsigned int i = 0; i < asid_count / 64; i++) {
			asid_used[i] &= ~asid_waiting[i];
			asid_waiting[i] = 0;
		}
		local_flush_all();
		remote_fence(others(), FENCE_VMA, 0, 0, 0);
		asid = asid_find();
	}
	hal_unlock(&asid_lock, flags);
	return asid;
}

static void asid_give(unsigned int asid)
{
	unsigned long flags = hal_lock(&asid_lock);

	if (asid)
		asid_waiting[asid / 64] |= 1ull << asid % 64;
	hal_unlock(&asid_lock, flags);
}

int hal_space_init(struct hal_space *space)
{
	paddr_t root = core_table_alloc();
	hal_pte *to, *from;

	if (!root)
		return -12; // ENOMEM
	to = hal_phys_to_virt(root);
	from = hal_phys_to_virt(hal_kernel_root());
	for (unsigned int i = riscv_mmu_levels == 4 ? 511 : 256; i < 512; i++)
		to[i] = from[i];
	*space = (struct hal_space){.root = root, .tables = 1};
	space->satp = (riscv_kernel_satp & 15ul << 60) | (unsigned long)asid_take() << 44 |
		      root >> HAL_PAGE_SHIFT;
	return 0;
}

void hal_space_destroy(struct hal_space *space)
{
	asid_give(asid_of(space->satp));
	pagetable_destroy(space, 256);
}

void hal_space_activate(struct hal_space *space)
{
	struct hal_cpu *cpu = this_cpu();
	struct hal_space *before = cpu->space;
	uint64_t me = 1ull << cpu->id;

	if (before == space)
		return;
	cpu->space = space;
	if (!space) {
		csr_write(satp, riscv_kernel_satp);
	} else {
		if (!(__atomic_load_n(&space->seen, __ATOMIC_RELAXED) & me))
			__atomic_fetch_or(&space->seen, me, __ATOMIC_RELAXED);
		__atomic_fetch_or(&space->active, me, __ATOMIC_SEQ_CST);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		csr_write(satp, space->satp);
		if (!asid_of(space->satp)) {
			local_flush_all();
		} else if (__atomic_load_n(&space->stale, __ATOMIC_RELAXED) & me) {
			__atomic_fetch_and(&space->stale, ~me, __ATOMIC_SEQ_CST);
			local_flush_space(asid_of(space->satp));
		}
	}
	if (before)
		__atomic_fetch_and(&before->active, ~me, __ATOMIC_RELEASE);
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
	unsigned long asid = asid_of(space->satp);
	uint64_t seen;

	if (tlb->start < tlb->end) {
		size_t pages = (tlb->end - tlb->start) >> HAL_PAGE_SHIFT;
		bool whole = pages > FLUSH_ALL || tlb->table_count;
		// Interrupts are on, but a kernel that is not preempted stays on its CPU.
		uint64_t me = 1ull << hal_cpu_id();

		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		seen = __atomic_load_n(&space->seen, __ATOMIC_RELAXED);
		if (seen & me) {
			if (!asid)
				local_flush_all();
			else if (whole)
				local_flush_space(asid);
			else
				for (vaddr_t va = tlb->start; va < tlb->end;
				     va += 1ul << HAL_PAGE_SHIFT)
					local_flush_page(va, asid);
		}
		seen &= ~me;
		if (seen) {
			uint64_t active;

			__atomic_fetch_or(&space->stale, seen, __ATOMIC_SEQ_CST);
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			active = __atomic_load_n(&space->active, __ATOMIC_RELAXED) & ~me;
			if (active)
				remote_fence(active, FENCE_VMA_ASID, whole ? 0 : tlb->start,
					     whole ? 0 : tlb->end - tlb->start, asid);
		}
	}
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

// ---- the kernel's own entries ----

unsigned long riscv_kernel_published;

static void local_flush_kernel(vaddr_t start, vaddr_t end)
{
	if (end - start > (vaddr_t)FLUSH_ALL << HAL_PAGE_SHIFT)
		local_flush_all();
	else
		for (vaddr_t va = start; va < end; va += 1ul << HAL_PAGE_SHIFT)
			__asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}

void hal_tlb_kernel_published(vaddr_t start, vaddr_t end)
{
	__atomic_fetch_add(&riscv_kernel_published, 1, __ATOMIC_RELEASE);
	local_flush_kernel(start, end);
}

bool riscv_kernel_spurious(vaddr_t va)
{
	// All that is mapped here may be read and written.
	if (va < HAL_KERNEL_VM_START || va >= HAL_KERNEL_VM_END || !hal_kernel_query(va))
		return false;
	local_flush_kernel(va, va + 1);
	return true;
}

void hal_tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
	local_flush_kernel(start, end);
	remote_fence(others(), FENCE_VMA, start, end - start, 0);
}

void hal_icache_sync(paddr_t pa, size_t n)
{
	(void)pa;
	(void)n;
	__asm__ volatile("fence.i" : : : "memory");
	remote_fence(others(), FENCE_I, 0, 0, 0);
}
