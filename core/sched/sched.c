// SPDX-License-Identifier: MIT
// The scheduler's heart: sleeping, waking, switching, the tick.

#include "run_queue.h"

#include <core/errno.h>
#include <core/lockdep.h>
#include <core/mm.h>
#include <core/printk.h>
#include <hal/time.h>

struct percpu percpus[NR_CPUS];

/* ---- queues ---- */

static void rt_enqueue(struct run_queue *rq, struct thread *t, bool first)
{
	unsigned int level = t->sched.rt_level;

	if (first)
		list_add(&t->sched.rt_link, &rq->rt[level]);
	else
		list_add_tail(&t->sched.rt_link, &rq->rt[level]);
	bitmap_set(rq->rt_levels, RT_LEVELS - 1 - level);
}

void sched_rt_unlink(struct run_queue *rq, struct thread *t)
{
	unsigned int level = t->sched.rt_level;

	ASSERT(bitmap_test(rq->rt_levels,
			   RT_LEVELS - 1 - level)); /* it has not changed in the list */
	list_del(&t->sched.rt_link);
	if (list_empty(&rq->rt[level]))
		bitmap_clear(rq->rt_levels, RT_LEVELS - 1 - level);
}

static struct thread *rt_first(struct run_queue *rq)
{
	size_t bit = bitmap_next(rq->rt_levels, RT_LEVELS, 0);

	return bit == RT_LEVELS
		       ? NULL
		       : list_first(&rq->rt[RT_LEVELS - 1 - bit], struct thread, sched.rt_link);
}

void sched_enqueue(struct run_queue *rq, struct thread *t, bool initial)
{
	assert_spin_held(&rq->lock);
	ASSERT(!t->sched.queued);
	if (sched_is_rt(t))
		rt_enqueue(rq, t, false);
	else
		fair_enqueue(rq, t, initial);
	t->sched.queued = true;
	WRITE_ONCE(t->sched.cpu, rq->cpu);
	WRITE_ONCE(rq->count, rq->count + 1);
}

void sched_dequeue(struct run_queue *rq, struct thread *t)
{
	assert_spin_held(&rq->lock);
	ASSERT(t->sched.queued);
	if (!sched_is_rt(t))
		fair_dequeue(rq, t);
	else if (rq->running != t)
		sched_rt_unlink(rq, t);
	t->sched.queued = false;
	WRITE_ONCE(rq->count, rq->count - 1);
}

/* Account the running thread's time up to now. */
void sched_charge_running(struct run_queue *rq)
{
	struct thread *t = rq->running;
	uint64_t ran;
	ktime_t now;

	if (t == rq->idle)
		return;
	now = hal_time_ns();
	/* It may have begun by another processor's clock, which may be a little ahead of ours. */
	if (unlikely(now <= t->sched.exec_start))
		return;
	ran = now - t->sched.exec_start;
	t->sched.exec_start = now;
	WRITE_ONCE(t->sched.runtime, t->sched.runtime + ran);
	if (!sched_is_rt(t) && t->sched.queued)
		fair_charge(rq, t, ran);
}

/* Make the queue's CPU choose again soon. */
void sched_preempt(struct run_queue *rq)
{
	struct thread *t = rq->running;

	if (__atomic_fetch_or(&t->hal.work, THREAD_WORK_RESCHED, __ATOMIC_SEQ_CST) &
	    THREAD_WORK_RESCHED)
		return;
	if (rq->cpu != hal_cpu_id())
		hal_ipi_send(rq->cpu, HAL_IPI_RESCHED);
}

static void check_preempt(struct run_queue *rq, struct thread *woken)
{
	struct thread *running = rq->running;
	bool preempt;

	if (running == rq->idle)
		preempt = true;
	else if (sched_is_rt(woken))
		preempt = !sched_is_rt(running) || woken->sched.rt_level > running->sched.rt_level;
	else if (sched_is_rt(running))
		preempt = false;
	else {
		sched_charge_running(rq);
		preempt = fair_should_preempt(rq, running, woken);
	}
	if (preempt)
		sched_preempt(rq);
}

/* ---- switching ---- */

struct run_queue *sched_lock_queue_of(struct thread *t)
{
	for (;;) {
		struct run_queue *rq = run_queue_of(READ_ONCE(t->sched.cpu));

		spin_lock(&rq->lock);
		if (likely(rq->cpu == t->sched.cpu))
			return rq;
		spin_unlock(&rq->lock);
	}
}

/* t, which is runnable and not queued, is to be queued where balance_place() says; rq, its queue until now, is locked.
 * The one to queue it on, locked. t belongs to it from before the old lock is dropped: whoever changes t in between
 * holds the new one, and may have forbidden it. */
