/* SPDX-License-Identifier: MIT */
/*
 * core/mm.h - address spaces: struct mm and its VMAs, page faults, and the operations behind mmap,
 * munmap, mprotect, mremap, brk, fork and exec.
 *
 * VMAs are the truth for rights. Contents belong to page-cache objects (files, shared and
 * shared-anonymous memory) or, for private anonymous memory, to the page-table entry: one frame
 * reference per entry (HAL_PTE_ANON). Entries for page-cache frames may be dropped and rebuilt at
 * any time.
 *
 * Locks: mm->lock (rwsem) is taken shared by faults (through vma_lookup_locked() only) and
 * exclusively by whatever changes VMAs. Order: inode rwsem, mm->lock, page lock.
 */
#ifndef CORE_MM_H
#define CORE_MM_H

#include <core/lib/list.h>
#include <core/lib/rbtree.h>
#include <core/mutex.h>
#include <core/page.h>
#include <core/rcu.h>
#include <core/refcount.h>
#include <hal/mmu.h>

struct file;
struct inode;
struct pagecache;
struct vma;
struct thread;
struct uio;

#define VM_READ	       0x0001u
#define VM_WRITE       0x0002u
#define VM_EXEC	       0x0004u
#define VM_SHARED      0x0008u
#define VM_MAYREAD     0x0010u
#define VM_MAYWRITE    0x0020u
#define VM_MAYEXEC     0x0040u
#define VM_GROWSDOWN   0x0080u
#define VM_LOCKED      0x0100u
#define VM_DONTFORK    0x0200u
#define VM_WIPEONFORK  0x0400u
#define VM_NORESERVE   0x0800u
#define VM_LOCKONFAULT 0x4000u /* with VM_LOCKED: pages come when they are touched, not at once */
#define VM_LOCKS       (VM_LOCKED | VM_LOCKONFAULT)
#define VM_SPECIAL \
	0x1000u /* vDSO and its data: fixed frames, no page cache; not split, not merged */
#define VM_DONTDUMP   0x8000u
#define VM_ACCOUNT    0x10000u
#define VM_HUGEPAGE   0x20000u /* MADV_HUGEPAGE */
#define VM_NOHUGEPAGE 0x40000u
#define VM_SEQUENTIAL 0x80000u	/* MADV_SEQUENTIAL, MADV_RANDOM: kept, shown, and otherwise */
#define VM_RANDOM     0x100000u /* ignored: nothing is read ahead */

/* prctl(PR_SET_MDWE): as said; and this process's children are free of it. */
#define PR_MDWE_REFUSE_EXEC_GAIN 1u
#define PR_MDWE_NO_INHERIT	 2u

struct vma {
	struct rb_node node; /* [mm->lock] by start; augmented with the largest gap below */
	vaddr_t start, end;  /* [mm->lock] */
	unsigned int flags;  /* [mm->lock] VM_* */
	uint64_t offset;     /* of start, in pages, into the cache; of private anonymous memory: the
			      * page number where     it was made, which moves along. Neighbours whose
			      * offsets do not join do not merge */
	struct file *file;   /* reference; NULL: anonymous */
	struct pagecache *cache; /* where shared or file contents live; NULL: private anonymous */
	struct mm *mm;
	struct list cache_link; /* [cache->maps_lock] in cache->maps: to find the entries of a
				   frame */
	const paddr_t *special; /* VM_SPECIAL: the frames */
	const char *name;	/* "[vdso]" and the like, or NULL: see vma_name() */
	bool has_anon; /* entries with frames of its own may exist (set by faults, never cleared) */
	bool bare_cache; /* cache is shared anonymous memory without an inode; reference held */
	union {
		struct {
			uint64_t gap_below; /* augmentation */
			uint64_t gap_max;
		};
		struct list dead_link; /* of no tree any more, and to be freed */
	};
};

