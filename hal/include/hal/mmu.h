/* SPDX-License-Identifier: MIT */
/*
 * hal/mmu.h - address spaces and their page tables, changed and read by range.
 *
 * Rules that hold for every function here:
 *  - An entry is changed by atomic compare-and-exchange or exchange; there is no page-table lock.
 *    Functions on one space may run concurrently on several CPUs; where two race for one entry,
 *    one of them sees the other's result. Table pages are only ever removed by
 *    hal_free_tables() and hal_space_destroy(), for which the caller excludes
 *    every other user of that address range (core: the address-space lock, exclusive).
 *  - Entries that hold a reference to an anonymous frame carry HAL_PTE_ANON; those of page-cache
 *    frames do not. The HAL keeps the bit and reports it.
 *  - An entry's rights are HAL_PTE_READ/WRITE/EXEC; an entry without any right is kept (PROT_NONE)
 *    and not present to the hardware. HAL_EXEC_READS (hal_arch/mmu.h): 1 where what may be executed
 *    may always be read, 0 where that needs HAL_PTE_READ.
 *  - Break-before-make is inside. Stale translations are gathered in a struct hal_tlb;
 *    after hal_tlb_flush() returns, no CPU holds one. Between the change of an entry and the flush
 *    the caller neither sleeps nor frees the frames.
 *  - A block, HAL_BLOCK_PAGES frames side by side entered by hal_block_map(), is one entry that
 *    stands for as many: each frame keeps the reference of its own. Functions that act on all of
 *    a block change that entry; those that act on a part of it split it first, as the comment
 *    there says, for which the caller holds the address-space lock exclusively. Splitting takes
 *    no memory, but flushes what tlb has gathered.
 *  - No hardware update of accessed and dirty bits is assumed: a fault on an entry that lacks them
 *    reaches core_fault(), which calls hal_touch().
 *  - Ranges are page-aligned, [start, end), inside user space (0 .. hal_user_end()).
 */
#ifndef HAL_MMU_H
#define HAL_MMU_H

#include <hal/types.h>
#include <hal_arch/arch.h>
#include <hal_arch/mmu.h>

/* What an entry says, in the machine-independent form. */
#define HAL_PTE_READ   0x01u
#define HAL_PTE_WRITE  0x02u
#define HAL_PTE_EXEC   0x04u
#define HAL_PTE_YOUNG  0x08u /* accessed */
#define HAL_PTE_DIRTY  0x10u
#define HAL_PTE_ANON   0x20u /* holds a reference to an anonymous frame (software bit) */
#define HAL_PTE_BLOCK  0x40u /* reported only: part of a block; by hal_unmap(): a whole one */
#define HAL_PTE_RIGHTS (HAL_PTE_READ | HAL_PTE_WRITE | HAL_PTE_EXEC)

#define HAL_BLOCK_ORDER 9
#define HAL_BLOCK_PAGES (1u << HAL_BLOCK_ORDER)
#define HAL_BLOCK_SIZE	((vaddr_t)1 << (HAL_PAGE_SHIFT + HAL_BLOCK_ORDER))

struct hal_entry {
	vaddr_t va;
	paddr_t pa;
	unsigned int bits; /* HAL_PTE_*; 0 and pa 0 for an empty entry */
};

/* ---- spaces ---- */

/* struct hal_space (in <hal_arch/mmu.h>) is embedded in core's struct mm. 0 or -ENOMEM. May
 * allocate. */
__must_check int hal_space_init(struct hal_space *space);
/* Free all table pages. No user entry is left and no CPU has it active (core switched away; lazy
 * users are made to leave here by IPI). May wait. */
void hal_space_destroy(struct hal_space *space);
/* Make space (NULL: the kernel's own) this CPU's. Interrupts off. */
void hal_space_activate(struct hal_space *space);

/* ---- gathering and flushing ---- */

/* struct hal_tlb is in <hal_arch/mmu.h>: what must be flushed in one space. On the caller's stack.
 */
void hal_tlb_begin(struct hal_tlb *tlb, struct hal_space *space);
/* Flush what was gathered on every CPU that may hold it, wait for them, release removed table
 * pages through core_table_free() (which defers past a grace period). The gather is empty again
 * afterwards. Interrupts on, no irq-saving lock held. Does not sleep. */
void hal_tlb_flush(struct hal_tlb *tlb);

/* ---- entries ---- */

/*
 * Enter count frames for consecutive pages from va on: frames[i] for page i, 0 skips a page. Only
 * empty entries are filled; one already there is left as it is. bits: rights, YOUNG, DIRTY, ANON
 * for all. Returns the number filled in *filled (as a bit set in *taken when taken is not NULL:
 * bit i = page i; count <= 64 then). 0, or -ENOMEM when no table page could be had (some may be
 * filled). No flush is needed. Does not sleep if core_table_alloc does not.
 */
__must_check int hal_map(struct hal_space *space, vaddr_t va, const paddr_t *frames,
			 unsigned int count, unsigned int bits, uint64_t *taken);

/*
 * Enter the block of HAL_BLOCK_PAGES frames from frame on (aligned to its size, as va is), if
 * nothing was ever entered in its range since tables were freed there. 0; -EAGAIN: something is
 * there, be it an empty table; -ENOMEM.
 */
__must_check int hal_block_map(struct hal_space *space, vaddr_t va, paddr_t frame,
			       unsigned int bits);
/* How many blocks are mapped, in all spaces. */
unsigned long hal_block_count(void);

/* Replace the entry at old->va, if it still has old's frame, HAL_PTE_ANON and rights, by frame pa with bits. 0, or -EAGAIN
 * when it changed meanwhile. Old translations are gathered; but before another frame is entered they are flushed, on
 * every CPU, and until then the entry has no rights: whoever meets it so tries again. Also used to raise or lower
 * rights of one entry (same pa). A page of a block keeps its frame, and the bits become those of the whole block. */
