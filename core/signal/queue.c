// SPDX-License-Identifier: MIT
// Pending sets and their queues. Everything here happens under sighand->lock.

#include <core/lib/string.h>
#include <core/slab.h>

#include "internal.h"

static struct kcache *cache;

void signal_room_init(void)
{
	cache = kcache_create("sigqueue", sizeof(struct sigqueue), 0);
}

struct sigqueue *sigqueue_alloc(struct thread *target, bool beyond_limit)
{
	struct sigqueue *q = NULL;
	struct user *user;
	uint32_t count;

	rcu_read_lock();
	user = rcu_dereference(target->cred)->user;
	count = __atomic_add_fetch(&user->sigpending, 1, __ATOMIC_RELAXED);
	if (beyond_limit || count <= process_limit(target->process, RLIMIT_SIGPENDING))
		q = kcache_alloc(cache, GFP_ATOMIC);
	if (q) {
		list_init(&q->link);
		q->user = user_get(user);
		q->timer = NULL;
	} else {
		__atomic_fetch_sub(&user->sigpending, 1, __ATOMIC_RELAXED);
	}
	rcu_read_unlock();
	return q;
}

static void sigqueue_destroy(struct sigqueue *q)
{
	__atomic_fetch_sub(&q->user->sigpending, 1, __ATOMIC_RELAXED);
	user_put(q->user);
	kcache_free(cache, q);
}

void sigqueue_free(struct sigqueue *q)
{
	if (!q->timer)
		sigqueue_destroy(q);
}

struct sigqueue *sigqueue_alloc_timer(struct posix_timer *timer)
{
	struct sigqueue *q = sigqueue_alloc(current, false);

	if (q)
		q->timer = timer;
	return q;
}

void sigqueue_free_timer(struct sigqueue *q)
{
	ASSERT(list_empty(&q->link));
	sigqueue_destroy(q);
}

bool pending_take(struct sigpending *pending, int sig, struct siginfo *info,
		  struct posix_timer **timer)
{
	struct sigqueue *q, *found = NULL;
	bool more = false;

	*timer = NULL;
	if (!(pending->set & sigbit(sig)))
		return false;
	list_for_each_entry (q, &pending->queue, link) {
		if (q->info.signo != sig)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = q;
	}
	if (!more)
		pending->set &= ~sigbit(sig);
	if (found) {
		list_del_init(&found->link);
		*info = found->info;
		if (found->timer) {
			*timer = found->timer;
			posix_timer_dequeued(*timer);
		}
		sigqueue_free(found);
	} else { /* the queue was full, or nobody had anything to say */
		*info = (struct siginfo){.signo = sig, .code = SI_USER};
	}
	return true;
}

void pending_flush(struct sigpending *pending, uint64_t set)
{
	struct sigqueue *q, *next;

	if (!(pending->set & set))
		return;
	pending->set &= ~set;
	list_for_each_entry_safe (q, next, &pending->queue, link)
		if (set & sigbit(q->info.signo)) {
			list_del_init(&q->link);
			sigqueue_free(q);
		}
}

void pending_flush_timers(struct sigpending *pending)
{
	struct sigqueue *q, *next;
	uint64_t gone = 0, kept = 0;

	list_for_each_entry_safe (q, next, &pending->queue, link) {
		if (q->info.code != SI_TIMER) {
			kept |= sigbit(q->info.signo);
			continue;
		}
		gone |= sigbit(q->info.signo);
		list_del_init(&q->link);
		sigqueue_free(q);
	}
	pending->set &= ~gone | kept;
}

void signal_flush(struct sigpending *pending)
{
	pending_flush(pending, ~0ull);
}

int signal_dequeue(struct thread *thread, uint64_t blocked, struct siginfo *info,
		   struct posix_timer **timer)
{
	struct process *process = thread->process;
	/* Synchronous ones are always the thread's own. */
	int sig = signal_first(thread->pending.set & ~blocked & SIGNAL_SET_SYNCHRONOUS);

	if (!sig) {
		uint64_t own = thread->pending.set & ~blocked,
			 shared = process->shared.set & ~blocked;

		sig = own ? signal_first(own) : signal_first(shared & ~0ull);
	}
	if (!sig)
		return 0;
	if (!pending_take(&thread->pending, sig, info, timer))
		(void)pending_take(&process->shared, sig, info,
				   timer); /* it is in one of the two */
	return sig;
}

int signal_take_unlock(uint64_t set, struct siginfo *info, uint64_t others, unsigned long flags)
{
	struct thread *thread = current;
	struct posix_timer *timer = NULL;
	int sig = signal_dequeue(thread, ~set, info, &timer);

	signal_retarget(thread, others);
	signal_recalc(thread);
	spin_unlock_irqrestore(&thread->sighand->lock, flags);
	if (timer)
		posix_timer_taken(timer, info);
	return sig;
}

int signal_take(uint64_t set, struct siginfo *info)
{
	struct thread *thread = current;

	if (!((READ_ONCE(thread->pending.set) | READ_ONCE(thread->process->shared.set)) & set))
		return 0;
	return signal_take_unlock(set, info, 0, spin_lock_irqsave(&thread->sighand->lock));
}
