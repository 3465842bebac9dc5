// SPDX-License-Identifier: MIT
// Timers: one tree per processor, ordered by time, over the hardware's one-shot timer.
//
// A timer is queued on the processor that starts it. The base whose function is running is
// remembered, so that timer_cancel_sync can wait for it.

#include <core/percpu.h>
#include <core/time.h>
#include <core/upcall.h>
#include <hal/boot.h>
#include <hal/time.h>

struct timer_base {
	struct spinlock lock;  /* irq-saving */
	struct rb_root timers; /* [lock] by expires */
	ktime_t first;	       /* [lock] when the first expires; KTIME_MAX: none */
	ktime_t armed;	       /* by its own CPU: what the hardware is set to */
	struct timer *running; /* [lock] whose function is being called */
} __cacheline_aligned;

static struct timer_base bases[NR_CPUS];

void timer_init_cpus(void)
{
	for (unsigned int i = 0; i < NR_CPUS; i++) {
		spin_init(&bases[i].lock, "timer base");
		bases[i].first = bases[i].armed = KTIME_MAX;
	}
}

void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	*timer = (struct timer){.fire = fire};
}

bool timer_pending(const struct timer *timer)
{
	return READ_ONCE(timer->base) != NULL;
}

static void update_first(struct timer_base *base)
{
	struct rb_node *node = rb_first(&base->timers);

	base->first = node ? rb_entry(node, struct timer, node)->expires : KTIME_MAX;
}

/* base->lock held. False: another CPU has just queued the timer elsewhere; it is claimed by setting
 * its base. */
static bool insert(struct timer_base *base, struct timer *timer, ktime_t expires)
{
	struct rb_node **link = &base->timers.node, *parent = NULL;
	struct timer_base *nobody = NULL;

	if (!__atomic_compare_exchange_n(&timer->base, &nobody, base, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return false;
	timer->expires = expires;
	while (*link) {
		parent = *link;
		link = expires < rb_entry(parent, struct timer, node)->expires ? &parent->left
									       : &parent->right;
	}
	rb_insert(&base->timers, &timer->node, parent, link);
	if (expires < base->first)
		base->first = expires;
	return true;
}

static void erase(struct timer_base *base, struct timer *timer)
{
	rb_erase(&base->timers, &timer->node);
	if (timer->expires == base->first)
		update_first(base);
	store_release(&timer->base, NULL); /* from here on another CPU may queue it */
}

/* Interrupts off. */
void timer_reprogram(void)
{
	struct timer_base *base = &bases[hal_cpu_id()];
	ktime_t next = MIN(READ_ONCE(base->first), sched_next_tick());

	if (next != base->armed) {
		base->armed = next;
		hal_timer_set(next);
	}
}

bool timer_cancel(struct timer *timer)
{
	for (;;) {
		struct timer_base *base = load_acquire(&timer->base);

		if (!base)
			return false;
		unsigned long flags = spin_lock_irqsave(&base->lock);
		bool queued = timer->base == base;

		if (queued)
			erase(base, timer); /* the hardware may come once for nothing */
		spin_unlock_irqrestore(&base->lock, flags);
		if (queued)
			return true;
	}
}

void timer_start(struct timer *timer, ktime_t expires)
{
	unsigned long flags;
	struct timer_base *base;
	bool queued;

	do {
		timer_cancel(timer);
		flags = hal_irq_save();
		base = &bases[hal_cpu_id()];
		spin_lock(&base->lock);
		queued = insert(base, timer, expires);
		spin_unlock(&base->lock);
		if (queued && expires < base->armed) {
			base->armed = expires;
			hal_timer_set(expires);
		}
		hal_irq_restore(flags);
	} while (!queued);
}

void timer_wait(const struct timer *timer)
{
	unsigned int cpus = hal_boot_info()->cpu_count;

	for (unsigned int i = 0; i < cpus; i++)
		while (load_acquire(&bases[i].running) == timer)
			hal_cpu_relax();
}

bool timer_cancel_sync(struct timer *timer)
{
	bool queued = timer_cancel(timer);

	timer_wait(timer);
	/* The function may have started the timer again meanwhile. */
	return timer_cancel(timer) || queued;
}

/* Run what has expired by now. Interrupt context. */
static void run_expired(struct timer_base *base, ktime_t now)
{
	spin_lock(&base->lock);
	while (base->first <= now) {
		struct timer *timer = rb_entry(rb_first(&base->timers), struct timer, node);

		WRITE_ONCE(base->running, timer);
		erase(base, timer);
		spin_unlock(&base->lock);
		timer->fire(timer);
		spin_lock(&base->lock);
		store_release(&base->running, NULL);
	}
	spin_unlock(&base->lock);
}

void core_timer(bool user)
{
	struct timer_base *base = &bases[hal_cpu_id()];
	ktime_t now = hal_time_ns();

	interrupt_begin();
	count_event(EVENT_TIMER);
	base->armed = KTIME_MAX; /* it is one-shot */
	run_expired(base, now);
	sched_tick(now, user);
	timer_reprogram();
	interrupt_end();
}
