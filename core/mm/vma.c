// SPDX-License-Identifier: MIT
// VMAs: the tree of an address space, the search for room in it, splitting and merging.
//
// The tree is ordered by start; every node knows the gap below it and the largest such gap of its
// subtree. A VMA that maps a page cache is on the cache's list of maps; whoever walks that list
// holds its maps_lock, so start, end and offset of such a VMA change only under mm->lock and
// maps_lock together.

#include "mm_internal.h"

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/pagecache.h>
#include <core/slab.h>
#include <core/vfs.h>

unsigned int max_map_count = 65530;

static struct kcache *vma_cache;

static struct vma *vma_of(struct rb_node *node)
{
	return rb_entry(node, struct vma, node);
}

void vma_tree_update(struct rb_node *node)
{
	struct vma *vma = vma_of(node);
	uint64_t most = vma->gap_below;

	if (node->left)
		most = MAX(most, vma_of(node->left)->gap_max);
	if (node->right)
		most = MAX(most, vma_of(node->right)->gap_max);
	vma->gap_max = most;
}

struct vma *vma_next(const struct vma *vma)
{
	struct rb_node *node = rb_next(&vma->node);

	return node ? vma_of(node) : NULL;
}

struct vma *vma_prev(const struct vma *vma)
{
	struct rb_node *node = rb_prev(&vma->node);

	return node ? vma_of(node) : NULL;
}

struct vma *vma_first(struct mm *mm)
{
	struct rb_node *node = rb_first(&mm->vmas);

	return node ? vma_of(node) : NULL;
}

struct vma *vma_find(struct mm *mm, vaddr_t address)
{
	struct rb_node *node = mm->vmas.node;
	struct vma *found = NULL;

