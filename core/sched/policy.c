// SPDX-License-Identifier: MIT
// What can be set and asked: policies, priorities, affinity, counts; and how queues and threads
// begin.

#include "run_queue.h"

#include <core/errno.h>
#include <core/slab.h>
#include <hal/boot.h>
#include <hal/time.h>

/* How often who has driven a thread away looks whether it has left. */
#define LEAVING (50 * NSEC_PER_USEC)

static uint64_t online = 1;	      /* atomic; a bit for each processor */
static unsigned int online_count = 1; /* atomic; of those bits: wake-ups ask for it */

uint64_t sched_online(void)
{
	return READ_ONCE(online);
}

unsigned int sched_cpu_count(void)
{
	return READ_ONCE(online_count);
}

void sched_cpu_online(void)
{
	/* Counted first: once the bit is seen, by who starts the next one too, both hold. */
	__atomic_fetch_add(&online_count, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&online, 1ull << hal_cpu_id(), __ATOMIC_SEQ_CST);
}

int sched_init_cpu(unsigned int cpu, struct thread *idle)
{
	static struct run_queue first; /* there is no allocator yet */
	struct run_queue *rq = cpu ? kzalloc(sizeof(*rq), GFP_KERNEL) : &first;
	struct percpu *p = &percpus[cpu];

	if (!rq)
		return -ENOMEM;
	spin_init(&rq->lock, "run queue");
	rq->cpu = cpu;
	rq->running = rq->idle = idle;
	rq->next_tick = KTIME_MAX;
	for (unsigned int i = 0; i < RT_LEVELS; i++)
		list_init(&rq->rt[i]);
	fair_init(rq);
	p->cpu = cpu;
	p->rq = rq;
	p->idle = idle;
	p->rcu_last = &p->rcu_first;

	idle->sched.cpu = cpu;
	idle->sched.on_cpu = true;
	idle->sched.weight = fair_weight(SCHED_IDLE, 0);
	idle->sched.policy = SCHED_IDLE;
	idle->state = THREAD_RUNNING;
	rq->idle_since = hal_time_ns();
	return 0;
}

/* The level of t by itself. */
static uint8_t own_level(const struct sched_entity *s)
{
	return s->policy == SCHED_FIFO || s->policy == SCHED_RR ? s->rt_priority : 0;
}

void sched_init_thread(struct thread *child, const struct thread *parent)
{
	struct sched_entity *s = &child->sched;

	*s = (struct sched_entity){.slice = FAIR_SLICE, .affinity = ~0ull, .cpu = hal_cpu_id()};
	if (parent) {
		s->policy = parent->sched.policy;
		s->rt_priority = parent->sched.rt_priority;
		s->nice = parent->sched.nice;
		s->affinity = parent->sched.affinity;
		s->slice = parent->sched.slice;
		if (parent->sched.reset_on_fork) {
			if (own_level(s)) {
				s->policy = SCHED_OTHER;
				s->nice = 0;
			}
			s->rt_priority = 0;
			s->slice = FAIR_SLICE;
			if (s->nice < 0)
				s->nice = 0;
		}
	}
	s->weight = fair_weight(s->policy, s->nice);
	s->rt_level = own_level(s); /* what was lent to the parent is not inherited */
	child->state = THREAD_NEW;
}

/* Take t off its queue for a change of its class or weight, and put it back afterwards. */
static struct run_queue *begin_change(struct thread *t, unsigned long *flags, bool *queued)
{
	struct run_queue *rq;

	*flags = hal_irq_save();
	rq = sched_lock_queue_of(t);
	*queued = t->sched.queued;
	if (rq->running == t)
		sched_charge_running(rq);
	if (*queued)
		sched_dequeue(rq, t);
	return rq;
}

static void end_change(struct run_queue *rq, struct thread *t, unsigned long flags, bool queued)
{
	if (queued) {
		/* The running one counts, but is in no tree or list. */
		sched_enqueue(rq, t, false);
		if (rq->running == t) {
			if (sched_is_rt(t))
				sched_rt_unlink(rq, t);
			else
				fair_set(rq, t);
		}
		sched_preempt(rq);
	}
	spin_unlock(&rq->lock);
	hal_irq_restore(flags);
}