__must_check int hal_replace(struct hal_tlb *tlb, const struct hal_entry *old, paddr_t pa,
			     unsigned int bits);

/* Set YOUNG (and DIRTY when write) in the entry at va (in a block: its own) if it is there and has the right. True if
 * the access will now succeed. */
bool hal_touch(struct hal_space *space, vaddr_t va, bool write);

/* Read one entry. bits == 0 && pa == 0: empty. Safe against concurrent unmap in an RCU section or
 * under the address-space lock. */
struct hal_entry hal_query(struct hal_space *space, vaddr_t va);

/*
 * For the fault path, one descent for both halves: the place of va's entry, or NULL where there is
 * no table (yet, or but a block); what is there; and fill it if it is empty (hal_map() for one page: false: it is
 * not). The place is valid as long as no table may be detached (the address-space lock is held).
 */
struct hal_slot;
struct hal_slot *hal_slot_find(struct hal_space *space, vaddr_t va);
struct hal_entry hal_slot_read(const struct hal_slot *slot, vaddr_t va);
bool hal_slot_fill(struct hal_slot *slot, paddr_t frame, unsigned int bits);

/* Starting at *at, find up to max non-empty entries below end, in order, and advance *at behind
 * the last looked at. Returns their number; 0 when done. */
unsigned int hal_scan(struct hal_space *space, vaddr_t *at, vaddr_t end, struct hal_entry *out,
		      unsigned int max);

/* The same, and empties each reported entry (accessed and dirty bits final). Table pages are kept.
 * A block that lies wholly in the range is one entry, with HAL_PTE_BLOCK, and the last of the call;
 * of which a part lies in it is split. */
unsigned int hal_unmap(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, struct hal_entry *out,
		       unsigned int max);

/* As hal_unmap(), but entries with HAL_PTE_ANON stay: private copies survive when a page leaves
 * the page cache. */
unsigned int hal_unmap_cached(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, struct hal_entry *out,
			      unsigned int max);

/* After the range has been emptied: detach table pages that lie wholly between floor and ceiling
 * (neighbouring mappings' bounds), to be released at the flush. */
void hal_free_tables(struct hal_tlb *tlb, vaddr_t start, vaddr_t end, vaddr_t floor,
		     vaddr_t ceiling);

/* Set the rights of every non-empty entry in the range to rights, keeping frame, ANON, YOUNG,
 * DIRTY. With keep_write false a WRITE in rights is applied only to entries that had it (COW:
 * raising is left to faults). A block of which a part lies in the range is split. */
void hal_protect(struct hal_tlb *tlb, vaddr_t start, vaddr_t end, unsigned int rights,
		 bool keep_write);

/*
 * For fork: starting at *at, copy up to max ANON entries of parent's range into child at the same
 * addresses, WRITE removed from both; report them (core adds a frame reference to each BEFORE the
 * child can run) and advance *at. Entries without ANON are skipped. *count 0: done. 0 or -ENOMEM
 * (what was reported was copied). Both spaces are locked exclusively, and nobody empties entries of
 * the range meanwhile. Blocks are split.
 */
__must_check int hal_copy(struct hal_tlb *parent_tlb, struct hal_space *child, vaddr_t *at,
			  vaddr_t end, struct hal_entry *out, unsigned int max,
			  unsigned int *count);

/* Move the entries of [from, from+len) to [to, to+len) (disjoint ranges, target empty). 0 or
 * -ENOMEM with *moved bytes done. Blocks stay blocks where whole ones fit at the target. */
__must_check int hal_move(struct hal_tlb *tlb, vaddr_t from, vaddr_t to, size_t len, size_t *moved);

/* Clear YOUNG in the range; report (as hal_scan does) the entries that had it or DIRTY, clearing
 * DIRTY too when clear_dirty. Blocks are split. */
unsigned int hal_age(struct hal_tlb *tlb, vaddr_t *at, vaddr_t end, bool clear_dirty,
		     struct hal_entry *out, unsigned int max);

/* Number of bytes of page tables the space owns (for /proc and the OOM score). */
size_t hal_space_table_bytes(const struct hal_space *space);

/* Make instructions written to the frame visible to fetches on every CPU: before an executable
 * entry of a fresh frame is mapped. n bytes at pa. */
void hal_icache_sync(paddr_t pa, size_t n);

/* ---- the kernel's own mappings: [HAL_KERNEL_VM_START, HAL_KERNEL_VM_END) ---- */

enum hal_memory_type { HAL_MEMORY_NORMAL, HAL_MEMORY_DEVICE };

/* Map n bytes (page-aligned) of pa at kernel address va with rights; 0 or -ENOMEM. Visible on all
 * CPUs. */
__must_check int hal_kernel_map(vaddr_t va, paddr_t pa, size_t n, unsigned int rights,
				enum hal_memory_type type);
/* Unmap, flush on every CPU, wait. Interrupts on. Table pages are kept. */
void hal_kernel_unmap(vaddr_t va, size_t n);
/* The frame behind a kernel address of that range, or 0. */
paddr_t hal_kernel_query(vaddr_t va);

/*
 * Inline half, <hal_arch/mmu.h>:
 *   struct hal_space, struct hal_tlb
 *   void *hal_phys_to_virt(paddr_t pa);        the linear map
 *   paddr_t hal_virt_to_phys(const void *p);   of a linear-map or kernel-image address
 *   bool hal_is_linear(const void *p);         is it a linear-map address
 *   void hal_clear_page(void *page);           zero a page-aligned page in the linear map, as fast as the machine can
 */

#endif
