// SPDX-License-Identifier: MIT
// The fair class: earliest eligible virtual deadline first.
//
// Each thread has a virtual run time v, which advances while it runs at NICE_0_WEIGHT / weight of
// real time, and asks for slices: its virtual deadline is v at the beginning of the slice plus the
// slice in virtual time. The queue's virtual time V is the weighted mean of all v. A thread with v
// <= V has not had more than its share: it is eligible. Of the eligible threads the one with the
// earliest deadline runs. A thread that leaves the queue takes along its lag V - v, within bounds,
// and is placed by it when it comes back, so that sleeping neither wins nor loses.
//
// V is kept as two sums relative to a moving base, so that no division happens on the usual path.

#include "run_queue.h"

/* Each step of nice is a factor of about 1.25; the values are part of the Linux contract (shares of
 * CPU time). */
static const uint32_t weights[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, /* -20.. */
	9548,  7620,  6100,  4904,  3906,  3121,  2501,	 1991,	1586,  1277,  /* -10.. */
	1024,  820,   655,   526,   423,   335,	  272,	 215,	172,   137,   /* 0.. */
	110,   87,    70,    56,    45,	   36,	  29,	 23,	18,    15,    /* 10.. */
};

uint32_t fair_weight(unsigned int policy, int nice)
{
	return policy == SCHED_IDLE ? 3 : weights[nice + 20];
}

static struct thread *thread_at(struct rb_node *node)
{
	return rb_entry(node, struct thread, sched.node);
}

/* Virtual times wrap in theory: compare by difference. */
static bool before(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0;
}

static void update_subtree(struct rb_node *node)
{
	struct thread *t = thread_at(node);
	uint64_t least = t->sched.vruntime;

	if (node->left && before(thread_at(node->left)->sched.min_vruntime, least))
		least = thread_at(node->left)->sched.min_vruntime;
	if (node->right && before(thread_at(node->right)->sched.min_vruntime, least))
		least = thread_at(node->right)->sched.min_vruntime;
	t->sched.min_vruntime = least;
}

void fair_init(struct run_queue *rq)
{
	rq->fair.update = update_subtree;
}

static uint64_t to_virtual(uint64_t ns, uint32_t weight)
{
	return weight == NICE_0_WEIGHT ? ns : ns * NICE_0_WEIGHT / weight;
}

static uint64_t virtual_now(const struct run_queue *rq)
{
	return rq->weight ? rq->base + (uint64_t)(rq->weighted / (int64_t)rq->weight) : rq->base;
}

static bool eligible(const struct run_queue *rq, uint64_t vruntime)
{
	return (int64_t)(vruntime - rq->base) * (int64_t)rq->weight <= rq->weighted;
}

/* Keep the sums small: move the base up to V once the mean has gone far from it; before another joins, too. Beside one
 * of the least weight alone V is up to a third of 2^44 away, which times the greatest weight stays below 2^60. */
static void move_base(struct run_queue *rq)
{
	if (rq->weight && (rq->weighted > 1ll << 44 || rq->weighted < -(1ll << 44))) {
		int64_t by = rq->weighted / (int64_t)rq->weight;

		rq->base += (uint64_t)by;
		rq->weighted -= by * (int64_t)rq->weight;
	}
}

static void tree_insert(struct run_queue *rq, struct thread *t)
{
	struct rb_node **link = &rq->fair.node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = before(t->sched.deadline, thread_at(parent)->sched.deadline)
			       ? &parent->left
			       : &parent->right;
	}
	t->sched.min_vruntime = t->sched.vruntime;
	rb_insert(&rq->fair, &t->sched.node, parent, link);
}

void fair_renew(struct thread *t)
{
	t->sched.deadline = t->sched.vruntime + to_virtual(t->sched.slice, t->sched.weight);
}