static struct run_queue *move_placed(struct run_queue *rq, struct thread *t, bool sync)
{
	unsigned int cpu = balance_place(t, sync);

	while (cpu != rq->cpu) {
		WRITE_ONCE(t->sched.cpu, cpu);
		spin_unlock(&rq->lock);
		rq = run_queue_of(cpu);
		spin_lock(&rq->lock);
		if (unlikely(!(t->sched.affinity & 1ull << cpu)))
			cpu = balance_place(t, sync);
	}
	return rq;
}

static struct thread *pick(struct run_queue *rq)
{
	struct thread *t = rt_first(rq);

	if (t) {
		sched_rt_unlink(rq, t);
		return t;
	}
	t = fair_pick(rq);
	if (!t)
		return rq->idle;
	fair_set(rq, t);
	return t;
}

static void stop_or_start_tick(struct run_queue *rq, struct thread *prev, struct thread *next,
			       ktime_t now)
{
	if (prev == rq->idle) {
		rq->idle_time += now - rq->idle_since;
		rq->next_tick = now + TICK;
		timer_reprogram();
	} else if (next == rq->idle) {
		rq->idle_since = now;
		rq->next_tick = KTIME_MAX; /* the idle loop reprograms */
	}
}

/* Put t, which is runnable and on no queue, on one. Interrupts off. */
static void place(struct thread *t, bool initial)
{
	struct run_queue *rq = sched_lock_queue_of(t);

	rq = move_placed(rq, t, false);
	sched_enqueue(rq, t, initial);
	check_preempt(rq, t);
	spin_unlock(&rq->lock);
}

void sched_place(struct thread *t)
{
	place(t, false);
}

/* The first thing a thread does when it has come to the processor: the lock was taken by prev. */
static void finish_switch(struct thread *prev)
{
	struct run_queue *rq = this_rq();
	bool dead = prev->state == THREAD_DEAD, migrate = prev->sched.migrate;

	prev->sched.migrate = false;
	store_release(&prev->sched.on_cpu, false);
	spin_unlock(&rq->lock);
	if (unlikely(migrate))
		place(prev, false);
	if (dead)
		thread_put(prev); /* the reference of its own life */
}

void core_thread_begin(struct hal_thread *prev)
{
	finish_switch(thread_of(prev));
	hal_irq_enable();
}

/* t, which is running by priority, has used up its turn among its equals. */
static bool round_over(const struct thread *t)
{
	return t->sched.policy == SCHED_RR &&
	       t->sched.runtime - t->sched.round_from >= SCHED_RR_SLICE;
}

/* t has run by priority, and stays runnable. Who has to give way to a higher one goes where a lower
 * one runs; who is to stay goes on with its turn. */
static void rt_put(struct run_queue *rq, struct thread *t, bool preempted)
{
	const struct thread *first = rt_first(rq);
	bool over = round_over(t);

	if (over)
		t->sched.round_from = t->sched.runtime;
	if (first && first->sched.rt_level > t->sched.rt_level &&
	    balance_place(t, false) != rq->cpu) {
		sched_dequeue(rq, t);
		t->sched.migrate = true;
	} else {
		rt_enqueue(rq, t, preempted && !over);
	}
}

/* Interrupts off. The caller has set the current thread's state. */
static void switch_away(bool preempted)
{
	struct percpu *cpu = this_cpu();
	struct run_queue *rq = cpu->rq;
	struct thread *prev = current, *next;

	spin_lock(&rq->lock);
	__atomic_fetch_and(&prev->hal.work, ~THREAD_WORK_RESCHED, __ATOMIC_RELAXED);
	rcu_quiescent(cpu);
	sched_charge_running(rq);
	if (prev != rq->idle) {
		if (prev->state == THREAD_RUNNING &&
		    unlikely(!(prev->sched.affinity & 1ull << rq->cpu))) {
			sched_dequeue(rq, prev);
			prev->sched.migrate = true;
		} else if (prev->state == THREAD_RUNNING) {
			if (sched_is_rt(prev)) {
				rt_put(rq, prev, preempted);
			} else {
				if (fair_slice_over(prev))
					fair_renew(prev);
				fair_put(rq, prev);
			}
		} else {
			sched_dequeue(rq, prev);
		}
	}
	if (rq->count == 0)
		balance_pull(rq);
	next = pick(rq);
	if (next == prev) {
		spin_unlock(&rq->lock);
		return;
	}

	ktime_t now = hal_time_ns();
	WRITE_ONCE(rq->running, next);
	rq->switches++;
	next->sched.exec_start = now;
	next->sched.on_cpu = true;
	if (preempted)
		WRITE_ONCE(prev->sched.switches_involuntary, prev->sched.switches_involuntary + 1);
	else
		WRITE_ONCE(prev->sched.switches_voluntary, prev->sched.switches_voluntary + 1);
	if (unlikely(prev == rq->idle || next == rq->idle))
		stop_or_start_tick(rq, prev, next, now);
	// It may go on elsewhere, and a critical section of its own was interrupted.
	if (unlikely(prev->rseq))
		__atomic_fetch_or(&prev->hal.work, THREAD_WORK_RSEQ, __ATOMIC_RELAXED);
	if (next->mm != prev->mm)
		hal_space_activate(next->mm ? &next->mm->space : NULL);

	lockdep_hand_over(prev, next);
	finish_switch(thread_of(hal_thread_switch(&prev->hal, &next->hal)));
}