	while (node) {
		struct vma *vma = vma_of(node);

		if (vma->end > address) {
			found = vma;
			if (vma->start <= address)
				break;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

const char *vma_name(const struct vma *vma)
{
	const struct mm *mm = vma->mm;

	if (vma->name)
		return vma->name;
	if (vma->bare_cache)
		return "/dev/zero (deleted)";
	if (!vma->file && vma->start <= mm->stack_start && vma->end >= mm->stack_start)
		return "[stack]"; // where it began
	if (!vma->file && vma->start <= mm->brk && vma->end > mm->brk_start)
		return "[heap]";
	return NULL;
}

// ---- life ----

struct vma *vma_new(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags)
{
	struct vma *vma = kcache_alloc(vma_cache, GFP_KERNEL | GFP_ZERO);

	if (vma) {
		vma->mm = mm;
		vma->start = start;
		vma->end = end;
		vma->flags = flags;
		vma->offset = start >> PAGE_SHIFT;
		list_init(&vma->cache_link);
	}
	return vma;
}

// Another VMA refers to what this one maps.
static void backing_get(struct vma *vma)
{
	if (vma->file)
		file_get(vma->file);
	if (vma->bare_cache)
		bare_cache_get(vma->cache);
}

// Not under mm->lock: the last reference to a file may do much.
void vma_free(struct vma *vma)
{
	if (vma->bare_cache)
		bare_cache_put(vma->cache);
	if (vma->file)
		file_put(vma->file);
	kcache_free(vma_cache, vma);
}

void vma_free_list(struct list *dead)
{
	struct vma *vma, *tmp;

	list_for_each_entry_safe (vma, tmp, dead, dead_link)
		vma_free(vma);
	list_init(dead);
}

struct vma *vma_copy(const struct vma *vma, struct mm *mm)
{
	struct vma *copy = kcache_alloc(vma_cache, GFP_KERNEL);

	if (copy) {
		*copy = *vma;
		copy->mm = mm;
		list_init(&copy->cache_link);
		backing_get(copy);
	}
	return copy;
}

// ---- the cache's list of maps ----

static bool counts_as_writer(const struct vma *vma)
{
	return (vma->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

void vma_lock_maps(const struct vma *vma)
{
	if (vma->cache)
		mutex_lock(&vma->cache->maps_lock);
}

void vma_unlock_maps(const struct vma *vma)
{
	if (vma->cache)
		mutex_unlock(&vma->cache->maps_lock);
}

// maps_lock held (if there is a cache).
static void maps_add(struct vma *vma)
{
	if (!vma->cache)
		return;
	list_add_tail(&vma->cache_link, &vma->cache->maps);
	if (counts_as_writer(vma))
		vma->cache->writable_maps++;
}

int vma_claim_write(struct vma *vma, const struct inode *inode)
{
	int error = 0;

	if (!vma->cache || !counts_as_writer(vma) || READ_ONCE(inode->seals) == F_SEAL_SEAL)
		return 0;
	vma_lock_maps(vma);
	if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		error = vma->flags & VM_WRITE ? -EPERM : 0;
		vma->flags &= ~VM_MAYWRITE;
	} else {
		vma->cache->writable_maps++;
	}
	vma_unlock_maps(vma);
	return error ? error : counts_as_writer(vma);
}

void vma_claimed(struct vma *vma)
{
	vma_lock_maps(vma);
	vma->cache->writable_maps--;
	vma_unlock_maps(vma);
}

static void maps_remove(struct vma *vma)
{
	if (!vma->cache)
		return;
	list_del_init(&vma->cache_link);
	if (counts_as_writer(vma))
		vma->cache->writable_maps--;
}

// ---- tree ----

static void insert_node(struct mm *mm, struct vma *vma)
{
	struct rb_node **link = &mm->vmas.node, *parent = NULL;
	struct vma *prev = NULL, *next = NULL;

	while (*link) {
		struct vma *at = vma_of(*link);

		parent = *link;
		if (vma->start < at->start) {
			next = at;
			link = &parent->left;
		} else {
			prev = at;
			link = &parent->right;
		}
	}
	ASSERT((!prev || prev->end <= vma->start) && (!next || vma->end <= next->start));
	vma->gap_below = vma->start - (prev ? prev->end : 0);
	rb_insert(&mm->vmas, &vma->node, parent, link);
	if (next) {
		next->gap_below = next->start - vma->end;
		rb_updated(&mm->vmas, &next->node);
	}
	mm->vma_count++;
}

static void erase_node(struct mm *mm, struct vma *vma)
{
	struct vma *prev = vma_prev(vma), *next = vma_next(vma);

	if (mm->hint == vma)
		mm->hint = NULL;
	rb_erase(&mm->vmas, &vma->node);
	if (next) {
		next->gap_below = next->start - (prev ? prev->end : 0);
		rb_updated(&mm->vmas, &next->node);
	}
	mm->vma_count--;
}

// Change the bounds; maps_lock held if there is a cache. The gaps on both sides follow.
static void set_bounds(struct vma *vma, vaddr_t start, vaddr_t end)
{
	struct mm *mm = vma->mm;
	struct vma *next = vma_next(vma);

	vma->gap_below += start - vma->start;
	vma->offset += (uint64_t)((int64_t)(start - vma->start) >> PAGE_SHIFT);
	vma->start = start;
	vma->end = end;
	rb_updated(&mm->vmas, &vma->node);
	if (next) {
		next->gap_below = next->start - end;
		rb_updated(&mm->vmas, &next->node);
	}
}

void vma_resize(struct vma *vma, vaddr_t start, vaddr_t end)
{
	vma_lock_maps(vma);
	set_bounds(vma, start, end);
	vma_unlock_maps(vma);
}

void vma_account(struct mm *mm, const struct vma *vma, int64_t pages)
{
	uint64_t n = (uint64_t)pages; // modulo 2^64
	unsigned int flags = vma->flags;

	mm->total_pages += n;
	if (flags & VM_GROWSDOWN)
		mm->stack_pages += n;
	else if (vm_is_data(flags))
		mm->data_pages += n;
	if (vma->file && (flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
		mm->exec_pages += n;
	if (flags & VM_LOCKED)
		mm->locked_pages += n;
	if (flags & VM_ACCOUNT)
		mm->account_pages += n;
	mm->peak_total = MAX(mm->peak_total, mm->total_pages);
}

// A new VMA becomes part of the space; the commitment of a VM_ACCOUNT one was made by the caller.
void vma_insert(struct vma *vma)
{
	vma_account(vma->mm, vma, (int64_t)vma_pages(vma));
	vma_lock_maps(vma);
	insert_node(vma->mm, vma);
	maps_add(vma);
	vma_unlock_maps(vma);
}

// The same for one of a space that nobody knows yet, which lies above prev, the last so far (NULL: there is none). They make a
// tree when vma_appended() is called.
void vma_append(struct vma *prev, struct vma *vma)
{
	struct rb_node **link = prev ? &prev->node.right : &vma->mm->vmas.node;

	ASSERT(!prev || prev->end <= vma->start);
	*link = &vma->node;
	vma_account(vma->mm, vma, (int64_t)vma_pages(vma));
	vma_lock_maps(vma);
	vma->gap_below = vma->start - (prev ? prev->end : 0);
	vma->mm->vma_count++;
	maps_add(vma);
	vma_unlock_maps(vma);
}

void vma_appended(struct mm *mm)
{
	rb_build(&mm->vmas, mm->vmas.node, mm->vma_count);
}

// Take it out; nobody finds it any more, nor truncation its entries: those are gone already.
void vma_remove(struct vma *vma)
{
	vma_lock_maps(vma);
	maps_remove(vma);
	erase_node(vma->mm, vma);
	vma_unlock_maps(vma);
	vma_account(vma->mm, vma, -(int64_t)vma_pages(vma));
	if (vma->flags & VM_ACCOUNT)
		commit_change(-(int64_t)vma_pages(vma));
}

// The same at the end of the space: no tree to keep right.
void vma_forget(struct vma *vma)
{
	vma_lock_maps(vma);
	maps_remove(vma);
	vma_unlock_maps(vma);
	if (vma->flags & VM_ACCOUNT)
		commit_change(-(int64_t)vma_pages(vma));
}

// ---- splitting and merging ----

int vma_split(struct vma *vma, vaddr_t at)
{
	struct mm *mm = vma->mm;
	struct vma *high;

	ASSERT(at > vma->start && at < vma->end);
	if (vma->flags & VM_SPECIAL)
		return -EINVAL;
	high = vma_copy(vma, mm);
	if (!high)
		return -ENOMEM;
	high->offset += (at - vma->start) >> PAGE_SHIFT;
	high->start = at;
	vma_lock_maps(vma);
	set_bounds(vma, vma->start, at);
	insert_node(mm, high);
	maps_add(high);
	vma_unlock_maps(vma);
	return 0;
}

static bool mergeable(const struct vma *low, const struct vma *high)
{
	if (low->end != high->start || low->flags != high->flags || low->file != high->file ||
	    low->cache != high->cache || low->name != high->name || (low->flags & VM_SPECIAL))
		return false;
	return low->offset + vma_pages(low) == high->offset;
}

// low swallows high.
static void merge(struct vma *low, struct vma *high)
{
	struct mm *mm = low->mm;
	vaddr_t end = high->end;

	vma_lock_maps(low);
	maps_remove(high);
	erase_node(mm, high);
	low->has_anon |= high->has_anon;
	set_bounds(low, low->start, end);
	vma_unlock_maps(low);
	// low holds the same file: this is never the last reference.
	vma_free(high);
}

struct vma *vma_merge(struct vma *vma)
{
	struct vma *prev = vma_prev(vma), *next = vma_next(vma);

	if (next && mergeable(vma, next))
		merge(vma, next);
	if (prev && mergeable(prev, vma)) {
		merge(prev, vma);
		vma = prev;
	}
	return vma;
}

// Anonymous memory that would merge with the VMA below: extend that one without making another.
// NULL: it does not merge.
struct vma *vma_extend(struct mm *mm, vaddr_t start, vaddr_t end, unsigned int flags)
{
	struct vma *next = vma_find(mm, start);
	struct rb_node *node = next ? rb_prev(&next->node) : rb_last(&mm->vmas);
	struct vma *vma = node ? vma_of(node) : NULL;

	if (!vma || vma->end != start || vma->flags != flags || vma->file || vma->cache ||
	    vma->name || vma->offset + vma_pages(vma) != start >> PAGE_SHIFT)
		return NULL;
	vma_account(mm, vma, (int64_t)((end - start) >> PAGE_SHIFT));
	set_bounds(vma, vma->start, end);
	return vma_merge(vma);
}

// ---- room ----

// How close below vma another mapping may end.
static vaddr_t guard_below(const struct vma *vma)
{
	return vma->flags & VM_GROWSDOWN ? STACK_GUARD : 0;
}

// The highest place below `high` in the gaps of the subtree; 0: none.
static vaddr_t search_down(struct rb_node *node, size_t length, vaddr_t low, vaddr_t high)
{
	struct vma *vma;
	vaddr_t start, end, found;

	if (!node || (vma = vma_of(node))->gap_max < length)
		return 0;
	if (vma->end < high) {
		found = search_down(node->right, length, low, high);
		if (found)
			return found;
	}
	start = vma->start - vma->gap_below;
	end = vma->start - MIN(guard_below(vma), vma->gap_below);
	start = MAX(start, low);
	end = MIN(end, high);
	if (end >= start && end - start >= length)
		return end - length;
	return vma->start > low ? search_down(node->left, length, low, high) : 0;
}

// The lowest place from `low` up.
static vaddr_t search_up(struct rb_node *node, size_t length, vaddr_t low, vaddr_t high)
{
	struct vma *vma;
	vaddr_t start, end, found;

	if (!node || (vma = vma_of(node))->gap_max < length)
		return 0;
	if (vma->start > low) {
		found = search_up(node->left, length, low, high);
		if (found)
			return found;
		start = vma->start - vma->gap_below;
		end = vma->start - MIN(guard_below(vma), vma->gap_below);
		start = MAX(start, low);
		end = MIN(end, high);
		if (end >= start && end - start >= length)
			return start;
	}
	return vma->end < high ? search_up(node->right, length, low, high) : 0;
}

vaddr_t vma_search(struct mm *mm, size_t length, vaddr_t low, vaddr_t high, bool top_down)
{
	struct rb_node *last = rb_last(&mm->vmas);
	vaddr_t behind = MAX(low, last ? vma_of(last)->end
				       : 0); // of the last VMA: a gap that is not in the tree
	vaddr_t found;

	if (high < low || high - low < length)
		return 0;
	if (top_down) {
		if (behind <= high && high - behind >= length)
			return high - length;
		return search_down(mm->vmas.node, length, low, high);
	}
	found = search_up(mm->vmas.node, length, low, high);
	if (!found && behind <= high && high - behind >= length)
		found = behind;
	return found;
}

bool vma_range_free(struct mm *mm, vaddr_t start, size_t length)
{
	struct vma *next = vma_find(mm, start);

	return !next || (next->start >= start + length &&
			 next->start - (start + length) >= guard_below(next));
}

void vma_init(void)
{
	vma_cache = kcache_create("vm_area_struct", sizeof(struct vma), 0);
}
