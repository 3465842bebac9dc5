// SPDX-License-Identifier: MIT
// Interval timers (setitimer, getitimer, alarm), RLIMIT_CPU and RLIMIT_RTTIME, and the life of a process's timers.
//
// ITIMER_REAL is a kernel timer of the process. What counts CPU time is looked at by the thread
// itself on its way to user mode, after a tick has found that something may be due.

#include <core/errno.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/syscall.h>
#include <core/timespec.h>

#include "posix_timer.h"

#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

/* A signal that is ignored, or still pending when the next one is due, is not worth an interrupt
 * each microsecond. */
#define UNHEARD_INTERVAL NSEC_PER_MSEC

static void real_fire(struct timer *timer)
{
	struct process *process = container_of(timer, struct process, real_timer);
	bool queued = signal_send_process_new(process, SIGALRM);
	ktime_t interval, now, next;
	unsigned long flags;

	flags = spin_lock_irqsave(&process->lock);
	interval = process->real_interval;
	if (interval && !timer_pending(timer)) { /* pending: it was set anew meanwhile */
		now = clock_monotonic();
		next = ktime_add(timer->expires, interval);
		ktime_forward(&next, interval, queued ? now : now + UNHEARD_INTERVAL);
		timer_start(timer, next);
	}
	spin_unlock_irqrestore(&process->lock, flags);
}

void process_timers_init(struct process *process)
{
	timer_init(&process->real_timer, real_fire);
}

void process_timers_exit(struct process *process)
{
	if (process->real_used) {
		WRITE_ONCE(process->real_interval, 0);
		timer_cancel_sync(&process->real_timer);
	}
	posix_timers_drop(process);
}

void process_timers_exec(struct process *process)
{
	/* Interval timers survive execve, POSIX timers do not. */
	posix_timers_drop(process);
}

/* ---- CPU time ---- */

static bool cpu_timers_armed(const struct thread *thread)
{
	const struct process *p = thread->process;

	return READ_ONCE(p->virt_expires) || READ_ONCE(p->prof_expires) ||
	       READ_ONCE(p->cpu_timers.count) || READ_ONCE(thread->cpu_timers.count) ||
	       process_limit(p, RLIMIT_CPU) != UINT64_MAX;
}

static bool rt_limited(const struct thread *thread)
{
	return process_limit(thread->process, RLIMIT_RTTIME) != UINT64_MAX && sched_rt_time(thread);
}

void process_tick(struct thread *thread, bool user, ktime_t length)
{
	(void)user, (void)length;
	if ((cpu_timers_armed(thread) || rt_limited(thread)) && !thread->exiting) {
		WRITE_ONCE(thread->cpu_timers_due, true);
		sched_set_work(thread, THREAD_WORK_NOTIFY);
	}
}

/* process->lock held. True: it was due. */
static bool cpu_timer_due(ktime_t *expires, ktime_t interval, ktime_t now)
{
	if (!*expires || now < *expires)
		return false;
	if (interval)
		ktime_forward(expires, interval, now);
	else
		*expires = 0;
	return true;
}

/* used: in units of the limit, of which a second has so many. */
static void check_limit(struct process *process, unsigned int which, uint64_t used, uint64_t second)
{
	struct rlimit *limit = &process->limits[which];
	bool hard, soft;
	unsigned long flags = spin_lock_irqsave(&process->lock);

	hard = limit->hard != UINT64_MAX && used >= limit->hard;
	soft = limit->soft != UINT64_MAX && used >= limit->soft;
	if (soft && !hard)
		limit->soft += second; /* again in a second */
	spin_unlock_irqrestore(&process->lock, flags);
	if (hard)
		signal_send_process(process, SIGKILL, NULL);
	else if (soft)
		signal_send_process(process, SIGXCPU, NULL);
}

