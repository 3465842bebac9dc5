// SPDX-License-Identifier: MIT
// The OOM killer: when nothing can be given back, the process that holds most memory ends, and the
// log says which and why.
//
// Memory may run out though no process stands out: many small ones have it (a fork bomb), or it is
// in objects of the kernel that nobody's footprint shows (pipes, queued signals). Then the newest
// process ends: what was there before, shells and servers, has lived with the memory there was.

#include "mm_internal.h"

#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/signal.h>
#include <core/thread.h>
#include <core/time.h>

#define STANDS_OUT 8 // who holds this part of all memory

#define PATIENCE (4 * NSEC_PER_SEC) // for a victim to die, before there is another

static struct spinlock oom_lock = SPINLOCK_INIT("oom");
static pid_t victim;	     // [oom_lock] 0: none yet
static ktime_t victim_since; // [oom_lock]

// The memory of any thread of process, with a user reference, or NULL.
static struct mm *process_mm(struct process *process)
{
	struct thread *thread;
	struct mm *mm = NULL;
	unsigned long flags = spin_lock_irqsave(&tasklist);

	list_for_each_entry (thread, &process->threads, process_link) {
		mm = mm_of_thread(thread);
		if (mm)
			break;
	}
	spin_unlock_irqrestore(&tasklist, flags);
	return mm;
}

static uint64_t footprint(const struct mm *mm)
{
	return READ_ONCE(mm->anon_pages) + READ_ONCE(mm->file_pages) +
	       (hal_space_table_bytes(&mm->space) >> PAGE_SHIFT);
}

// How good a victim; 0: none.
static uint64_t badness(struct process *process)
{
	struct mm *mm;
	int64_t points;

	if (process->is_init || process->zombie || process->oom_score_adj <= -1000)
		return 0;
	mm = process_mm(process);
	if (!mm)
		return 0;
	points = (int64_t)footprint(mm) + (int64_t)page_total() / 1000 * process->oom_score_adj;
	mm_put_user(mm);
	return points > 0 ? (uint64_t)points : 1;
}

// The candidate takes the place of the one held, if it is better; one of the two references is put.
static struct process *better(struct process *held, struct process *candidate, bool is_better)
{
	if (!is_better)
		return held;
	if (held)
		process_put(held);
	process_get(candidate);
	return candidate;
}

// When its first thread started; and whether it has been chosen before.
static ktime_t start_of(struct process *process, bool *chosen)
{
	struct thread *leader;
	ktime_t start = 0;

	rcu_read_lock();
	leader = rcu_dereference(process->leader);
	*chosen = leader && READ_ONCE(leader->in_oom);
	if (leader)
		start = leader->start_time;
	rcu_read_unlock();
	return start;
}

// With a reference, or NULL. Who was chosen and does not die (it waits for somebody) is not chosen
// again as long as there are others.
static struct process *choose(void)
{
	struct process *largest = NULL, *newest = NULL, *dying = NULL, *process;
	uint64_t most = 0;
	ktime_t latest = 0;

	for (process = process_next(0); process;) {
		bool chosen;
		ktime_t start = start_of(process, &chosen);
		pid_t number = process_id(process);
		uint64_t points = badness(process);

		if (points && chosen) {
			dying = better(dying, process, true);
			points = 0;
		}
		newest = better(newest, process, points && start >= latest);
		latest = points ? MAX(latest, start) : latest;
		largest = better(largest, process, points > most);
		most = MAX(most, points);
		process_put(process);
		process = process_next(number);
	}
	if (most < page_total() / STANDS_OUT) {
		process = largest;
		largest = newest;
		newest = process;
	}
	if (newest)
		process_put(newest);
	if (!largest)
		largest = dying;
	else if (dying)
		process_put(dying);
	if (!largest && init_process) { // alone
		process_get(init_process);
		largest = init_process;
	}
	return largest;
}

static bool still_dying(pid_t number)
{
	struct process *process = number ? process_find(number) : NULL;
	bool dying = process && !process->zombie;

	if (process)
		process_put(process);
	return dying;
}

static void kill_victim(struct process *process, const char *why)
{
	struct thread *thread;
	struct mm *mm = process_mm(process);
	unsigned long flags;

	printk(LOG_ERR "out of memory (%s): killed process %d (%.16s): %llu kB anonymous, %llu kB "
		       "file, %zu kB page tables, "
		       "oom_score_adj %d\n",
	       why, process_id(process), process->leader ? process->leader->name : "?",
	       mm ? (unsigned long long)READ_ONCE(mm->anon_pages) * (PAGE_SIZE / 1024) : 0ull,
	       mm ? (unsigned long long)READ_ONCE(mm->file_pages) * (PAGE_SIZE / 1024) : 0ull,
	       mm ? hal_space_table_bytes(&mm->space) / 1024 : 0, process->oom_score_adj);
	if (mm)
		mm_put_user(mm);
	flags = spin_lock_irqsave(&tasklist);
	list_for_each_entry (thread, &process->threads, process_link)
		WRITE_ONCE(thread->in_oom, true);
	spin_unlock_irqrestore(&tasklist, flags);
	signal_send_process(process, SIGKILL, NULL);
}

// The victim has died: the next one is chosen by whoever finds nothing after this.
static bool forget(pid_t number)
{
	bool mine;

	spin_lock(&oom_lock);
	mine = victim == number;
	if (mine)
		victim = 0;
	spin_unlock(&oom_lock);
	return mine;
}

bool oom_kill(const char *why)
{
	struct process *process;
	pid_t previous;
	ktime_t since;

	might_sleep();
	spin_lock(&oom_lock);
	previous = victim;
	since = victim_since;
	spin_unlock(&oom_lock);
	if (still_dying(previous) && clock_monotonic() - since < PATIENCE)
		return true;
	if (page_free_count() > 2 * page_reserve())
		return true; // it is somebody else's now, or lies in pieces: no victim would help
	if (previous && forget(previous))
		return true; // what the last victim held may come back after a grace period

	process = choose();
	if (!process)
		return false;
	spin_lock(&oom_lock);
	if (victim != previous || victim_since != since) { // somebody else has chosen meanwhile
		spin_unlock(&oom_lock);
		process_put(process);
		return true;
	}
	victim = process_id(process);
	victim_since = clock_monotonic();
	spin_unlock(&oom_lock);
	kill_victim(process, why);
	process_put(process);
	return true;
}
