// SPDX-License-Identifier: MIT
// The life of an address space: made empty or as a copy, lent to threads, torn down; its layout;
// the stack that grows.
//
// users counts those who may look at the mappings: at zero everything is unmapped. refs counts
// those who need struct mm itself; the users have one in common. The struct is freed after a grace
// period, so that thread->mm may be followed under RCU.

#include "mm_internal.h"

#include <core/coredump.h>
#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/random.h>
#include <core/sched.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/vfs.h>
#include <hal/abi.h>

static struct kcache *mm_cache;

static struct mm *mm_new(void)
{
	struct mm *mm = kcache_alloc(mm_cache, GFP_KERNEL | GFP_ZERO);

	if (!mm)
		return NULL;
	for (unsigned int attempt = 0; hal_space_init(&mm->space); attempt++) {
		if (!memory_await_table(attempt)) {
			kcache_free(mm_cache, mm);
			return NULL;
		}
	}
	refcount_set(&mm->users, 1);
	refcount_set(&mm->refs, 1);
	rwsem_init(&mm->lock, "address space");
	mm->vmas.update = vma_tree_update;
	/* Kept by fork and execve. */
	mm->dump_filter = current->mm ? current->mm->dump_filter : CORE_FILTER_DEFAULT;
	if (current->mm && !(current->mm->no_new_exec & PR_MDWE_NO_INHERIT))
		mm->no_new_exec = current->mm->no_new_exec;
	return mm;
}

struct mm *mm_create(void)
{
	struct mm *mm = mm_new();

	if (mm) {
		mm->mmap_base = hal_user_end();
		mm->dumpable = true;
	}
	return mm;
}

void mm_get_user(struct mm *mm)
{
	refcount_get(&mm->users);
}

void mm_get(struct mm *mm)
{
	refcount_get(&mm->refs);
}

struct mm *mm_of_thread(struct thread *thread)
{
	struct mm *mm;

	rcu_read_lock();
	mm = rcu_dereference(thread->mm);
	if (mm && !refcount_get_unless_zero(&mm->users))
		mm = NULL;
	rcu_read_unlock();
	return mm;
}

// ---- the end ----

static void mm_done(struct rcu_head *head)
{
	kcache_free(mm_cache, container_of(head, struct mm, rcu));
}

void mm_put(struct mm *mm)
{
	if (!refcount_put(&mm->refs))
		return;
	hal_space_destroy(&mm->space);
	rcu_call(&mm->rcu, mm_done);
}

// Nobody runs in the space any more, nobody looks at it.
static void tear_down(struct mm *mm)
{
	struct list dead = LIST_INIT(dead);
	vaddr_t start = 0, end = 0;
	struct vma *vma;

	for (vma = vma_first(mm); vma; vma = vma_next(vma)) {
		if (vma->start != end) {
			if (end)
				mm_zap_dead(mm, start, end);
			start = vma->start;
		}
		end = vma->end;
		list_add_tail(&vma->dead_link, &dead);
	}
	if (end)
		mm_zap_dead(mm, start, end);
	list_for_each_entry (vma, &dead, dead_link)
		vma_forget(vma); // no truncation comes this way from here on
	mm->vmas.node = NULL;
	mm->hint = NULL;
	mm->vma_count = 0;
	ASSERT(mm->anon_pages == 0 && mm->file_pages == 0);
	vma_free_list(&dead);
	if (mm->exe_file) {
		inode_allow_write(mm->exe_file->inode);
		file_put(mm->exe_file);
	}
	mm->exe_file = NULL;
}

void mm_put_user(struct mm *mm)
{
	might_sleep();
	if (!refcount_put(&mm->users))
		return;
	tear_down(mm);
	mm_put(mm);
}

void mm_switch(struct mm *mm)
{
	struct thread *thread = current;
	struct mm *old = thread->mm;
	unsigned long flags = hal_irq_save();

	if (!mm && old)
		thread->was_dumpable = old->dumpable;
	rcu_assign_pointer(thread->mm, mm);
	hal_space_activate(mm ? &mm->space : NULL);
	hal_irq_restore(flags);
	if (old)
		mm_put_user(old);
}

