// SPDX-License-Identifier: MIT
/*
 * The dentry cache: names below directories, found without locks.
 *
 * A dentry is hashed by (parent, name) while it is in the cache; that is one reference. Readers
 * walk the chains under RCU and believe what they see of a dentry only when its sequence count is
 * the same afterwards. A dentry that moves between chains may be missed by a reader: who concludes
 * "not there" checks dentry_rename_sequence too.
 *
 * Locks, none of which nest in one another: a bucket lock for chains, parent->lock for the list of
 * children, dentry->lock (with the sequence count) for name, parent and inode, lru_lock. move_lock
 * serialises movers. dentry_put() may end an inode and so may sleep.
 */
#include "internal.h"

#include <core/init.h>

#define BUCKET_LOCKS 64
#define LRU_LIMIT    16384 /* unused dentries kept before new ones push old ones out */

struct hlist *dentry_table;
static struct spinlock bucket_locks[BUCKET_LOCKS];
static struct spinlock lru_lock, move_lock;
static struct list lru = LIST_INIT(lru);
static size_t lru_count; /* [lru_lock] */
static struct kcache *dentry_cache;
uint32_t dentry_rename_sequence;

uint32_t name_hash(const char *text, size_t length)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x01000193u;
	return hash;
}

static struct spinlock *bucket_lock(uint32_t bucket)
{
	return &bucket_locks[bucket % BUCKET_LOCKS];
}

void dcache_init(void)
{
	dentry_table = kcalloc(DENTRY_BUCKETS, sizeof(*dentry_table), GFP_KERNEL);
	VERIFY(dentry_table);
	for (unsigned int i = 0; i < BUCKET_LOCKS; i++)
		spin_init(&bucket_locks[i], "dentry bucket");
	spin_init(&lru_lock, "dentry lru");
	spin_init(&move_lock, "dentry move");
	dentry_cache = kcache_create("dentry", sizeof(struct dentry), 0);
}

struct dentry *dentry_find(struct dentry *parent, const struct name *name)
{
	struct dentry *dentry;
	uint32_t sequence, renames;

again:
	rcu_read_lock();
	renames = sequence_read(&dentry_rename_sequence);
	dentry = dentry_find_rcu(parent, name, &sequence);
	if (dentry && !refcount_get_unless_zero(&dentry->refs))
		dentry = NULL; /* on its way out, and unhashed */
	rcu_read_unlock();
	if (dentry && sequence_changed(&dentry->sequence, sequence)) {
		/* Renamed, removed or made positive meanwhile: what holds now decides. */
		dentry_put(dentry);
		goto again;
	}
	if (!dentry && sequence_changed(&dentry_rename_sequence, renames))
		goto again;
	return dentry;
}