void process_timers_check(struct thread *thread)
{
	struct process *process = thread->process;
	struct rusage_times times;
	bool virt, prof;
	unsigned long flags = spin_lock_irqsave(&thread->sighand->lock);

	process_times(process, &times);
	spin_lock(&process->lock);
	virt = cpu_timer_due(&process->virt_expires, process->virt_interval, times.user);
	prof = cpu_timer_due(&process->prof_expires, process->prof_interval,
			     times.user + times.system);
	spin_unlock(&process->lock);
	spin_unlock_irqrestore(&thread->sighand->lock, flags);
	if (virt)
		signal_send_process(process, SIGVTALRM, NULL);
	if (prof)
		signal_send_process(process, SIGPROF, NULL);
	check_limit(process, RLIMIT_CPU, (times.user + times.system) / NSEC_PER_SEC, 1);
	if (rt_limited(thread))
		check_limit(process, RLIMIT_RTTIME, sched_rt_time(thread) / NSEC_PER_USEC,
			    NSEC_PER_SEC / NSEC_PER_USEC);
	posix_timers_check(thread, &times);
}

/* ---- setitimer ---- */

struct itimer {
	ktime_t value, interval; /* value 0: off */
};

static ktime_t cpu_time(struct process *process, int which)
{
	struct rusage_times times;
	unsigned long flags = spin_lock_irqsave(&current->sighand->lock);

	process_times(process, &times);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return which == ITIMER_VIRTUAL ? times.user : times.user + times.system;
}

static ktime_t left(ktime_t expires, ktime_t now)
{
	return expires > now ? expires - now : NSEC_PER_USEC;
}

/* As itimer_exchange(). Its function may be running: it looks at what it finds under the lock. */
static void real_exchange(struct process *process, const struct itimer *new, struct itimer *old)
{
	struct timer *timer = &process->real_timer;
	unsigned long flags = spin_lock_irqsave(&process->lock);
	bool used = process->real_used;
	ktime_t now = clock_monotonic();

	old->value = timer_pending(timer) ? left(timer->expires, now) : 0;
	old->interval = process->real_interval;
	if (new) {
		process->real_interval = new->value ? new->interval : 0;
		process->real_used = true;
		if (new->value)
			timer_start(timer, ktime_add(now, new->value));
		else
			timer_cancel(timer);
	}
	spin_unlock_irqrestore(&process->lock, flags);
	if (new && used)
		timer_wait(timer); /* the old one's signal comes before we return, or never */
}

/* Read the old state; with new, set it. */
static void itimer_exchange(int which, const struct itimer *new, struct itimer *old)
{
	struct process *process = current->process;
	bool virt = which == ITIMER_VIRTUAL;
	ktime_t *expires = virt ? &process->virt_expires : &process->prof_expires;
	ktime_t *interval = virt ? &process->virt_interval : &process->prof_interval;
	unsigned long flags;
	ktime_t now;

	if (which == ITIMER_REAL) {
		real_exchange(process, new, old);
		return;
	}
	now = cpu_time(process, which);
	flags = spin_lock_irqsave(&process->lock);
	old->value = *expires ? left(*expires, now) : 0;
	old->interval = *interval;
	if (new) {
		*expires = new->value ? ktime_add(now, new->value) : 0;
		*interval = new->interval; /* told again, though nothing runs without a value */
	}
	spin_unlock_irqrestore(&process->lock, flags);
}

static int itimer_to_user(unsigned long user, const struct itimer *t)
{
	return timeval_to_user(user, t->interval) || timeval_to_user(user + 16, t->value) ? -EFAULT
											  : 0;
}

SYSCALL(getitimer)
{
	struct itimer old;

	if (args->arg[0] > ITIMER_PROF)
		return -EINVAL;
	itimer_exchange((int)args->arg[0], NULL, &old);
	return itimer_to_user(args->arg[1], &old);
}

SYSCALL(setitimer)
{
	struct itimer new = {0}, old;
	int error = 0;

	if (args->arg[1]) { /* without a value Linux disarms, for the sake of old programs */
		error = timeval_from_user(&new.interval, args->arg[1]);
		if (!error)
			error = timeval_from_user(&new.value, args->arg[1] + 16);
	}
	if (error)
		return error;
	if (args->arg[0] > ITIMER_PROF)
		return -EINVAL;
	itimer_exchange((int)args->arg[0], &new, &old);
	return args->arg[2] ? itimer_to_user(args->arg[2], &old) : 0;
}

SYSCALL(alarm)
{
	struct itimer new = {.value = (uint32_t)args->arg[0] * NSEC_PER_SEC}, old;
	ktime_t rounded;

	itimer_exchange(ITIMER_REAL, &new, &old);
	/* To the nearest second, but never to zero while one is set. */
	rounded = (old.value + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	return (long)(old.value && !rounded ? 1 : rounded);
}
