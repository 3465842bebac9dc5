/* SPDX-License-Identifier: MIT */
/* mm_internal.h - what the files of core/mm say to one another. */
#ifndef CORE_MM_INTERNAL_H
#define CORE_MM_INTERNAL_H

#include <core/assert.h>
#include <core/mm.h>
#include <core/page.h>
#include <core/pagecache.h>
#include <core/types.h>

/* The kernel's own address range: first stacks, then vmalloc and device registers. */
#define KSTACK_START	   HAL_KERNEL_VM_START
#define KERNEL_AREAS_START (HAL_KERNEL_VM_START + (1ul << 30) * (HAL_STACK_SIZE / 16384))

/* A stack never grows closer than this to the mapping below it. */
#define STACK_GUARD (256 * PAGE_SIZE)

_Static_assert(VM_READ == HAL_PTE_READ && VM_WRITE == HAL_PTE_WRITE && VM_EXEC == HAL_PTE_EXEC,
	       "rights are the HAL's");
#define VM_RIGHTS    (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAYRIGHTS (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)

/* Of the entries for memory with these VM_RIGHTS: what may be written may be read, as no machine has
 * entries that only write. */
_Static_assert(VM_WRITE >> 1 == VM_READ, "adjacent");
static inline unsigned int entry_rights(unsigned int vm)
{
	return (vm & VM_RIGHTS) | (vm & VM_WRITE) >> 1;
}

