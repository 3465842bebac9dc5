// SPDX-License-Identifier: MIT
// POSIX timers: timer_create, settime, gettime, getoverrun, delete.
//
// A timer owns its one queue entry. When it expires the entry is queued and the timer rests; when
// the signal is taken, the missed expirations are counted and the next one is armed
// (posix_timer_taken). So a fast timer with a blocked signal costs nothing, and no expiration is
// lost. References: the process's list, a look-up, a taken entry. Lock order: timer->lock,
// sighand->lock.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/proc.h>
#include <core/sigqueue.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/timespec.h>
#include <core/wait.h>

#include "clocks.h"
#include "posix_timer.h"

#define SIGEV_THREAD 2

#define CPU_MOST 16		     /* timers of a tree that a tick fires */
#define CPU_REST (NSEC_PER_SEC / 10) /* until one whose signal is not taken is looked at again */

struct posix_timer {
	struct refcount refs;
	struct list link;	 /* [process->lock] */
	struct process *process; /* whose list it is on; outlives it */
	struct thread *thread;	 /* SIGEV_THREAD_ID: reference; NULL: to the process */
	int id, clock, notify;
	struct cpu_clock cpu;	 /* of a CPU-time clock: references */
	struct rb_node cpu_node; /* [cpu.process->lock] in its clock's tree */
	ktime_t cpu_due;	 /* [cpu.process->lock] the tree's key */
	bool cpu_listed;	 /* [cpu.process->lock] set with lock held too */
	struct sigqueue *
		q; /* with SIGEV_NONE too: it is counted. NULL: the timer is deleted, its signal is not */
	struct wait_entry stepped; /* on clock_was_set while a real-time one is armed */

	struct spinlock lock; /* irq-saving */
	struct timer timer;
	bool armed; /* [lock] expires is in force (perhaps already in the past, signal not taken) */
	bool absolute;	       /* [lock] expires was given as a time, not as a distance */
	bool deleted;	       /* [lock] */
	ktime_t expires;       /* [lock] as timer_now() counts */
	ktime_t interval;      /* [lock] 0: once */
	uint64_t overrun;      /* [lock] expirations since the one whose signal is queued */
	uint64_t overrun_last; /* [lock] of the signal that was taken last */
	unsigned int
		taking; /* atomic: who has its signal and not been in posix_timer_taken() yet */
};

void posix_timer_dequeued(struct posix_timer *t)
{
	refcount_get(&t->refs);
	__atomic_fetch_add(&t->taking, 1, __ATOMIC_RELAXED);
}

static void timer_put(struct posix_timer *t)
{
	if (!refcount_put(&t->refs))
		return;
	if (t->q)
		sigqueue_free_timer(t->q);
	if (t->thread)
		thread_put(t->thread);
	if (t->cpu.process)
		cpu_clock_put(&t->cpu);
	kfree(t);
}

/* lock held: does it follow the real-time clock's steps? Who asked for some time from now does not. */
static bool on_real_time(const struct posix_timer *t)
{
	return t->absolute && clock_is_realtime(t->clock);
}

/* lock held */
static ktime_t timer_now(const struct posix_timer *t)
{
	if (t->cpu.process)
		return cpu_clock_read(&t->cpu);
	return on_real_time(t) ? clock_realtime() : clock_monotonic();
}

static struct cpu_timers *cpu_timers_of(const struct posix_timer *t)
{
	return t->cpu.thread ? &t->cpu.thread->cpu_timers : &t->cpu.process->cpu_timers;
}

static struct rb_root *cpu_tree(const struct posix_timer *t)
{
	return &cpu_timers_of(t)->due[t->cpu.kind == 1][t->process != t->cpu.process];
}

/* cpu.process->lock held */
static void cpu_take_off(struct posix_timer *t)
{
	rb_erase(cpu_tree(t), &t->cpu_node);
	cpu_timers_of(t)->count--;
	WRITE_ONCE(t->cpu_listed, false);
}

