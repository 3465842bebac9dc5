// SPDX-License-Identifier: MIT
// Where a woken thread goes, and how an idle or less busy processor takes work from another, or is given it.
//
// Counts of other queues are read without their locks: they are hints. A second queue lock is only
// ever tried, never waited for, so that a switch in progress is never left half-way.

#include "run_queue.h"

static unsigned int load(unsigned int cpu)
{
	return READ_ONCE(run_queue_of(cpu)->count);
}

/* Interrupts are off: whoever runs there does not go away while we look. */
static unsigned int level_on(unsigned int cpu)
{
	return READ_ONCE(READ_ONCE(run_queue_of(cpu)->running)->sched.rt_level);
}

/* By priority what runs on a processor counts, then as for all how many want to. */
static bool better(const struct thread *t, unsigned int cpu, unsigned int best)
{
	if (sched_is_rt(t)) {
		unsigned int level = level_on(cpu), other = level_on(best);

		if (level != other)
			return level < other;
	}
	return load(cpu) + 1 < load(best); /* one more there is not worth a cold cache */
}

unsigned int balance_place(struct thread *t, bool sync)
{
	uint64_t allowed = t->sched.affinity & sched_online();
	unsigned int here = hal_cpu_id(), last = READ_ONCE(t->sched.cpu);

	if (!allowed) /* its CPUs are not up: anywhere is better than nowhere */
		return here;
	if (allowed & 1ull << last && load(last) == 0)
		return last;
	if (allowed & 1ull << here && load(here) == (sync && !sched_is_rt(t) ? 1 : 0))
		return here;
	for (uint64_t rest = allowed; rest; rest &= rest - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(rest);

		if (load(cpu) == 0)
			return cpu;
	}
	unsigned int best = allowed & 1ull << last ? last : (unsigned int)__builtin_ctzll(allowed);

	for (uint64_t rest = allowed; rest; rest &= rest - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(rest);

		if (better(t, cpu, best))
			best = cpu;
	}
	return best;
}

/* The highest above floor that is queued on from and may run on cpu; from->lock held. */
static struct thread *movable_rt(struct run_queue *from, unsigned int cpu, unsigned int floor)
{
	for (unsigned int level = RT_LEVELS - 1; level > floor; level--) {
		struct thread *t;

		if (!bitmap_test(from->rt_levels, RT_LEVELS - 1 - level))
			continue;
		list_for_each_entry (t, &from->rt[level], sched.rt_link)
			if (t->sched.affinity & 1ull << cpu)
				return t;
	}
	return NULL;
}

/* A thread queued on from that may run on cpu; from->lock held. */
static struct thread *movable(struct run_queue *from, unsigned int cpu)
{
	struct thread *first = movable_rt(from, cpu, 0);

	if (first)
		return first;
	for (struct rb_node *node = rb_last(&from->fair); node; node = rb_prev(node)) {
		struct thread *t = rb_entry(node, struct thread, sched.node);

		if (t->sched.affinity & 1ull << cpu)
			return t;
	}
	return NULL;
}

/* Both locked; t is queued on from. */
static void take(struct run_queue *rq, struct run_queue *from, struct thread *t)
{
	sched_dequeue(from, t);
	sched_enqueue(rq, t, false);
}

bool balance_pull_rt(struct run_queue *rq)
{
	assert_spin_held(&rq->lock);
	for (uint64_t rest = sched_online() & ~(1ull << rq->cpu); rest; rest &= rest - 1) {
		struct run_queue *from = run_queue_of((unsigned int)__builtin_ctzll(rest));
		struct thread *t;

		if (load(from->cpu) < 2 || !spin_trylock(&from->lock))
			continue;
		t = movable_rt(from, rq->cpu, rq->running->sched.rt_level);
		if (t)
			take(rq, from, t);
		spin_unlock(&from->lock);
		if (t)
			return true;
	}
	return false;
}

bool balance_pull(struct run_queue *rq)
{
	unsigned int busiest = rq->cpu, most = rq->count + 1;

	assert_spin_held(&rq->lock);
	for (uint64_t rest = sched_online(); rest; rest &= rest - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(rest);

		if (load(cpu) > most) {
			most = load(cpu);
			busiest = cpu;
		}
	}
	if (busiest == rq->cpu)
		return false;

	struct run_queue *from = run_queue_of(busiest);
	struct thread *t = NULL;

	if (!spin_trylock(&from->lock))
		return false;
	if (from->count > rq->count + 1) {
		sched_charge_running(from);
		t = movable(from, rq->cpu);
		if (t)
			take(rq, from, t);
	}
	spin_unlock(&from->lock);
	return t != NULL;
}

void balance_push(struct run_queue *rq, ktime_t now)
{
	assert_spin_held(&rq->lock);
	for (uint64_t rest = sched_online(); rest && rq->count > 1; rest &= rest - 1) {
		struct run_queue *to = run_queue_of((unsigned int)__builtin_ctzll(rest));
		struct thread *t;

		if (load(to->cpu) || !spin_trylock(&to->lock))
			continue;
		t = to->count ? NULL : movable(rq, to->cpu);
		/* Who has run just now may be one of two that pass a word to and fro: they stay together. */
		if (t && t->sched.exec_start + NSEC_PER_MSEC < now) {
			take(to, rq, t);
			sched_preempt(to);
		}
		spin_unlock(&to->lock);
	}
}