/* The run queue is locked, and t's running time is up to date. */
static void settle_level(struct thread *t)
{
	if (!sched_is_rt(t))
		t->sched.awake_from = t->sched.round_from = t->sched.runtime;
	WRITE_ONCE(t->sched.rt_level, MAX(own_level(&t->sched), t->sched.boost));
}

/* The same: what t is owed is time, which is another virtual time with another weight. */
static void settle_weight(struct thread *t)
{
	uint32_t weight = fair_weight(t->sched.policy, t->sched.nice);

	t->sched.lag = t->sched.lag * (int64_t)t->sched.weight / (int64_t)weight;
	t->sched.weight = weight;
}

void sched_set_policy(struct thread *t, unsigned int policy, unsigned int rt_priority)
{
	unsigned long flags;
	bool queued;
	struct run_queue *rq = begin_change(t, &flags, &queued);

	WRITE_ONCE(t->sched.policy, (uint8_t)policy);
	WRITE_ONCE(t->sched.rt_priority, (uint8_t)rt_priority);
	settle_weight(t);
	settle_level(t);
	end_change(rq, t, flags, queued);
}

void sched_set_nice(struct thread *t, int nice)
{
	unsigned long flags;
	bool queued;
	struct run_queue *rq = begin_change(t, &flags, &queued);

	WRITE_ONCE(t->sched.nice, (int8_t)nice);
	settle_weight(t);
	end_change(rq, t, flags, queued);
}

void sched_set_slice(struct thread *t, ktime_t slice)
{
	unsigned long flags;
	bool queued;
	struct run_queue *rq = begin_change(t, &flags, &queued);

	WRITE_ONCE(t->sched.slice, slice ? slice : FAIR_SLICE);
	end_change(rq, t, flags, queued);
}

void sched_boost(struct thread *t, unsigned int level)
{
	unsigned long flags;
	bool queued;
	struct run_queue *rq = begin_change(t, &flags, &queued);

	t->sched.boost = (uint8_t)level;
	settle_level(t);
	end_change(rq, t, flags, queued);
}

/* Is t where it may not be, running or on its way to another queue? */
static bool misplaced(const struct thread *t)
{
	return (READ_ONCE(t->state) == THREAD_RUNNING || load_acquire(&t->sched.on_cpu)) &&
	       !(READ_ONCE(t->sched.affinity) & 1ull << READ_ONCE(t->sched.cpu));
}

int sched_set_affinity(struct thread *t, uint64_t mask)
{
	unsigned long flags;
	bool queued;
	int error = 0;

	might_sleep();
	if (!(mask & sched_online()))
		return -EINVAL;
	struct run_queue *rq = begin_change(t, &flags, &queued);

	WRITE_ONCE(t->sched.affinity, mask);
	if (queued && rq->running != t && !(mask & 1ull << rq->cpu)) {
		spin_unlock(&rq->lock);
		sched_place(t);
		hal_irq_restore(flags);
		return 0;
	}
	end_change(rq, t, flags,
		   queued); /* a running one moves when it next switches, which this makes it do */
	/* No lock is held, and a signal that kills ends it: others may change the mask again and again. */
	while (!error && t != current && misplaced(t))
		error = sched_sleep_until(clock_monotonic() + LEAVING, THREAD_KILLABLE);
	return 0;
}

unsigned int sched_running(void)
{
	unsigned int sum = 0;

	for (uint64_t rest = sched_online(); rest; rest &= rest - 1)
		sum += READ_ONCE(run_queue_of((unsigned int)__builtin_ctzll(rest))->count);
	return sum;
}

ktime_t sched_idle_time(unsigned int cpu)
{
	struct run_queue *rq = run_queue_of(cpu);
	ktime_t idle = READ_ONCE(rq->idle_time);

	return READ_ONCE(rq->running) == rq->idle
		       ? idle + (hal_time_ns() - READ_ONCE(rq->idle_since))
		       : idle;
}

void sched_cpu_ticks(unsigned int cpu, ktime_t *user, ktime_t *system)
{
	*user = READ_ONCE(run_queue_of(cpu)->user_ticks) * TICK;
	*system = READ_ONCE(run_queue_of(cpu)->system_ticks) * TICK;
}

uint64_t sched_switches(void)
{
	uint64_t sum = 0;

	for (uint64_t rest = sched_online(); rest; rest &= rest - 1)
		sum += READ_ONCE(run_queue_of((unsigned int)__builtin_ctzll(rest))->switches);
	return sum;
}