/* lock held */
static void cpu_unlist(struct posix_timer *t)
{
	unsigned long flags = spin_lock_irqsave(&t->cpu.process->lock);

	if (t->cpu_listed)
		cpu_take_off(t);
	spin_unlock_irqrestore(&t->cpu.process->lock, flags);
}

/* lock held: ticks look at it when its clock has reached due. */
static void cpu_list(struct posix_timer *t, ktime_t due)
{
	struct rb_root *tree = cpu_tree(t);
	struct rb_node **link = &tree->node, *parent = NULL;
	unsigned long flags = spin_lock_irqsave(&t->cpu.process->lock);

	if (t->cpu_listed)
		cpu_take_off(t);
	t->cpu_due = due;
	while (*link) {
		parent = *link;
		link = due < rb_entry(parent, struct posix_timer, cpu_node)->cpu_due
			       ? &parent->left
			       : &parent->right;
	}
	rb_insert(tree, &t->cpu_node, parent, link);
	cpu_timers_of(t)->count++;
	WRITE_ONCE(t->cpu_listed, true);
	spin_unlock_irqrestore(&t->cpu.process->lock, flags);
}

/* lock held: start the kernel timer for t->expires. CPU-time ones are looked at by ticks instead.
 */
static void start(struct posix_timer *t)
{
	ktime_t at = t->expires;

	if (t->notify == SIGEV_NONE)
		return;
	if (t->cpu.process) {
		cpu_list(t, at);
		return;
	}
	if (on_real_time(t))
		at = clock_real_to_monotonic(at);
	timer_start(&t->timer, at);
}

/* lock held: move expires beyond now; how many expirations that skips beyond the first. */
static uint64_t forward(struct posix_timer *t, ktime_t now)
{
	uint64_t n = ktime_forward(&t->expires, t->interval, now);

	return n ? n - 1 : 0;
}

/* lock held: it is due. */
static void expire(struct posix_timer *t)
{
	int result;

	if (!t->armed || t->deleted)
		return;
	if (!t->interval)
		t->armed = t->notify == SIGEV_NONE;
	if (t->notify == SIGEV_NONE)
		return;
	result = sigqueue_send_timer(t->q, t->thread ? t->thread : t->process->leader, !t->thread);
	if (result == 1)
		t->overrun++;
	if (result < 0 && t->interval) {
		/* Ignored at present: go on quietly, but not in a storm. */
		(void)forward(t, ktime_add(timer_now(t),
					   NSEC_PER_MSEC)); /* nobody asks for these overruns */
		start(t);
	}
}

static void fire(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);
	unsigned long flags = spin_lock_irqsave(&t->lock);

	expire(t);
	spin_unlock_irqrestore(&t->lock, flags);
}

/* The real-time clock was set. */
static bool clock_stepped(struct wait_entry *entry, unsigned long key)
{
	struct posix_timer *t = container_of(entry, struct posix_timer, stepped);
	unsigned long flags = spin_lock_irqsave(&t->lock);

	(void)key;
	if (t->armed && on_real_time(t) && timer_pending(&t->timer))
		start(t);
	spin_unlock_irqrestore(&t->lock, flags);
	return false;
}

void posix_timer_taken(struct posix_timer *t, struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&t->lock);

	__atomic_fetch_sub(&t->taking, 1, __ATOMIC_RELAXED);
	if (t->armed && t->interval && !t->deleted) {
		t->overrun += forward(t, timer_now(t));
		start(t);
	} else if (t->armed && !t->deleted && t->cpu.process) {
		start(t); /* it was set anew, and waited for that signal */
	}
	t->overrun_last = MIN(t->overrun, (uint64_t)INT32_MAX);
	t->overrun = 0;
	info->timer.overrun = (int32_t)t->overrun_last;
	spin_unlock_irqrestore(&t->lock, flags);
	timer_put(t);
}

/* ---- CPU time ---- */

/* lock held: it is due at now, and on no tree. */
static void cpu_expire(struct posix_timer *t, ktime_t now)
{
	expire(t);
	/* It goes on when its signal is taken; who drops that says nothing. */
	if (t->armed && !READ_ONCE(t->cpu_listed))
		cpu_list(t, ktime_add(now, CPU_REST));
}