struct mm {
	struct hal_space space;
	struct refcount
		users; /* threads and others that use the memory; 0: mappings are torn down */
	struct refcount refs; /* + lazy users (active_mm): 0: struct and tables freed */
	struct rwsem lock;
	struct rb_root vmas; /* [lock] */
	struct vma *hint;    /* where the last fault was: read and set under the lock held shared */
	unsigned int vma_count; /* [lock] */
	uint64_t total_pages, locked_pages, data_pages, stack_pages, exec_pages,
		account_pages;	  /* [lock] */
	unsigned int lazy_tables; /* [lock] unmappings since tables were last looked for that could
				     be freed */
	uint64_t anon_pages, file_pages; /* resident: atomic; file: of page caches, shared anonymous
					    memory too */
	uint64_t peak_total, peak_resident;
	vaddr_t mmap_base; /* top-down allocation starts below here */
	vaddr_t code_start, code_end, data_start, data_end, brk_start, brk, stack_start;
	vaddr_t arg_start, arg_end, env_start, env_end;
	vaddr_t vdso; /* base of the image */
	unsigned long auxv[2 * 32];
	unsigned int auxv_words;
	struct file *exe_file; /* [lock] reference; writes to it are denied */
	bool dumpable, exec_stack;
	unsigned int lock_future; /* VM_LOCKS of mappings to come */
	bool huge_disabled;	  /* PR_SET_THP_DISABLE: no new 2 MiB pages */
	uint32_t membarrier_state;
	unsigned int dump_filter; /* CORE_*: what a core dump shows */
	unsigned int
		no_new_exec; /* PR_MDWE_*: memory that can be written never becomes executable */
	struct rcu_head rcu;
};

/* ---- life ---- */
/* A new empty space (one user, one reference), or NULL. */
struct mm *mm_create(void);
void mm_get_user(struct mm *mm);
/* The memory of another thread with a user reference, or NULL when it has none (any more). */
struct mm *mm_of_thread(struct thread *thread);
/* Drop a user; the last unmaps everything. May sleep. */
void mm_put_user(struct mm *mm);
void mm_get(struct mm *mm);
void mm_put(struct mm *mm);
/* A copy for fork (COW): 0 or -ENOMEM, -EAGAIN... Takes parent->lock. */
__must_check int mm_fork(struct mm *parent, struct mm **child);
/* Make mm the current thread's (exec): switches, drops the old one. NULL: become without (exit). */
void mm_switch(struct mm *mm);
/* Choose mmap_base, for exec; brk is set by mm_set_brk_start. stack_limit: RLIMIT_STACK; randomize:
 * the personality does not forbid it. */
void mm_layout(struct mm *mm, uint64_t stack_limit, bool randomize);

/* ---- mappings (mm is current's or a space under construction by exec) ---- */
#define MM_FIXED     0x1u
#define MM_NOREPLACE 0x2u /* with FIXED: -EEXIST instead of unmapping */
#define MM_POPULATE  0x4u
#define MM_LOCKED    0x8u
/* Map; *at: hint or fixed address in, address out. vm: VM_* rights and kind; offset in bytes. Takes
 * lock. 0 or -errno as mmap(2). file NULL: anonymous. */
__must_check int mm_map(struct mm *mm, vaddr_t *at, size_t length, unsigned int vm,
			unsigned int how, struct file *file, uint64_t offset);
/* Fixed frames (vDSO): frames must live as long as the kernel. */
__must_check int mm_map_special(struct mm *mm, vaddr_t *at, const paddr_t *frames,
				unsigned int count, unsigned int vm, const char *name);
__must_check int mm_unmap(struct mm *mm, vaddr_t start, size_t length);
/* start is aligned, length not 0. Beyond user space is only a hole: what comes before it is changed. */
__must_check int mm_protect(struct mm *mm, vaddr_t start, size_t length, unsigned int rights);
/* The stack VMA [top-size, top), growing down; exec. */
__must_check int mm_map_stack(struct mm *mm, vaddr_t top, size_t size, bool exec);
void mm_set_brk_start(struct mm *mm, vaddr_t start);

/* ---- looking ---- */
/* The VMA that contains address or the first above it; lock held. */
struct vma *vma_find(struct mm *mm, vaddr_t address);
/* The VMA that contains address, for a fault, with mm->lock taken shared (released by vma_unlock);
 * NULL: none, nothing held. Stack growth is tried. */