void schedule(void)
{
	bool was_on = hal_irq_enabled();

	ASSERT(was_on);
	might_sleep();
	hal_irq_disable();
	switch_away(READ_ONCE(current->state) == THREAD_RUNNING);
	hal_irq_enable();
}

void sched_set_state(unsigned int state)
{
	store_release(&current->state, state);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* before the condition is looked at */
}

/* A timer on the sleeper's own stack. */
struct sleeper {
	struct timer timer;
	struct thread *thread;
};

static void sleep_over(struct timer *timer)
{
	struct sleeper *s = container_of(timer, struct sleeper, timer);

	sched_wake(s->thread, THREAD_SLEEPS);
}

int sched_wait(unsigned int state, ktime_t deadline)
{
	struct sleeper sleeper;
	int result = 0;

	if ((state & THREAD_INTERRUPTIBLE && signal_pending()) ||
	    (state & THREAD_KILLABLE && signal_fatal_pending())) {
		WRITE_ONCE(current->state, THREAD_RUNNING);
		return -ERESTARTSYS;
	}
	if (deadline == KTIME_MAX) {
		schedule();
		return 0;
	}
	if (clock_monotonic() >= deadline) {
		WRITE_ONCE(current->state, THREAD_RUNNING);
		return -ETIMEDOUT;
	}
	sleeper.thread = current;
	timer_init(&sleeper.timer, sleep_over);
	timer_start(&sleeper.timer, deadline);
	schedule();
	if (!timer_cancel_sync(&sleeper.timer) && clock_monotonic() >= deadline)
		result = -ETIMEDOUT;
	return result;
}

int sched_sleep_until(ktime_t deadline, unsigned int state)
{
	for (;;) {
		sched_set_state(state);
		int result = sched_wait(state, deadline);

		if (result == -ETIMEDOUT)
			return 0;
		if (result)
			return result;
	}
}

/* ---- waking ---- */

static bool wake(struct thread *t, unsigned int mask, bool sync)
{
	unsigned long flags = hal_irq_save();
	struct run_queue *rq;
	bool woken = false;

	__atomic_thread_fence(
		__ATOMIC_SEQ_CST); /* what the waker changed, before it looks at the state */
	if (!(READ_ONCE(t->state) & mask))
		goto out;
	rq = sched_lock_queue_of(t);
	if (!(t->state & mask)) {
		spin_unlock(&rq->lock);
		goto out;
	}
	woken = true;
	WRITE_ONCE(t->state, THREAD_RUNNING);
	if (t->sched.queued) { /* it was about to sleep, and will not */
		spin_unlock(&rq->lock);
		goto out;
	}
	t->sched.awake_from = t->sched.runtime;
	if (sched_cpu_count() > 1) /* nobody else can wake it a second time */
		rq = move_placed(rq, t, sync);
	sched_enqueue(rq, t, false);
	/* A sync waker is about to sleep: a fair thread waits for that, a real-time one does not. */
	if (!sync || sched_is_rt(t) || rq->cpu != hal_cpu_id() || rq->running == rq->idle)
		check_preempt(rq, t);
	spin_unlock(&rq->lock);
out:
	hal_irq_restore(flags);
	return woken;
}

bool sched_wake(struct thread *thread, unsigned int mask)
{
	return wake(thread, mask, false);
}

bool sched_wake_sync(struct thread *thread, unsigned int mask)
{
	return wake(thread, mask, true);
}

void sched_start(struct thread *t)
{
	unsigned long flags = hal_irq_save();

	ASSERT(t->state == THREAD_NEW);
	WRITE_ONCE(t->state, THREAD_RUNNING);
	place(t, true);
	hal_irq_restore(flags);
}