/* lock held: is a signal being taken, or its own queued still? Then that comes first. One that is
 * queued from before it was set anew does not: what is due merges with it. */
static bool under_way(struct posix_timer *t)
{
	return READ_ONCE(t->taking) ||
	       (t->cpu_due != t->expires && sigqueue_queued(t->q, t->process));
}

/* It was due by its clock, and is off the tree. */
static void cpu_fire(struct posix_timer *t, ktime_t now)
{
	unsigned long flags = spin_lock_irqsave(&t->lock);

	if (t->armed && !t->deleted && !READ_ONCE(t->cpu_listed)) {
		if (now < t->expires)
			start(t); /* set anew meanwhile */
		else if (under_way(t))
			cpu_list(t, ktime_add(now, CPU_REST));
		else
			cpu_expire(t, now);
	}
	spin_unlock_irqrestore(&t->lock, flags);
}

/* The rest of many is for the next tick. */
static void cpu_check_tree(struct process *process, struct rb_root *tree, ktime_t now)
{
	for (unsigned int left = CPU_MOST; left; left--) {
		unsigned long flags = spin_lock_irqsave(&process->lock);
		struct rb_node *node = rb_first(tree);
		struct posix_timer *t = node ? rb_entry(node, struct posix_timer, cpu_node) : NULL;

		if (t && t->cpu_due <= now) {
			cpu_take_off(t);
			refcount_get(&t->refs);
		} else {
			t = NULL;
		}
		spin_unlock_irqrestore(&process->lock, flags);
		if (!t)
			return;
		cpu_fire(t, now);
		timer_put(t);
	}
}

/* Those of other processes apart: however many they are, ours come in time. */
static void cpu_check(struct process *process, struct cpu_timers *timers,
		      const struct rusage_times *times)
{
	for (unsigned int user = 0; user < 2; user++)
		for (unsigned int foreign = 0; foreign < 2; foreign++)
			cpu_check_tree(process, &timers->due[user][foreign],
				       user ? times->user : times->user + times->system);
}

void posix_timers_check(struct thread *thread, const struct rusage_times *times)
{
	struct rusage_times own;

	if (READ_ONCE(thread->process->cpu_timers.count))
		cpu_check(thread->process, &thread->process->cpu_timers, times);
	if (READ_ONCE(thread->cpu_timers.count)) {
		sched_times(thread, &own.user, &own.system);
		cpu_check(thread->process, &thread->cpu_timers, &own);
	}
}

/* ---- life ---- */

struct sigevent {
	uint64_t value;
	int32_t signo, notify, tid;
	int32_t pad[11];
};
_Static_assert(sizeof(struct sigevent) == 64, "struct sigevent");

/* Whom the timer tells, and how: 0 or -EINVAL. */
static int event_set(struct posix_timer *t, const struct sigevent *e)
{
	t->notify = e->notify;
	switch (e->notify) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_THREAD_ID:
		t->thread = thread_find(e->tid);
		if (!t->thread || t->thread->process != current->process)
			return -EINVAL;
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		break;
	default:
		return -EINVAL;
	}
	return e->signo >= 1 && e->signo <= SIGMAX ? 0 : -EINVAL;
}

static struct posix_timer *find(int id)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&process->lock);
	struct posix_timer *t, *found = NULL;

	list_for_each_entry (t, &process->posix_timers, link)
		if (t->id == id) {
			found = t;
			refcount_get(&t->refs);
			break;
		}
	spin_unlock_irqrestore(&process->lock, flags);
	return found;
}

/* Numbers go up, also by timers that came to nothing; after 2^31 of them some may still be in use. */
static void number(struct posix_timer *t)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&process->lock);
	struct posix_timer *other;
	bool again;

	do {
		t->id = process->next_timer_id;
		process->next_timer_id = (process->next_timer_id + 1) & INT32_MAX;
		again = false;
		list_for_each_entry (other, &process->posix_timers, link)
			again |= other->id == t->id;
	} while (again);
	spin_unlock_irqrestore(&process->lock, flags);
}