struct vma *vma_lookup_locked(struct mm *mm, vaddr_t address, bool grow);
void vma_unlock(struct vma *vma);
struct vma *vma_next(const struct vma *vma);
/* As /proc/PID/maps shows it when there is no file: "[heap]", "[stack]", "[vdso]", "/dev/zero
 * (deleted)", or NULL. */
const char *vma_name(const struct vma *vma);

/* What a mapping really uses, in bytes; shares of frames that several mappings show are divided
 * among them and counted in 4096ths of a byte. */
#define USAGE_SHARE_SHIFT 12
struct vma_usage {
	uint64_t resident, referenced, anonymous, huge;
	uint64_t shared_clean, shared_dirty, private_clean, private_dirty;
	uint64_t share, share_dirty, share_anonymous, share_locked;
};
/* Add vma's to *use. The address space's lock is held; may sleep. */
void vma_usage(const struct vma *vma, struct vma_usage *use);
/* May memory with the rights `before` (VM_*; of a new mapping: its own) not become rights? */
static inline bool mm_denies_exec(const struct mm *mm, unsigned int before, unsigned int rights)
{
	return unlikely(READ_ONCE(mm->no_new_exec)) && (rights & VM_EXEC) &&
	       ((rights & VM_WRITE) || !(before & VM_EXEC));
}
static inline uint64_t vma_pages(const struct vma *vma)
{
	return (vma->end - vma->start) >> PAGE_SHIFT;
}

/* Copy between the kernel and another space (or a space under construction): /proc/PID/mem,
 * cmdline, ptrace, exec's arguments. Bytes moved; force ignores VMA rights as ptrace may, and lets
 * stacks grow. May sleep. */
size_t mm_access(struct mm *mm, vaddr_t address, void *buffer, size_t n, bool write, bool force);

/* For a core dump: find the first page of [*at, end) that holds anything (zeroes that were never
 * written do not count), copy it to page and put its address into *at. False: there is none, or a
 * SIGKILL is pending. May sleep. */
bool mm_dump_page(struct mm *mm, vaddr_t *at, vaddr_t end, void *page);

/* core_fault's work: 0 (repeat), -EFAULT with *code SEGV_MAPERR/SEGV_ACCERR, -ENOMEM (OOM), -EIO
 * (SIGBUS BUS_ADRERR). May sleep. */
int mm_fault(struct mm *mm, vaddr_t address, unsigned int what, int *code);
/* Bring [start, end) in (MAP_POPULATE, mlock). -ENOMEM: there is a hole, or no memory; -EFAULT: memory that
 * nothing may be done with, or a page that cannot be had; -EINTR: dying. */
__must_check int mm_populate(struct mm *mm, vaddr_t start, vaddr_t end);

/* Remove all entries of cache's pages [first, last] (truncate, reclaim): after it returns no CPU
 * can reach them. even_cow: also private copies. May sleep. */
void pagecache_unmap(struct pagecache *cache, uint64_t first, uint64_t last, bool even_cow);

/* OOM: choose and kill; true when there is hope. */
bool oom_kill(const char *why);
void mm_init(void);

/* Accounting of commitments, in pages. /proc/sys/vm: overcommit_memory (0 heuristic, 1 always, 2
 * never beyond the limit), overcommit_ratio (percent), max_map_count; writable by procfs. */
uint64_t mm_committed(void), mm_commit_limit(void);
extern unsigned int overcommit_mode, overcommit_ratio, max_map_count;

/* Where a write may map 2 MiB at once: in all private anonymous memory, where MADV_HUGEPAGE asked
 * for it, nowhere. /sys/kernel/mm/transparent_hugepage/enabled, transparent_hugepage= at boot. */
enum huge_policy { HUGE_ALWAYS, HUGE_MADVISE, HUGE_NEVER, HUGE_POLICIES };
extern unsigned int huge_policy;
extern const char *const huge_policy_names[HUGE_POLICIES];
/* By its name: 0, or -EINVAL. */
__must_check int huge_policy_set(const char *name);
/* Could vma have such a page, at least one? */
bool vma_huge_eligible(const struct vma *vma);

#endif
