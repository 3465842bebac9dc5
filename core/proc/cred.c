// SPDX-License-Identifier: MIT
// Credentials: immutable once a thread has them, replaced whole, read by others under RCU; and the
// per-uid counts.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/slab.h>

static struct user root_user = {.refs = {1}};

struct cred init_cred = {
	.refs = {1},
	.cap_permitted = CAP_ALL,
	.cap_effective = CAP_ALL,
	.cap_bounding = CAP_ALL,
	.user = &root_user,
};

/* ---- users ---- */

#define USER_CHAINS 64

static struct spinlock user_lock = SPINLOCK_INIT("user");
static struct hlist user_hash[USER_CHAINS]; /* [user_lock] */

void cred_init(void)
{
	hlist_add(&root_user.hash, &user_hash[0]);
}

struct user *user_get(struct user *user)
{
	refcount_get(&user->refs);
	return user;
}

void user_put(struct user *user)
{
	unsigned long flags;

	/* The last reference goes under the lock, so that a look-up cannot revive it. */
	if (refcount_read(&user->refs) > 1) {
		uint32_t old = refcount_read(&user->refs);

		while (old > 1)
			if (__atomic_compare_exchange_n(&user->refs.count, &old, old - 1, true,
							__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
				return;
	}
	flags = spin_lock_irqsave(&user_lock);
	if (refcount_put(&user->refs)) {
		hlist_del(&user->hash);
		spin_unlock_irqrestore(&user_lock, flags);
		kfree(user);
		return;
	}
	spin_unlock_irqrestore(&user_lock, flags);
}

/* user_lock held; with a reference. */
static struct user *user_find(uid_t uid)
{
	struct user *user;

	hlist_for_each_entry (user, &user_hash[uid % USER_CHAINS], hash)
		if (user->uid == uid)
			return user_get(user);
	return NULL;
}

struct user *user_find_or_create(uid_t uid)
{
	struct user *user, *fresh;
	unsigned long flags = spin_lock_irqsave(&user_lock);

	user = user_find(uid);
	spin_unlock_irqrestore(&user_lock, flags);
	if (user)
		return user;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return NULL;
	fresh->uid = uid;
	refcount_set(&fresh->refs, 1);
	flags = spin_lock_irqsave(&user_lock);
	user = user_find(uid);
	if (!user) {
		hlist_add(&fresh->hash, &user_hash[uid % USER_CHAINS]);
		user = fresh;
		fresh = NULL;
	}
	spin_unlock_irqrestore(&user_lock, flags);
	kfree(fresh);
	return user;
}

/* ---- credentials ---- */

static void cred_free(struct rcu_head *head)
{
	struct cred *cred = container_of(head, struct cred, rcu);

	user_put(cred->user);
	kfree(cred);
}

const struct cred *cred_get(const struct cred *cred)
{
	refcount_get(&((struct cred *)(uintptr_t)cred)
			      ->refs); /* the count is not part of what is constant */
	return cred;
}

const struct cred *cred_of_thread(const struct thread *thread)
{
	struct cred *cred;

	rcu_read_lock();
	do /* it may have changed, and its old ones be on their way out */
		cred = (struct cred *)(uintptr_t)rcu_dereference(thread->cred);
	while (!refcount_get_unless_zero(&cred->refs));
	rcu_read_unlock();
	return cred;
}

void cred_put(const struct cred *cred)
{
	struct cred *c = (struct cred *)(uintptr_t)cred;

	if (c && refcount_put(&c->refs))
		rcu_call(&c->rcu, cred_free);
}

struct cred *cred_prepare(size_t n)
{
	const struct cred *old = current->cred;
	bool same = n == SIZE_MAX;
	struct cred *cred;

	if (same)
		n = old->group_count;
	cred = kmalloc(sizeof(*cred) + n * sizeof(cred->groups[0]), GFP_KERNEL);
	if (!cred)
		return NULL;
	memcpy(cred, old, sizeof(*cred));
	refcount_set(&cred->refs, 1);
	cred->group_count = (unsigned int)n;
	if (same)
		memcpy(cred->groups, old->groups, n * sizeof(cred->groups[0]));
	user_get(cred->user);
	return cred;
}

void cred_set(struct thread *thread, const struct cred *cred)
{
	const struct cred *old = thread->cred;

	rcu_assign_pointer(thread->cred, cred);
	cred_put(old);
}

bool cred_gains(const struct cred *new, const struct cred *old)
{
	return old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	       old->fsgid != new->fsgid || (new->cap_permitted & ~old->cap_permitted);
}

void cred_commit(struct cred *cred)
{
	struct thread *thread = current;
	const struct cred *old = thread->cred;

	/* What gained rights may not be looked into by those who lack them. */
	if (cred_gains(cred, old)) {
		if (thread->mm)
			thread->mm->dumpable = false;
		thread->death_signal = 0;
	}
	if (old->user != cred->user && thread->process) {
		__atomic_fetch_add(&cred->user->processes, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&old->user->processes, 1, __ATOMIC_RELAXED);
	}
	rcu_assign_pointer(thread->cred, cred);
	cred_put(old);
}

bool user_over_limit(const struct user *user)
{
	return user->uid != 0 &&
	       READ_ONCE(user->processes) > process_limit(current->process, RLIMIT_NPROC);
}

bool capable(unsigned int cap)
{
	return current->cred->cap_effective >> cap & 1;
}

bool cred_in_group(const struct cred *cred, gid_t gid)
{
	size_t low = 0, high = cred->group_count;

	if (cred->fsgid == gid)
		return true;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (cred->groups[middle] == gid)
			return true;
		if (cred->groups[middle] < gid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