void fair_enqueue(struct run_queue *rq, struct thread *t, bool initial)
{
	move_base(rq);

	uint64_t now = virtual_now(rq);
	int64_t lag = initial ? 0 : t->sched.lag;

	/* Joining moves V towards us; so that our lag is what it was after that, it is stretched
	 * beforehand. */
	if (lag && rq->weight)
		lag = lag * (int64_t)(rq->weight + t->sched.weight) / (int64_t)rq->weight;
	t->sched.vruntime = now - (uint64_t)lag;
	fair_renew(t);
	if (initial) /* a new thread starts half-way through a slice: forks do not jump the queue
			for long */
		t->sched.deadline -= to_virtual(t->sched.slice, t->sched.weight) / 2;
	rq->weight += t->sched.weight;
	rq->weighted += (int64_t)(t->sched.vruntime - rq->base) * (int64_t)t->sched.weight;
	rq->fair_count++;
	tree_insert(rq, t);
}

void fair_dequeue(struct run_queue *rq, struct thread *t)
{
	int64_t lag = (int64_t)(virtual_now(rq) - t->sched.vruntime);
	/* No less than it may run at once: else sleeping after a long slice would pay. */
	int64_t limit = (int64_t)to_virtual(FAIR_SLICE + t->sched.slice, t->sched.weight);

	t->sched.lag = lag > limit ? limit : lag < -limit ? -limit : lag;
	rq->weighted -= (int64_t)(t->sched.vruntime - rq->base) * (int64_t)t->sched.weight;
	rq->weight -= t->sched.weight;
	rq->fair_count--;
	if (rq->running != t)
		rb_erase(&rq->fair, &t->sched.node);
	if (!rq->weight) { /* nobody left: continue from here */
		rq->base = t->sched.vruntime;
		rq->weighted = 0;
	}
}

void fair_put(struct run_queue *rq, struct thread *t)
{
	tree_insert(rq, t);
}

void fair_set(struct run_queue *rq, struct thread *t)
{
	rb_erase(&rq->fair, &t->sched.node);
}

/* The eligible thread with the earliest deadline: go left as long as the left subtree holds an
 * eligible one. */
struct thread *fair_pick(struct run_queue *rq)
{
	struct rb_node *node = rq->fair.node;

	if (!node)
		return NULL;
	if (!node->left && !node->right)
		return thread_at(node);
	move_base(rq);
	while (node) {
		struct thread *t = thread_at(node);

		if (node->left && eligible(rq, thread_at(node->left)->sched.min_vruntime)) {
			node = node->left;
			continue;
		}
		if (eligible(rq, t->sched.vruntime))
			return t;
		node = node->right;
	}
	/* The mean may lie below all queued when the running one pulls it down: take the first. */
	return thread_at(rb_first(&rq->fair));
}

void fair_charge(struct run_queue *rq, struct thread *t, uint64_t ran)
{
	uint64_t virtual = to_virtual(ran, t->sched.weight);

	t->sched.vruntime += virtual;
	rq->weighted += (int64_t)virtual * (int64_t)t->sched.weight;
}

bool fair_slice_over(const struct thread *t)
{
	return !before(t->sched.vruntime, t->sched.deadline);
}

/* At a tick: shall t, which runs, let others be chosen? Its slice may be over, or given up by yields, each of which puts
 * the deadline off: it was chosen all the same while nobody else was eligible. */
bool fair_tick(struct run_queue *rq, struct thread *t)
{
	uint64_t left = t->sched.deadline - t->sched.vruntime;
	bool over = fair_slice_over(t) || left > to_virtual(t->sched.slice, t->sched.weight);

	if (over && rq->fair_count == 1) { /* nobody else: it would be chosen again */
		fair_renew(t);
		move_base(rq);
		return false;
	}
	return over;
}

bool fair_should_preempt(struct run_queue *rq, struct thread *running, struct thread *woken)
{
	if (running->sched.policy == SCHED_IDLE && woken->sched.policy != SCHED_IDLE)
		return true;
	if (woken->sched.policy == SCHED_BATCH || woken->sched.policy == SCHED_IDLE)
		return false;
	return before(woken->sched.deadline, running->sched.deadline) &&
	       eligible(rq, woken->sched.vruntime);
}

/* Give up the rest of the slice: as if it had been used. */
void fair_yield(struct run_queue *rq, struct thread *t)
{
	if (!before(t->sched.deadline, virtual_now(rq)) || !eligible(rq, t->sched.vruntime))
		t->sched.deadline += to_virtual(t->sched.slice, t->sched.weight);
	else
		fair_renew(t);
}