/* In one of the hash's chains. */
static struct dentry *find_number_in(const struct hlist *chain, const struct super *super,
				     uint64_t ino)
{
	struct dentry *dentry, *found = NULL;

	rcu_read_lock();
	hlist_for_each_entry (dentry, chain, hash) {
		const struct inode *inode = rcu_dereference(dentry->inode);

		if (dentry->super == super && inode && inode->ino == ino &&
		    refcount_get_unless_zero(&dentry->refs)) {
			found = dentry;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

struct dentry *dentry_find_number(struct super *super, uint64_t ino)
{
	struct dentry *found = NULL;
	uint32_t renames;

	if (super->root->inode->ino == ino)
		return dentry_get(super->root);
	do { /* what is renamed meanwhile may change from a chain not yet looked at to one before */
		renames = sequence_read(&dentry_rename_sequence);
		for (unsigned int i = 0; i < DENTRY_BUCKETS && !found; i++) {
			found = find_number_in(&dentry_table[i], super, ino);
			resched_point();
		}
	} while (!found && sequence_changed(&dentry_rename_sequence, renames));
	return found;
}

struct dentry *dentry_child(struct dentry *parent, const char *name, size_t length)
{
	struct name key = {name, (uint32_t)length, name_hash(name, length)};

	return dentry_find(parent, &key);
}

static struct dentry *dentry_alloc(const struct name *name, struct super *super)
{
	struct dentry *dentry = kcache_alloc(dentry_cache, GFP_ZERO);

	if (!dentry)
		return NULL;
	dentry->name = dentry->inline_name;
	if (name->length >= sizeof(dentry->inline_name)) {
		dentry->name = kmalloc(name->length + 1, GFP_KERNEL);
		if (!dentry->name) {
			kcache_free(dentry_cache, dentry);
			return NULL;
		}
	}
	memcpy(dentry->name, name->text, name->length);
	dentry->name[name->length] = '\0';
	dentry->name_length = name->length;
	dentry->name_hash = name->hash;
	dentry->super = super;
	refcount_set(&dentry->refs, 1);
	spin_init(&dentry->lock, "dentry");
	list_init(&dentry->children);
	list_init(&dentry->sibling);
	list_init(&dentry->lru);
	return dentry;
}

bool dentry_set_name(struct dentry *dentry, const char *text)
{
	size_t n = strlen(text);

	if (n >= sizeof(dentry->inline_name)) {
		char *copy = kstrdup(text, GFP_KERNEL);

		if (!copy)
			return false;
		dentry->name = copy;
	} else {
		memcpy(dentry->inline_name, text, n + 1);
	}
	dentry->name_length = (uint32_t)n;
	return true;
}

struct dentry *dentry_new(struct dentry *parent, const struct name *name)
{
	struct dentry *dentry = dentry_alloc(name, parent->super);

	if (dentry) {
		dentry->parent = dentry_get(parent);
		dentry->flags = DENTRY_UNHASHED;
	}
	return dentry;
}

struct dentry *dentry_root(struct super *super, struct inode *inode)
{
	const struct name slash = {"/", 1, 0};
	struct dentry *dentry = inode ? dentry_alloc(&slash, super) : NULL;

	if (!dentry) {
		if (inode)
			inode_put(inode);
		return NULL;
	}
	dentry->parent = dentry;
	dentry->inode = inode;
	dentry->flags = DENTRY_PERSIST;
	return dentry;
}

struct dentry *dentry_nameless(struct super *super, const char *name, struct inode *inode)
{
	struct dentry *dentry = dentry_root(super, inode);

	if (dentry && !dentry_set_name(dentry, name)) {
		dentry_put(dentry);
		return NULL;
	}
	return dentry;
}

struct dentry *dentry_numbered(struct super *super, const char *kind, struct inode *inode)
{
	struct dentry *dentry = dentry_nameless(super, kind, inode);

	if (dentry)
		dentry->flags |= DENTRY_NUMBERED;
	return dentry;
}

void dentry_attach(struct dentry *dentry, struct inode *inode)
{
	ASSERT(!dentry->inode && inode);
	spin_lock(&dentry->lock);
	sequence_begin(&dentry->sequence);
	rcu_assign_pointer(dentry->inode, inode);
	sequence_end(&dentry->sequence);
	spin_unlock(&dentry->lock);
}

static void chain_add(struct dentry *dentry)
{
	uint32_t bucket = dentry_bucket(dentry->parent, dentry->name_hash);

	spin_lock(bucket_lock(bucket));
	hlist_add(&dentry->hash, &dentry_table[bucket]);
	spin_unlock(bucket_lock(bucket));
}

static bool chain_remove(struct dentry *dentry)
{
	uint32_t bucket = dentry_bucket(dentry->parent, dentry->name_hash);
	bool hashed;

	spin_lock(bucket_lock(bucket));
	hashed = dentry->hash.pprev != NULL;
	hlist_del(&dentry->hash);
	spin_unlock(bucket_lock(bucket));
	return hashed;
}

static void children_add(struct dentry *parent, struct dentry *dentry)
{
	spin_lock(&parent->lock);
	list_add_tail(&dentry->sibling, &parent->children);
	spin_unlock(&parent->lock);
}

static void children_remove(struct dentry *parent, struct dentry *dentry)
{
	spin_lock(&parent->lock);
	list_del_init(&dentry->sibling);
	spin_unlock(&parent->lock);
}

void dentry_hash(struct dentry *dentry)
{
	bool full = false;

	ASSERT(!dentry_hashed(dentry));
	(void)dentry_get(dentry);
	__atomic_fetch_and(&dentry->flags, ~DENTRY_UNHASHED, __ATOMIC_RELAXED);
	children_add(dentry->parent, dentry);
	if (!(dentry->flags & DENTRY_PERSIST)) {
		spin_lock(&lru_lock);
		list_add_tail(&dentry->lru, &lru);
		full = ++lru_count > LRU_LIMIT;
		spin_unlock(&lru_lock);
	}
	chain_add(dentry); /* last: from here on it may be found, and dropped again */
	if (full)
		(void)dentry_shrink(32);
}

/* Out of the LRU, chain and family. The cache's reference is the caller's now. False: somebody else
 * did it. */
static bool unhash(struct dentry *dentry)
{
	if (!chain_remove(dentry))
		return false;
	__atomic_fetch_or(&dentry->flags, DENTRY_UNHASHED, __ATOMIC_RELAXED);
	children_remove(dentry->parent, dentry);
	spin_lock(&lru_lock);
	if (!list_empty(&dentry->lru)) {
		list_del_init(&dentry->lru);
		lru_count--;
	}
	spin_unlock(&lru_lock);
	/* Lock-free walkers that hold it by its sequence must notice. */
	spin_lock(&dentry->lock);
	sequence_begin(&dentry->sequence);
	sequence_end(&dentry->sequence);
	spin_unlock(&dentry->lock);
	return true;
}

void dentry_drop(struct dentry *dentry)
{
	if (unhash(dentry))
		dentry_put(dentry);
}

struct dentry *dentry_get(struct dentry *dentry)
{
	refcount_get(&dentry->refs);
	return dentry;
}

static void dentry_free(struct rcu_head *head)
{
	struct dentry *dentry = container_of(head, struct dentry, rcu);

	if (dentry->name != dentry->inline_name)
		kfree(dentry->name);
	kcache_free(dentry_cache, dentry);
}

void dentry_put(struct dentry *dentry)
{
	while (dentry && refcount_put(&dentry->refs)) {
		struct dentry *parent = dentry->parent != dentry ? dentry->parent : NULL;
		struct inode *inode = dentry->inode;

		VERIFY(!dentry_hashed(dentry) && list_empty(&dentry->children) &&
		       list_empty(&dentry->lru));
		rcu_call(&dentry->rcu, dentry_free);
		if (inode) {
			/* Its last name has gone, and nobody has it open by that name. */
			if (unlikely(inode->watches != NULL) && !inode->nlink)
				notify_inode(inode, NOTIFY_DELETE_SELF | notify_kind(inode));
			inode_put(inode);
		}
		dentry = parent;
	}
}

struct dentry *dentry_parent_of(struct dentry *dentry)
{
	struct dentry *parent;

	rcu_read_lock();
	for (;;) {
		parent = rcu_dereference(dentry->parent);
		if (!refcount_get_unless_zero(&parent->refs))
			continue;
		if (rcu_dereference(dentry->parent) == parent)
			break;
		rcu_read_unlock();
		dentry_put(parent);
		rcu_read_lock();
	}
	rcu_read_unlock();
	return parent;
}

bool dentry_below(const struct dentry *dentry, const struct dentry *ancestor)
{
	for (;;) {
		const struct dentry *parent = rcu_dereference(dentry->parent);

		if (dentry == ancestor)
			return true;
		if (parent == dentry)
			return false;
		dentry = parent;
	}
}

/* ---- moving ---- */

static void old_name_free(struct rcu_head *head)
{
	struct old_name *old = container_of(head, struct old_name, rcu);

	kfree(old->name);
	kfree(old);
}

static int name_copy(struct owned_name *to, const struct dentry *from)
{
	to->length = from->name_length;
	to->hash = from->name_hash;
	to->name = NULL;
	if (from->name == from->inline_name) {
		memcpy(to->inline_name, from->inline_name, sizeof(to->inline_name));
		return 0;
	}
	to->name = kmalloc(from->name_length + 1u, GFP_KERNEL);
	if (!to->name)
		return -ENOMEM;
	memcpy(to->name, from->name, from->name_length + 1u);
	return 0;
}

/* Give dentry its new name and parent. Readers see the change through the sequence count. */
static void rename_one(struct dentry *dentry, const struct owned_name *name, struct dentry *parent)
{
	spin_lock(&dentry->lock);
	sequence_begin(&dentry->sequence);
	if (name->name) {
		rcu_assign_pointer(dentry->name, name->name);
	} else {
		memcpy(dentry->inline_name, name->inline_name, sizeof(dentry->inline_name));
		rcu_assign_pointer(dentry->name, dentry->inline_name);
	}
	dentry->name_length = name->length;
	dentry->name_hash = name->hash;
	rcu_assign_pointer(dentry->parent, parent);
	sequence_end(&dentry->sequence);
	spin_unlock(&dentry->lock);
}

static int old_name_prepare(const struct dentry *dentry, struct old_name **old)
{
	*old = NULL;
	if (dentry->name == dentry->inline_name)
		return 0;
	*old = kmalloc(sizeof(**old), GFP_KERNEL);
	if (!*old)
		return -ENOMEM;
	(*old)->name = dentry->name;
	return 0;
}

void dentry_move_cancel(struct dentry_move *move)
{
	kfree(move->to_name.name);
	kfree(move->from_name.name);
	kfree(move->from_old);
	kfree(move->to_old);
}

int dentry_move_prepare(struct dentry_move *move, struct dentry *from, struct dentry *to,
			bool exchange)
{
	*move = (struct dentry_move){.from = from, .to = to, .exchange = exchange};
	if (name_copy(&move->to_name, to) || old_name_prepare(from, &move->from_old))
		goto no_memory;
	if (exchange && (name_copy(&move->from_name, from) || old_name_prepare(to, &move->to_old)))
		goto no_memory;
	return 0;
no_memory:
	dentry_move_cancel(move);
	return -ENOMEM;
}

void dentry_move(struct dentry_move *move)
{
	struct dentry *from = move->from, *to = move->to;
	struct dentry *from_parent = from->parent, *to_parent = to->parent;
	bool exchange = move->exchange, was_hashed;

	spin_lock(&move_lock);
	/* From here to the end who finds neither looks again: a name that is replaced is never missing. */
	sequence_begin(&dentry_rename_sequence);
	was_hashed = chain_remove(from);
	VERIFY(was_hashed);
	if (!exchange) {
		dentry_drop(to); /* the caller holds a reference of its own */
	} else {
		was_hashed = chain_remove(to);
		VERIFY(was_hashed);
	}
	if (from_parent != to_parent) {
		/* The parents' references are swapped, or one moves with the child. */
		if (!exchange)
			(void)dentry_get(to_parent);
		children_remove(from_parent, from);
		children_add(to_parent, from);
		if (exchange) {
			children_remove(to_parent, to);
			children_add(from_parent, to);
		}
	}
	rename_one(from, &move->to_name, to_parent);
	if (exchange) {
		rename_one(to, &move->from_name, from_parent);
		chain_add(to);
	}
	chain_add(from);
	sequence_end(&dentry_rename_sequence);
	spin_unlock(&move_lock);
	if (move->from_old)
		rcu_call(&move->from_old->rcu, old_name_free);
	if (move->to_old)
		rcu_call(&move->to_old->rcu, old_name_free);
	if (!exchange && from_parent != to_parent)
		dentry_put(from_parent);
}

/* ---- shrinking ---- */

size_t dentry_shrink(size_t n)
{
	size_t scanned = 0, dropped = 0, limit;

	spin_lock(&lru_lock);
	limit = lru_count;
	while (scanned++ < limit && dropped < n && !list_empty(&lru)) {
		struct dentry *dentry = list_first(&lru, struct dentry, lru);
		uint32_t one = 1;

		list_move_tail(&dentry->lru, &lru);
		if (n != SIZE_MAX && (READ_ONCE(dentry->flags) & DENTRY_REFERENCED)) {
			__atomic_fetch_and(&dentry->flags, ~DENTRY_REFERENCED, __ATOMIC_RELAXED);
			continue;
		}
		/* Only the cache's own reference: keep it in our hand while we unhash. */
		if (READ_ONCE(dentry->refs.count) != 1 ||
		    !__atomic_compare_exchange_n(&dentry->refs.count, &one, 2, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		spin_unlock(&lru_lock);
		dentry_drop(dentry);
		dentry_put(dentry);
		dropped++;
		resched_point();
		spin_lock(&lru_lock);
	}
	spin_unlock(&lru_lock);
	return dropped;
}

struct vfs_counts vfs_counts(void)
{
	return (struct vfs_counts){
		.files = file_count(),
		.inodes = inode_count(),
		.dentries = kcache_active(dentry_cache),
		.dentries_unused = READ_ONCE(lru_count),
	};
}

void vfs_drop_caches(void)
{
	while (dentry_shrink(SIZE_MAX))
		;
	rcu_barrier();
}

/* The first child, with a reference: while it is on the list the cache's reference is still there.
 */
static struct dentry *first_child(struct dentry *dentry)
{
	struct dentry *child = NULL;

	spin_lock(&dentry->lock);
	if (!list_empty(&dentry->children))
		child = dentry_get(list_first(&dentry->children, struct dentry, sibling));
	spin_unlock(&dentry->lock);
	return child;
}

/* Down to some leaf, and on with its parent: no step is made twice, however deep the tree is. */
void dentry_tree_drop(struct dentry *top)
{
	struct dentry *dentry = dentry_get(top);

	for (;;) {
		struct dentry *next = first_child(dentry);

		if (!next) {
			if (dentry != top)
				next = dentry_get(dentry->parent);
			dentry_drop(dentry);
		}
		dentry_put(dentry);
		if (!next)
			return;
		dentry = next;
		resched_point();
	}
}

int dentry_add_child(struct dentry *parent, const char *text, struct inode *inode)
{
	struct name name = {text, (uint32_t)strlen(text), name_hash(text, strlen(text))};
	struct dentry *dentry = dentry_new(parent, &name);

	if (!dentry) {
		inode_put(inode);
		return -ENOMEM;
	}
	dentry->flags |= DENTRY_PERSIST;
	dentry_attach(dentry, inode);
	dentry_hash(dentry);
	dentry_put(dentry);
	return 0;
}