/* From here on its number finds it. */
static void enlist(struct posix_timer *t)
{
	struct process *process = current->process;
	unsigned long flags;

	if (clock_is_realtime(t->clock))
		wait_add(&clock_was_set, &t->stepped);
	/* Last: from here on another thread may delete it. */
	flags = spin_lock_irqsave(&process->lock);
	list_add_tail(&t->link, &process->posix_timers);
	spin_unlock_irqrestore(&process->lock, flags);
}

/* Not on the list any more: nothing of it happens after this. Drops the list's reference. */
static void destroy(struct posix_timer *t)
{
	unsigned long flags = spin_lock_irqsave(&t->lock);

	t->deleted = true;
	t->armed = false;
	if (t->cpu.process)
		cpu_unlist(t);
	spin_unlock_irqrestore(&t->lock, flags);
	if (clock_is_realtime(t->clock))
		wait_remove(&clock_was_set, &t->stepped);
	timer_cancel_sync(&t->timer);
	if (sigqueue_disown(t->q, t->process))
		t->q = NULL;
	timer_put(t);
}

void posix_timers_drop(struct process *process)
{
	for (;;) {
		struct posix_timer *t = NULL;
		unsigned long flags;

		if (list_empty(&process->posix_timers))
			return;
		flags = spin_lock_irqsave(&process->lock);
		if (!list_empty(&process->posix_timers)) {
			t = list_first(&process->posix_timers, struct posix_timer, link);
			list_del_init(&t->link);
		}
		spin_unlock_irqrestore(&process->lock, flags);
		if (t)
			destroy(t);
	}
}

/* NULL: no memory, or RLIMIT_SIGPENDING, against which also one that sends nothing counts. */
static struct posix_timer *timer_new(int clock)
{
	struct posix_timer *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	refcount_set(&t->refs, 1);
	spin_init(&t->lock, "POSIX timer");
	timer_init(&t->timer, fire);
	list_init(&t->stepped.link);
	t->stepped.wake = clock_stepped;
	t->process = current->process;
	t->clock = clock;
	t->q = sigqueue_alloc_timer(t);
	if (!t->q) {
		timer_put(t);
		return NULL;
	}
	return t;
}

/* What the clock itself asks for. */
static int clock_set_up(struct posix_timer *t)
{
	int error = 0;

	if ((t->clock == CLOCK_REALTIME_ALARM || t->clock == CLOCK_BOOTTIME_ALARM) &&
	    !capable(CAP_WAKE_ALARM))
		return -EPERM;
	if (clock_is_cpu(t->clock)) {
		error = cpu_clock_find(t->clock, &t->cpu);
		if (error)
			t->cpu.process = NULL;
	}
	return error;
}

static bool timer_clock(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return true;
	default:
		return clock_is_cpu(clock);
	}
}

SYSCALL(timer_create)
{
	int clock = (int)args->arg[0], error;
	struct sigevent e = {.signo = SIGALRM, .notify = SIGEV_SIGNAL};
	struct posix_timer *t;

	if (args->arg[1] && copy_from_user(&e, args->arg[1], sizeof(e)))
		return -EFAULT;
	if (clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
	    clock == CLOCK_MONOTONIC_COARSE || clock_is_of_file(clock))
		return -EOPNOTSUPP;
	if (!timer_clock(clock))
		return -EINVAL;
	t = timer_new(clock);
	if (!t)
		return -EAGAIN;
	number(t);
	error = event_set(t, &e);
	if (!error)
		error = hal_put_user32(hal_user_ptr(void, args->arg[2]), (uint32_t)t->id);
	if (!error)
		error = clock_set_up(t);
	if (error) {
		timer_put(t);
		return error;
	}
	t->q->info = (struct siginfo){
		.signo = e.signo,
		.code = SI_TIMER,
		.timer = {.tid = t->id, .value = args->arg[1] ? e.value : (uint64_t)t->id}};
	enlist(t);
	return 0;
}

