// SPDX-License-Identifier: MIT
// Wait queues: prepare, test, sleep, finish; and waking what hangs on them.

#include <core/thread.h>
#include <core/wait.h>

static void enqueue(struct wait_queue *q, struct wait_entry *entry)
{
	if (!list_empty(&entry->link))
		return;
	if (entry->exclusive)
		list_add_tail(&entry->link, &q->entries);
	else
		list_add(&entry->link, &q->entries);
}

void wait_prepare(struct wait_queue *q, struct wait_entry *entry, unsigned int state)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	enqueue(q, entry);
	sched_set_state(state);
	spin_unlock_irqrestore(&q->lock, flags);
}

void wait_finish(struct wait_queue *q, struct wait_entry *entry)
{
	WRITE_ONCE(current->state, THREAD_RUNNING);
	/* Only its own thread takes an entry off; a waker never touches the link. */
	if (!list_empty(&entry->link))
		wait_remove(q, entry);
}

void wait_add(struct wait_queue *q, struct wait_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	enqueue(q, entry);
	spin_unlock_irqrestore(&q->lock, flags);
	/* As in wait_active(): before the condition is looked at. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void wait_remove(struct wait_queue *q, struct wait_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);

	list_del_init(&entry->link);
	spin_unlock_irqrestore(&q->lock, flags);
}

bool wait_wake_thread(struct wait_entry *entry, __attribute__((unused)) unsigned long key)
{
	return sched_wake(entry->thread, THREAD_SLEEPS);
}

bool wait_wake(struct wait_queue *q, unsigned int n, unsigned long key)
{
	unsigned long flags = spin_lock_irqsave(&q->lock);
	struct wait_entry *entry, *next;
	bool any = false;

	list_for_each_entry_safe (entry, next, &q->entries, link) {
		bool exclusive = entry->exclusive;
		bool woke = entry->wake ? entry->wake(entry, key) : wait_wake_thread(entry, key);

		if (!exclusive || !woke)
			continue;
		any = true;
		if (--n == 0) /* of 0 none is the last */
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
	return any;
}
