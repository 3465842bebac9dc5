// SPDX-License-Identifier: MIT
// Lock-order checking: a graph of lock classes, in which "B was taken while A was held" is an edge.
// A cycle is a deadlock that only waits for its moment, and is reported the first time it could
// happen. Also: sleeping while it is forbidden, and locks that interrupts take but others hold with
// interrupts on.

#ifdef TERN_DEBUG

#include <core/lib/bitmap.h>
#include <core/lockdep.h>
#include <core/panic.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/thread.h>

#define CLASSES 256

static struct lock_class *classes[CLASSES]; /* [graph_lock] by id */
static unsigned int class_count = 1;	    /* [graph_lock] id 0 is "not yet seen" */
static uint64_t taken_inside[CLASSES][BITMAP_WORDS(CLASSES)]; /* [graph_lock for writing] edges */
static uint64_t in_irq[BITMAP_WORDS(CLASSES)], irqs_on[BITMAP_WORDS(CLASSES)];
static uint32_t graph_lock; /* a bare word: the checker does not check itself */
static bool off;	    /* after the first report */

/* Interrupts take locks too, and would wait here for the thread that they interrupted. */
static unsigned long graph_enter(void)
{
	unsigned long flags = hal_irq_save();

	while (__atomic_exchange_n(&graph_lock, 1, __ATOMIC_ACQUIRE))
		hal_cpu_relax();
	return flags;
}

static void graph_leave(unsigned long flags)
{
	store_release(&graph_lock, 0);
	hal_irq_restore(flags);
}

static void name_class(struct lock_class *class)
{
	unsigned long flags = graph_enter();
	bool full = class_count == CLASSES;

	if (!class->id && !full) {
		classes[class_count] = class;
		store_release(&class->id, class_count++);
	}
	graph_leave(flags);
	if (full) {
		off = true;
		panic("lockdep: \"%s\" would be lock class number %d", class->name, CLASSES + 1);
	}
}

/* Can `to` be reached from `from`? Breadth first over bit sets; graph_lock held. */
static bool reaches(unsigned int from, unsigned int to)
{
	static uint64_t seen[BITMAP_WORDS(CLASSES)], todo[BITMAP_WORDS(CLASSES)]; /* graph_lock */
	size_t next;

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		seen[i] = todo[i] = 0;
	bitmap_set(todo, from);
	while ((next = bitmap_next(todo, CLASSES, 0)) < CLASSES) {
		if (next == to)
			return true;
		bitmap_clear(todo, next);
		bitmap_set(seen, next);
		for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
			todo[i] |= taken_inside[next][i] & ~seen[i];
	}
	return false;
}

static void add_edge(unsigned int held, unsigned int taken)
{
	if (held == taken || bitmap_test(taken_inside[held], taken))
		return;
	unsigned long flags = graph_enter();
	bool cycle = reaches(taken, held);
	bitmap_set(taken_inside[held], taken);
	graph_leave(flags);
	if (cycle) {
		off = true;
		panic("lock order: \"%s\" is taken under \"%s\", and elsewhere the other way round",
		      classes[taken]->name, classes[held]->name);
	}
}

static void check_irq_use(const struct lock_class *class)
{
	if (in_interrupt())
		bitmap_set(in_irq, class->id);
	else if (hal_irq_enabled())
		bitmap_set(irqs_on, class->id);
	if (bitmap_test(in_irq, class->id) && bitmap_test(irqs_on, class->id)) {
		off = true;
		panic("lock \"%s\" is taken by interrupts, and held elsewhere with interrupts on",
		      class->name);
	}
}

static bool usable(void)
{
	return !off && !panicking() && hal_cpu_local();
}

/* A rwsem and the spinlock that is its first member have one address: only the class tells them
 * apart. */
void lockdep_acquire(struct lock_class *class, const void *lock, bool sleeping, bool try)
{
	struct thread *t;

	if (!usable())
		return;
	ASSERT(class); /* the lock was never initialised */
	if (!load_acquire(&class->id))
		name_class(class);
	t = current;
	if (!sleeping && !try)
		check_irq_use(class);
	for (unsigned int i = 0; i < t->held_count; i++) {
		if (t->held[i].lock == lock && t->held[i].class == class && !try) {
			off = true;
			panic("lock \"%s\" is taken twice by the same thread", class->name);
		}
		if (!try && class->id)
			add_edge(t->held[i].class->id, class->id);
	}
	if (t->held_count >= ARRAY_SIZE(t->held))
		panic("lockdep: more than %zu locks held", ARRAY_SIZE(t->held));
	/* Interrupt handlers push and pop on the same stack. */
	unsigned long flags = hal_irq_save();

	t->held[t->held_count++] = (struct held_lock){class, lock, sleeping};
	hal_irq_restore(flags);
}

void lockdep_release(struct lock_class *class, const void *lock)
{
	struct thread *t;

	if (!usable())
		return;
	t = current;
	for (unsigned int i = t->held_count; i-- > 0;) {
		if (t->held[i].lock == lock && t->held[i].class == class) {
			unsigned long flags = hal_irq_save();

			t->held_count--;
			for (; i < t->held_count; i++)
				t->held[i] = t->held[i + 1];
			hal_irq_restore(flags);
			return;
		}
	}
}

void lockdep_hand_over(struct thread *prev, struct thread *next)
{
	if (!usable() || !prev->held_count)
		return;
	next->held[next->held_count++] = prev->held[--prev->held_count];
}

void lockdep_show_held(void)
{
	struct thread *t = current;

	for (unsigned int i = 0; i < t->held_count && i < ARRAY_SIZE(t->held); i++)
		printk(LOG_EMERG "  holds %s \"%s\" at %p\n",
		       t->held[i].sleeping ? "sleeping lock" : "spinlock", t->held[i].class->name,
		       t->held[i].lock);
}

void might_sleep_at(const char *file, int line)
{
	struct thread *t;

	if (!usable())
		return;
	t = current;
	if (t == this_cpu()->idle)
		return; /* boot, before there are threads: nobody to switch to */
	for (unsigned int i = 0; i < t->held_count; i++)
		if (!t->held[i].sleeping)
			panic("%s:%d: sleeping under spinlock \"%s\"", file, line,
			      t->held[i].class->name);
	if (t->rcu_depth)
		panic("%s:%d: sleeping in an RCU read section", file, line);
	if (in_interrupt())
		panic("%s:%d: sleeping in interrupt context", file, line);
	if (!hal_irq_enabled())
		panic("%s:%d: sleeping with interrupts off", file, line);
}

#endif