void sched_set_work(struct thread *t, unsigned int bits)
{
	__atomic_fetch_or(&t->hal.work, bits, __ATOMIC_SEQ_CST);
	if (t != current && load_acquire(&t->sched.on_cpu)) {
		unsigned int cpu = READ_ONCE(t->sched.cpu);

		if (cpu != hal_cpu_id())
			hal_ipi_send(cpu, HAL_IPI_RESCHED);
	}
}

void sched_yield_now(void)
{
	hal_irq_disable();
	struct run_queue *rq = this_rq();

	if (READ_ONCE(rq->count) == 1) { /* nobody to yield to */
		rcu_quiescent(this_cpu());
	} else {
		spin_lock(&rq->lock);
		sched_charge_running(rq);
		if (!sched_is_rt(current))
			fair_yield(rq, current);
		spin_unlock(&rq->lock);
		switch_away(false);
	}
	hal_irq_enable();
}

void resched_point(void)
{
	might_sleep();
	if (unlikely(READ_ONCE(current->hal.work) & THREAD_WORK_RESCHED))
		schedule();
	else if (unlikely(READ_ONCE(rcu_asks)))
		rcu_quiescent(this_cpu());
}

void sched_wait_off_cpu(struct thread *t)
{
	while (load_acquire(&t->sched.on_cpu))
		hal_cpu_relax();
}

/* ---- the tick ---- */

/* In interrupt context, when this CPU's timer fired: is the running thread's slice over? Returns
 * when to come again. */
ktime_t sched_tick(ktime_t now, bool user)
{
	struct run_queue *rq = this_rq();
	struct thread *t;

	if (now < rq->next_tick)
		return rq->next_tick;
	spin_lock(&rq->lock);
	t = rq->running;
	if (t != rq->idle) {
		sched_charge_running(rq);
		if (user) {
			t->sched.user_ticks++;
			rq->user_ticks++;
		} else {
			t->sched.system_ticks++;
			rq->system_ticks++;
		}
		if (!sched_is_rt(t) ? fair_tick(rq, t) : round_over(t))
			sched_preempt(rq);
		rq->next_tick = now + TICK;
	}
	spin_unlock(&rq->lock);
	if (t != rq->idle && t->process)
		process_tick(t, user, TICK);
	if (now >= rq->next_balance && sched_cpu_count() > 1) {
		/* An odd number: of two that take turns at every tick, each is once the one that waits. */
		rq->next_balance = now + 7 * TICK;
		spin_lock(&rq->lock);
		if (balance_pull_rt(rq) || balance_pull(rq))
			sched_preempt(rq);
		balance_push(rq, now);
		spin_unlock(&rq->lock);
	}
	return rq->next_tick;
}

ktime_t sched_next_tick(void)
{
	return this_rq()->next_tick;
}

ktime_t sched_rt_time(const struct thread *t)
{
	return sched_is_rt(t) ? READ_ONCE(t->sched.runtime) - READ_ONCE(t->sched.awake_from) : 0;
}

/* Ticks say in which proportion runtime was spent in user mode. */
static ktime_t user_part(const struct sched_entity *s, ktime_t runtime)
{
	if (s->system_ticks == 0)
		return runtime;
	if (s->user_ticks == 0)
		return 0;
	return runtime / (s->user_ticks + s->system_ticks) * s->user_ticks;
}

void sched_times(struct thread *t, ktime_t *user, ktime_t *system)
{
	struct sched_entity *s = &t->sched;
	unsigned long flags = hal_irq_save();
	struct run_queue *rq = sched_lock_queue_of(t);
	ktime_t runtime = s->runtime;

	if (rq->running == t)
		runtime += MAX((int64_t)(hal_time_ns() - s->exec_start), 0); /* ahead: as above */
	/* A tick changes the proportion of the past too, but no part falls below what was told. */
	*user = MIN(MAX(user_part(s, runtime), s->told_user), runtime - s->told_system);
	*system = runtime - *user;
	s->told_user = *user;
	s->told_system = *system;
	spin_unlock(&rq->lock);
	hal_irq_restore(flags);
}

/* ---- idle ---- */

__noreturn void sched_idle(void)
{
	struct percpu *cpu = this_cpu();
	struct run_queue *rq = cpu->rq;

	for (;;) {
		hal_irq_disable();
		if (READ_ONCE(rq->count) || READ_ONCE(current->hal.work)) {
			__atomic_fetch_and(&current->hal.work, ~THREAD_WORK_RESCHED,
					   __ATOMIC_RELAXED);
			switch_away(false);
			hal_irq_enable();
			continue;
		}
		store_release(&cpu->idling, 1);
		timer_reprogram();
		hal_cpu_idle();
		rcu_idle_over(cpu); /* no handler may have run */
	}
}