// ---- fork ----

static bool may_have_anon(const struct vma *vma)
{
	return vma->has_anon && !(vma->flags & (VM_SHARED | VM_WIPEONFORK));
}

// Let others run in a fork that takes long. 0, or -EINTR: who is killed needs no child.
static __attribute__((noinline)) int fork_pause(struct hal_tlb *tlb)
{
	hal_tlb_flush(tlb); // before others run: they would write through stale entries
	resched_point();
	return signal_fatal_pending() ? -EINTR : 0;
}

// Add a reference to each private frame of vma and enter it in the child.
static int copy_entries(struct hal_tlb *tlb, struct mm *child, const struct vma *vma)
{
	struct hal_entry entry[24] __uninitialized;
	vaddr_t at = vma->start;
	uint64_t total = 0;
	unsigned int count, attempt = 0, batches = 0;
	int error;

	do {
		vaddr_t stop = walk_piece(at, vma->end);

		vma_lock_maps(vma); // truncation may drop private copies, and their references
		error = hal_copy(tlb, &child->space, &at, stop, entry, ARRAY_SIZE(entry), &count);
		for (unsigned int i = 0; i < count; i++)
			page_get(page_of(entry[i].pa));
		vma_unlock_maps(vma);
		total += count;
		if (unlikely(error)) {
			hal_tlb_flush(
				tlb); // before others run: they would write through stale entries
			if (memory_await_table(attempt++))
				error = 0;
		} else if (unlikely(at < vma->end && (at == stop || ++batches % 256 == 0))) {
			error = fork_pause(tlb);
		}
	} while (!error && at < vma->end);
	__atomic_fetch_add(&child->anon_pages, total, __ATOMIC_RELAXED);
	return error;
}

// *last: the child's last VMA so far.
static int fork_vma(struct hal_tlb *tlb, struct mm *child, const struct vma *vma, struct vma **last)
{
	uint64_t pages = vma_pages(vma);
	struct vma *copy;

	if (vma->flags & VM_ACCOUNT) {
		int error = commit_charge(pages);

		if (error)
			return error;
	}
	copy = vma_copy(vma, child);
	if (!copy) {
		if (vma->flags & VM_ACCOUNT)
			commit_change(-(int64_t)pages);
		return -ENOMEM;
	}
	copy->flags &= ~VM_LOCKS; // locks are not inherited
	copy->has_anon = may_have_anon(vma);
	vma_append(*last, copy);
	*last = copy;
	return copy->has_anon ? copy_entries(tlb, child, vma) : 0;
}

int mm_fork(struct mm *parent, struct mm **out)
{
	struct mm *child = mm_new();
	struct hal_tlb tlb __uninitialized;
	struct vma *last = NULL;
	int error = 0;

	if (!child)
		return -ENOMEM;
	rwsem_write(&parent->lock);
	child->mmap_base = parent->mmap_base;
	child->code_start = parent->code_start;
	child->code_end = parent->code_end;
	child->data_start = parent->data_start;
	child->data_end = parent->data_end;
	child->brk_start = parent->brk_start;
	child->brk = parent->brk;
	child->stack_start = parent->stack_start;
	child->arg_start = parent->arg_start;
	child->arg_end = parent->arg_end;
	child->env_start = parent->env_start;
	child->env_end = parent->env_end;
	child->vdso = parent->vdso;
	memcpy(child->auxv, parent->auxv, sizeof(child->auxv));
	child->auxv_words = parent->auxv_words;
	/* A program that runs cannot be written to. The parent denies it, so that this succeeds. */
	if (parent->exe_file && !inode_deny_write(parent->exe_file->inode))
		child->exe_file = file_get(parent->exe_file);
	child->dumpable = parent->dumpable;
	child->exec_stack = parent->exec_stack;
	child->huge_disabled = parent->huge_disabled;
	child->membarrier_state = parent->membarrier_state;

	hal_tlb_begin(&tlb, &parent->space);
	for (struct vma *vma = vma_first(parent); vma && !error; vma = vma_next(vma)) {
		if (vma->flags & VM_DONTFORK)
			continue;
		error = fork_vma(&tlb, child, vma, &last);
		if (!error && child->vma_count % 64 == 0)
			error = fork_pause(&tlb);
	}
	vma_appended(child);
	hal_tlb_flush(&tlb);
	child->peak_total = child->total_pages;
	rwsem_write_done(&parent->lock);
	if (error) {
		mm_put_user(child);
		return error;
	}
	*out = child;
	return 0;
}