SYSCALL(timer_delete)
{
	struct process *process = current->process;
	struct posix_timer *t, *found = NULL;
	unsigned long flags = spin_lock_irqsave(&process->lock);

	list_for_each_entry (t, &process->posix_timers, link)
		if (t->id == (int)args->arg[0]) {
			found = t;
			list_del_init(&t->link);
			break;
		}
	spin_unlock_irqrestore(&process->lock, flags);
	if (!found)
		return -EINVAL;
	destroy(found);
	return 0;
}

/* ---- arming ---- */

struct itimerspec {
	ktime_t interval, value;
};

static bool clock_gone(const struct posix_timer *t)
{
	return t->cpu.process && cpu_clock_gone(&t->cpu);
}

/* lock held */
static void remaining(struct posix_timer *t, struct itimerspec *out)
{
	ktime_t now = timer_now(t);

	*out = (struct itimerspec){0};
	if (clock_gone(t))
		return;
	out->interval = t->interval;
	if (!t->armed)
		return;
	if (now < t->expires)
		out->value = t->expires - now;
	else if (t->interval) /* the next one, if the signal were taken now */
		out->value = t->interval - (now - t->expires) % t->interval;
	else if (t->notify != SIGEV_NONE)
		out->value = 1; /* about to fire */
}

static int itimerspec_to_user(unsigned long user, const struct itimerspec *spec)
{
	return timespec_to_user(user, spec->interval) || timespec_to_user(user + 16, spec->value)
		       ? -EFAULT
		       : 0;
}

static int arm(struct posix_timer *t, bool absolute, const struct itimerspec *new,
	       struct itimerspec *old)
{
	unsigned long flags;

	if (clock_gone(t))
		return -ESRCH;
	flags = spin_lock_irqsave(&t->lock);
	/* Disarmed first: the kernel timer's function may be running, and takes the lock. */
	remaining(t, old);
	t->armed = false;
	if (t->cpu.process)
		cpu_unlist(t);
	spin_unlock_irqrestore(&t->lock, flags);
	timer_cancel_sync(&t->timer);
	flags = spin_lock_irqsave(&t->lock);
	t->overrun = 0;
	t->overrun_last = 0;
	t->interval = new->value ? new->interval : 0;
	t->absolute = absolute;
	if (new->value && !t->deleted) {
		ktime_t now = timer_now(t);

		t->expires = absolute ? new->value : ktime_add(now, new->value);
		t->armed = true;
		/* CPU time is looked at when some has passed: what is over already comes now. */
		if (t->cpu.process && t->notify != SIGEV_NONE && now >= t->expires)
			cpu_expire(t, now);
		else
			start(t);
	}
	spin_unlock_irqrestore(&t->lock, flags);
	return 0;
}

SYSCALL(timer_settime)
{
	struct itimerspec new, old;
	struct posix_timer *t;
	int error;

	if (!args->arg[2])
		return -EINVAL;
	error = timespec_from_user(&new.interval, args->arg[2]);
	if (!error)
		error = timespec_from_user(&new.value, args->arg[2] + 16);
	if (error)
		return error;
	t = find((int)args->arg[0]);
	if (!t)
		return -EINVAL;
	error = arm(t, args->arg[1] & TIMER_ABSTIME, &new, &old);
	timer_put(t);
	return !error && args->arg[3] ? itimerspec_to_user(args->arg[3], &old) : error;
}

SYSCALL(timer_gettime)
{
	struct posix_timer *t = find((int)args->arg[0]);
	struct itimerspec now_spec;
	unsigned long flags;

	if (!t)
		return -EINVAL;
	flags = spin_lock_irqsave(&t->lock);
	remaining(t, &now_spec);
	spin_unlock_irqrestore(&t->lock, flags);
	timer_put(t);
	return itimerspec_to_user(args->arg[1], &now_spec);
}

SYSCALL(timer_getoverrun)
{
	struct posix_timer *t = find((int)args->arg[0]);
	long overrun;

	if (!t)
		return -EINVAL;
	overrun = (long)READ_ONCE(t->overrun_last);
	timer_put(t);
	return overrun;
}
