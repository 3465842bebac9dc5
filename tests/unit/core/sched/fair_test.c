// SPDX-License-Identifier: MIT
// EEVDF on plain data: shares follow weights, a sleeper neither wins nor loses, latency is bounded
// by the slice.
// sources: core/sched/fair.c core/lib/rbtree.c tests/unit/fake_hal/fake_hal.c
// sources: tests/unit/fake_hal/fake_core.c

#include "../../../../core/sched/run_queue.h"
#include <stdlib.h>
#include <test.h>

static struct run_queue rq;
static struct thread threads[16];

static struct thread *new_thread(unsigned int i, int nice)
{
	struct thread *t = &threads[i];

	memset(t, 0, sizeof(*t));
	t->sched.slice = FAIR_SLICE;
	t->sched.nice = (int8_t)nice;
	t->sched.weight = fair_weight(SCHED_OTHER, nice);
	fair_enqueue(&rq, t, true);
	return t;
}

static void begin(void)
{
	memset(&rq, 0, sizeof(rq));
	fair_init(&rq);
}

// The best thread comes to the processor, for ns so far; returns it.
static struct thread *pick(uint64_t ns)
{
	struct thread *t = fair_pick(&rq);

	fair_set(&rq, t);
	rq.running = t;
	fair_charge(&rq, t, ns);
	return t;
}

static void put(struct thread *t)
{
	rq.running = NULL;
	fair_put(&rq, t);
}

// Run the best thread for ns, as the scheduler does; returns it.
static struct thread *run(uint64_t ns)
{
	struct thread *t = pick(ns);

	t->sched.runtime += ns;
	if (fair_slice_over(t))
		fair_renew(t);
	put(t);
	return t;
}

TEST(equal_shares)
{
	begin();
	for (unsigned int i = 0; i < 5; i++)
		new_thread(i, 0);
	for (unsigned int i = 0; i < 10000; i++)
		run(NSEC_PER_MSEC);
	for (unsigned int i = 0; i < 5; i++)
		CHECK(threads[i].sched.runtime / NSEC_PER_MSEC > 1990 &&
		      threads[i].sched.runtime / NSEC_PER_MSEC < 2010);
}

TEST(shares_follow_nice)
{
	begin();
	new_thread(0, 0);
	new_thread(1, 5);
	new_thread(2, -5);
	for (unsigned int i = 0; i < 20000; i++)
		run(NSEC_PER_MSEC);
	uint64_t total = 1024 + 335 + 3121;

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t due = 20000 * (uint64_t)threads[i].sched.weight / total,
			 had = threads[i].sched.runtime / NSEC_PER_MSEC;

		CHECK(had + 20 > due && had < due + 20);
	}
}

TEST(uneven_slices_are_evened_out)
{
	begin();
	for (unsigned int i = 0; i < 4; i++)
		new_thread(i, 0);
	srand(3);
	for (unsigned int i = 0; i < 40000; i++)
		run((uint64_t)(rand() % 4000) * NSEC_PER_USEC);
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned int i = 0; i < 4; i++) {
		least = MIN(least, threads[i].sched.runtime);
		most = MAX(most, threads[i].sched.runtime);
	}
	CHECK(most - least < 30 * NSEC_PER_MSEC);
}

TEST(a_sleeper_does_not_save_up)
{
	begin();
	struct thread *a = new_thread(0, 0), *b = new_thread(1, 0);

	for (unsigned int i = 0; i < 100; i++)
		run(NSEC_PER_MSEC);
	fair_dequeue(&rq, b);
	for (unsigned int i = 0; i < 1000; i++)
		CHECK(run(NSEC_PER_MSEC) == a);
	fair_enqueue(&rq, b, false);
	uint64_t before = a->sched.runtime;

	for (unsigned int i = 0; i < 100; i++)
		run(NSEC_PER_MSEC);
	uint64_t had = (a->sched.runtime - before) / NSEC_PER_MSEC;

	CHECK(had >= 40 && had <= 60); // not starved while the other catches up a second
}

TEST(nobody_waits_long)
{
	begin();
	for (unsigned int i = 0; i < 8; i++)
		new_thread(i, 0);
	unsigned int last[8] = {0};

	for (unsigned int i = 1; i < 4000; i++) {
		long which = run(NSEC_PER_MSEC) - threads;

		CHECK(i - last[which] <= 8 * 3 + 8); // eight slices of 3 ms, and some grace
		last[which] = i;
	}
}

TEST(yields_do_not_save_up)
{
	begin();
	new_thread(0, 0);
	new_thread(1, 0);
	struct thread *hog = run(FAIR_SLICE), *t;

	for (unsigned int i = 0; i < 1000; i++) {
		t = pick(NSEC_PER_USEC);
		CHECK(t != hog); // not eligible yet
		fair_yield(&rq, t);
		put(t);
	}
	t = pick(TICK);
	CHECK(t != hog);
	CHECK(fair_tick(&rq, t));
	put(t);
	CHECK(pick(0) == hog);
}

TEST(one_alone_begins_new_slices)
{
	begin();
	new_thread(0, 0);
	new_thread(1, 0);
	struct thread *hog = run(NSEC_PER_MSEC), *other = pick(0);

	CHECK(other != hog);
	fair_dequeue(&rq, other); // it had less than its share
	rq.running = NULL;
	CHECK(pick(100 * NSEC_PER_MSEC) == hog);
	CHECK(!fair_tick(&rq, hog));
	fair_enqueue(&rq, other, false);
	CHECK(fair_should_preempt(&rq, hog, other));
}

TEST(who_joins_after_a_long_run_is_placed_right)
{
	begin();
	struct thread *alone = new_thread(0, 0);

	fair_dequeue(&rq, alone);
	alone->sched.weight = fair_weight(SCHED_IDLE, 0);
	fair_enqueue(&rq, alone, true);
	CHECK(pick(1000 * NSEC_PER_SEC) == alone);
	for (unsigned int i = 1; i < 4; i++)
		CHECK_EQ(new_thread(i, -20)->sched.vruntime, alone->sched.vruntime);
}