// ---- layout ----

void mm_layout(struct mm *mm, uint64_t stack_limit, bool randomize)
{
	vaddr_t end = hal_user_end();
	uint64_t gap = MIN(stack_limit, end / 6 * 5);

	// Room for the stack, its randomisation and its guard; then the random offset itself.
	gap = MAX(gap, 128ull << 20) + ((uint64_t)HAL_ABI_STACK_RND_PAGES << PAGE_SHIFT) +
	      STACK_GUARD;
	gap = MIN(gap, end / 6 * 5);
	mm->mmap_base = PAGE_DOWN(end - gap);
	if (randomize)
		mm->mmap_base -= (random_u64() & ((1ull << HAL_ABI_MMAP_RND_BITS) - 1))
				 << PAGE_SHIFT;
}

void mm_set_brk_start(struct mm *mm, vaddr_t start)
{
	mm->brk_start = mm->brk = start;
}

// ---- looking up, and the stack that grows ----

// mm->lock exclusive: extend vma, the first above address, down to it if it is a stack. 0 or
// -ENOMEM.
static int grow_stack(struct vma *vma, vaddr_t address)
{
	struct mm *mm = vma->mm;
	vaddr_t start = PAGE_DOWN(address);
	uint64_t pages = (vma->start - start) >> PAGE_SHIFT;
	struct vma *below = vma_prev(vma);
	int error;

	if (start < HAL_USER_MIN ||
	    (current->process && vma->end - start > process_limit(current->process, RLIMIT_STACK)))
		return -ENOMEM;
	if (below && !(below->flags & VM_GROWSDOWN) && (below->flags & VM_RIGHTS) &&
	    start - MIN(start, below->end) < STACK_GUARD)
		return -ENOMEM;
	if (below && start < below->end)
		return -ENOMEM;
	if (!mm_may_grow(mm, pages, vma->flags) ||
	    ((vma->flags & VM_LOCKED) && lock_allowed(mm, pages)))
		return -ENOMEM;
	if (vma->flags & VM_ACCOUNT) {
		error = commit_charge(pages);
		if (error)
			return error;
	}
	vma_account(mm, vma, (int64_t)pages);
	vma_resize(vma, start, vma->end);
	return 0;
}

struct vma *vma_lookup_locked(struct mm *mm, vaddr_t address, bool grow)
{
	struct vma *vma;

	rwsem_read(&mm->lock);
	vma = READ_ONCE(mm->hint);
	if (vma && vma->start <= address && address < vma->end)
		return vma;
	vma = vma_find(mm, address);
	if (likely(vma && vma->start <= address)) {
		WRITE_ONCE(mm->hint, vma);
		return vma;
	}
	rwsem_read_done(&mm->lock);
	if (!grow || !vma)
		return NULL;

	rwsem_write(&mm->lock);
	vma = vma_find(mm, address);
	if (vma && (vma->start <= address ||
		    ((vma->flags & VM_GROWSDOWN) && grow_stack(vma, address) == 0))) {
		rwsem_downgrade(&mm->lock);
		return vma;
	}
	rwsem_write_done(&mm->lock);
	return NULL;
}

void vma_unlock(struct vma *vma)
{
	rwsem_read_done(&vma->mm->lock);
}

void mm_init(void)
{
	mm_cache = kcache_create("mm_struct", sizeof(struct mm), HAL_CACHE_LINE);
	vma_init();
	zap_init();
	fault_init();
	pagecache_start();
}