/* Does RLIMIT_DATA count it? Stacks have a limit of their own. */
static inline bool vm_is_data(unsigned int vm)
{
	return (vm & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* Where a walk of entries from start on lets others run, at most end: entries cost a user almost nothing, even where
 * each is of the page of zeros. On a boundary of a block, so that none is split for it. */
#define WALK_PIECE ((vaddr_t)256 << 20)
static inline vaddr_t walk_piece(vaddr_t start, vaddr_t end)
{
	return unlikely(end - start > WALK_PIECE) ? ALIGN_DOWN(start + WALK_PIECE, WALK_PIECE)
						  : end;
}

/* ---- reclaim.c ---- */
/* Give back what caches hold beyond need. May sleep. */
void memory_reclaim(void);
/* After reclaim did not help: kill, then wait for memory; false: give up. May sleep. */
__must_check bool memory_wait(unsigned int attempt);
/* No page table could be had (those do not wait). Wait until a frame is free; true: try again. attempt
 * counts from 0. May sleep, and somebody may be killed for it. */
__must_check bool memory_await_table(unsigned int attempt);

/* Debug builds: pretend that there is no memory, as tests ask. */
#ifdef TERN_DEBUG
bool memory_inject_failure(unsigned int gfp);
#else
static inline bool memory_inject_failure(__attribute__((unused)) unsigned int gfp)
{
	return false;
}
#endif

#ifdef TERN_KASAN
/* slab.c: what is wrong with touching the n bytes at p, which lie in a slab (NULL: nothing); *name:
 * of its cache. */
const char *slab_check(const void *p, size_t n, const char **name);
#endif

/* ---- kstack.c, vmalloc.c ---- */
void kstack_drain(void); /* unmap cached stacks; may sleep */
void vmalloc_init(void);
size_t vmalloc_size(const void *p);

/* ---- vma.c: mm->lock held exclusively unless said otherwise ---- */
void vma_tree_update(struct rb_node *node);
struct vma *vma_prev(const struct vma *vma);
struct vma *vma_first(struct mm *mm);
struct vma *vma_new(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags);
struct vma *vma_copy(const struct vma *vma, struct mm *mm);
void vma_free(struct vma *vma);
void vma_free_list(struct list *dead); /* linked by dead_link */
void vma_lock_maps(const struct vma *vma);
void vma_unlock_maps(const struct vma *vma);
void vma_resize(struct vma *vma, vaddr_t start, vaddr_t end);
void vma_account(struct mm *mm, const struct vma *vma, int64_t pages);
void vma_insert(struct vma *vma);
/* Of a memfd that may still be sealed: a mapping through which it could be written is counted as one before it is
 * inserted, so that whoever seals sees it, or it sees the seal. 1: counted, vma_claimed() when it is inserted; 0: need
 * not be (it may have lost VM_MAYWRITE), or -EPERM. */
__must_check int vma_claim_write(struct vma *vma, const struct inode *inode);
void vma_claimed(struct vma *vma);
void vma_append(struct vma *prev, struct vma *vma);
void vma_appended(struct mm *mm);
void vma_remove(struct vma *vma);
void vma_forget(struct vma *vma);
__must_check int vma_split(struct vma *vma, vaddr_t at);
struct vma *vma_merge(struct vma *vma);
struct vma *vma_extend(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags);
vaddr_t vma_search(struct mm *mm, size_t length, vaddr_t low, vaddr_t high, bool top_down);
bool vma_range_free(struct mm *mm, vaddr_t start, size_t length);
void vma_init(void);

/* ---- zap.c ---- */
void zap_init(void);
/* Empty [start, end) and free what was there. May sleep; mm->lock held at least shared. */
void mm_zap(struct mm *mm, vaddr_t start, vaddr_t end);
/* The same for the entries of page-cache frames only; does not sleep for one page. */
void mm_zap_cache(struct mm *mm, vaddr_t start, vaddr_t end);
/* For a space that nobody can run in any more: the frames are freed without a flush. The table
 * pages stay until the space is destroyed. */
void mm_zap_dead(struct mm *mm, vaddr_t start, vaddr_t end);
/* After an unmapping, mm->lock exclusive: free table pages that nothing needs, now and then. */
void mm_trim_tables(struct mm *mm, vaddr_t start, vaddr_t end);

/* ---- huge.c ---- */
/* A write to va of vma, private and anonymous, where there is no table: map the 2 MiB around it if
 * that is wanted and there is plenty. False: it was not done. mm->lock held shared. */
bool huge_fault(struct vma *vma, vaddr_t va);
/* Drop the references of a whole block's entry to its frames. */
void huge_put(struct page *page);
/* If blocks are wanted in vma: take away the empty tables in [start, end) of it, left by what was
 * unmapped before, that would be in the way. mm->lock exclusive. */
void huge_clear_way(struct vma *vma, vaddr_t start, vaddr_t end);
static inline void huge_make_room(struct vma *vma, vaddr_t start, vaddr_t end)
{
	if (end - start >= HAL_BLOCK_SIZE)
		huge_clear_way(vma, start, end);
}

/* ---- fault.c ---- */
/* Does only this entry refer to its private frame? Only fork could share it (again), and fork needs
 * mm->lock exclusively. A block is never shared: who else holds one of its frames only copies. */
static inline bool entry_owns_frame(const struct hal_entry *entry)
{
	return (entry->bits & HAL_PTE_ANON) &&
	       ((entry->bits & HAL_PTE_BLOCK) || refcount_read(&page_of(entry->pa)->refs) == 1);
}
extern paddr_t zero_frame; /* mapped read-only wherever anonymous memory was only read */
void fault_init(void);
/* Resolve a fault at page va of vma, whose rights allow it. mm->lock held shared. 0: repeat the
 * access. force: give a private copy though vma has no VM_WRITE. */
__must_check int vma_fault(struct vma *vma, vaddr_t va, bool write, bool exec, bool force);

/* What is mapped there becomes executable: as faults do for what they map. mm->lock held exclusively. */
void vma_sync_icache(struct vma *vma, vaddr_t start, vaddr_t end);

/* ---- pagecache.c ---- */
/* How many pages the contents have, the last perhaps in part. */
uint64_t pagecache_pages(const struct pagecache *cache);
/* For faults: as pagecache_get(..., create = true), but -EIO from the host's end of file on. */
__must_check int pagecache_get_within(struct pagecache *cache, uint64_t index, struct page **page);
/* What pagecache_get(), or (within) pagecache_get_within(), does when pagecache_peek() has found
 * nothing. */
__must_check int pagecache_get_slow(struct pagecache *cache, uint64_t index, bool create,
				    bool within, struct page **page);
/* Put page (fresh, one reference: the caller's) into the cache, which takes a reference of its own.
 * 0, -EEXIST: there is one; -EIO: beyond the end (within); -ENOMEM, or what charge() says. */
__must_check int pagecache_insert(struct pagecache *cache, uint64_t index, struct page *page,
				  bool within);
/* Take pages [first, last] out, empty the entries that show them (even_cow: private copies, too), and
 * drop the cache's references after a grace period. May sleep. */
void pagecache_remove(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow);
/* Are pages read from somewhere? Else what is absent is a hole. */
static inline bool pagecache_reads(const struct pagecache *cache)
{
	return cache->ops && cache->ops->read_page;
}
static inline void page_set_flag(struct page *page, uint16_t flag)
{
	if (!(READ_ONCE(page->flags) & flag))
		__atomic_fetch_or(&page->flags, flag, __ATOMIC_RELEASE);
}
void pagecache_start(void);
/* Of so many pages, some of which are promised while it lives. NULL: no memory. */
struct pagecache *bare_cache_new(uint64_t pages, uint64_t promised);
void bare_cache_get(struct pagecache *cache);
void bare_cache_put(struct pagecache *cache);

/* ---- access.c ---- */
/* Fill the locked mappings of a range, but for those with one of the flags without; what cannot be had is
 * no error, as on Linux. */
void mm_populate_locked(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int without);

/* ---- table.c ---- */
/* Free the tables that are kept clean. */
void table_drain(void);

/* ---- account.c ---- */
void commit_change(int64_t pages);
/* 0 or -ENOMEM: pages more are promised. */
__must_check int commit_charge(uint64_t pages);

/* ---- map.c ---- */
/* Unmap [start, end), mm->lock exclusive; the VMAs go to dead, to be freed by vma_free_list() after
 * unlocking. 0, -ENOMEM or -EINVAL (nothing was done). */
__must_check int unmap_locked(struct mm *mm, vaddr_t start, vaddr_t end, struct list *dead);
/* Split so that VMAs begin and end at these addresses. */
__must_check int split_range(struct mm *mm, vaddr_t start, vaddr_t end);
/* How many pages of [start, end) are mapped with all of these flags. mm->lock held. */
uint64_t mm_pages_within(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags);
/* As mm_map(). verdict: what is wrong with the mapping itself (0: nothing), which is the answer
 * once the place is right and the limits on locked memory hold. */
__must_check int mm_map_judged(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm,
			       unsigned int how, struct file *file, uint64_t offset, int verdict);
/* May the caller lock memory at all? */
bool mm_may_lock(void);
/* So many pages more? 0 or -EAGAIN. */
int lock_allowed(const struct mm *mm, uint64_t pages);
/* What asking for these VM_RIGHTS means to a program whose personality executes what it reads: VM_EXEC,
 * too, if the memory may have that. */
unsigned int rights_implied(unsigned int rights, bool may_exec);
/* An address for length bytes: at hint if that is free; 0: none. */
vaddr_t mm_find_room(struct mm *mm, vaddr_t hint, size_t length);
/* Anonymous memory [start, end), which is free, for the break. */
__must_check int brk_extend(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int vm);
/* May the space grow by this (RLIMIT_AS, RLIMIT_DATA, map count)? */
bool mm_may_grow(const struct mm *mm, uint64_t pages, unsigned int vm);
/* Does a mapping with these flags count as a promise? Shared memory does by itself. */
bool accountable(unsigned int vm);

#endif
