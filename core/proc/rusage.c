// SPDX-License-Identifier: MIT
// What threads and processes have used: getrusage, times, and the accounts that outlive a thread.

#include <core/errno.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/syscall.h>

#include "rusage.h"

struct usage {
	ktime_t user, system;
	uint64_t minor, major, voluntary, involuntary, maxrss; /* pages */
};

static struct machine_faults dead; /* [tasklist] of threads that have ended */

static void add_thread(struct usage *u, struct thread *t)
{
	ktime_t user, system;

	sched_times(t, &user, &system);
	u->user += user;
	u->system += system;
	/* It may be counting: its last switch comes after the zombie was seen. */
	u->minor += READ_ONCE(t->minor_faults);
	u->major += READ_ONCE(t->major_faults);
	u->voluntary += READ_ONCE(t->sched.switches_voluntary);
	u->involuntary += READ_ONCE(t->sched.switches_involuntary);
}

/* process->lock held; the caller keeps the thread list still by tasklist or sighand->lock. */
static void add_self(struct usage *u, struct process *p)
{
	struct thread *t;

	u->user += p->dead_user;
	u->system += p->dead_system;
	u->minor += p->dead_minor;
	u->major += p->dead_major;
	u->voluntary += p->dead_voluntary;
	u->involuntary += p->dead_involuntary;
	u->maxrss = MAX(u->maxrss, p->maxrss);
	list_for_each_entry (t, &p->threads, process_link)
		add_thread(u, t);
}

static void add_children(struct usage *u, const struct process *p)
{
	u->user += p->children_user;
	u->system += p->children_system;
	u->minor += p->children_minor;
	u->major += p->children_major;
	u->voluntary += p->children_voluntary;
	u->involuntary += p->children_involuntary;
	u->maxrss = MAX(u->maxrss, p->children_maxrss);
}

static void add_io(struct io_account *io, const struct io_account *more)
{
	io->read_bytes += more->read_bytes;
	io->written_bytes += more->written_bytes;
	io->read_calls += more->read_calls;
	io->write_calls += more->write_calls;
}

/* As add_self. */
static void add_self_io(struct io_account *io, struct process *p)
{
	struct thread *t;

	add_io(io, &p->dead_io);
	list_for_each_entry (t, &p->threads, process_link)
		add_io(io, &t->io);
}

void process_account_thread(struct process *p, struct thread *t)
{
	struct usage u = {0};

	assert_spin_held(&p->lock);
	assert_spin_held(&tasklist);
	add_thread(&u, t);
	dead.minor += u.minor;
	dead.major += u.major;
	p->dead_user += u.user;
	p->dead_system += u.system;
	p->dead_minor += u.minor;
	p->dead_major += u.major;
	p->dead_voluntary += u.voluntary;
	p->dead_involuntary += u.involuntary;
	add_io(&p->dead_io, &t->io);
}

struct machine_faults machine_faults(void)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);
	struct machine_faults sum = dead;
	struct process *p;
	struct thread *t;

	list_for_each_entry (p, &process_list, all_link)
		list_for_each_entry (t, &p->threads, process_link) {
			sum.minor += READ_ONCE(t->minor_faults);
			sum.major += READ_ONCE(t->major_faults);
		}
	spin_unlock_irqrestore(&tasklist, flags);
	return sum;
}

void process_account_child(struct process *parent, struct process *child)
{
	struct io_account io = {0};
	struct usage u = {0};
	unsigned long flags;

	assert_spin_held(&tasklist);
	flags = spin_lock_irqsave(&child->lock);
	add_self(&u, child);
	add_children(&u, child);
	add_self_io(&io, child);
	spin_unlock_irqrestore(&child->lock, flags);
	flags = spin_lock_irqsave(&parent->lock);
	parent->children_user += u.user;
	parent->children_system += u.system;
	parent->children_minor += u.minor;
	parent->children_major += u.major;
	parent->children_voluntary += u.voluntary;
	parent->children_involuntary += u.involuntary;
	parent->children_maxrss = MAX(parent->children_maxrss, u.maxrss);
	add_io(&parent->dead_io, &io);
	spin_unlock_irqrestore(&parent->lock, flags);
}

static uint64_t resident(const struct mm *mm)
{
	return mm ? MAX(mm->peak_resident, mm->anon_pages + mm->file_pages) : 0;
}

void process_account_memory(struct process *p, const struct mm *mm)
{
	p->maxrss = MAX(p->maxrss, resident(mm));
}

static void usage_out(const struct usage *u, struct rusage *out)
{
	*out = (struct rusage){
		.user_sec = (int64_t)(u->user / NSEC_PER_SEC),
		.user_usec = (int64_t)(u->user % NSEC_PER_SEC / NSEC_PER_USEC),
		.system_sec = (int64_t)(u->system / NSEC_PER_SEC),
		.system_usec = (int64_t)(u->system % NSEC_PER_SEC / NSEC_PER_USEC),
		.maxrss = (int64_t)(u->maxrss * (PAGE_SIZE / 1024)),
		.minflt = (int64_t)u->minor,
		.majflt = (int64_t)u->major,
		.nvcsw = (int64_t)u->voluntary,
		.nivcsw = (int64_t)u->involuntary,
	};
}

void rusage_get(struct process *p, int who, struct rusage *out)
{
	struct usage u = {0};
	unsigned long flags;

	flags = spin_lock_irqsave(&p->lock);
	switch (who) {
	case RUSAGE_THREAD:
		add_thread(&u, current);
		u.maxrss = p->maxrss;
		break;
	case RUSAGE_SELF:
		add_self(&u, p);
		break;
	case RUSAGE_CHILDREN:
		add_children(&u, p);
		break;
	default:
		add_self(&u, p);
		add_children(&u, p);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (p == current->process && who != RUSAGE_CHILDREN)
		u.maxrss = MAX(u.maxrss, resident(current->mm));
	usage_out(&u, out);
}

void process_times(struct process *p, struct rusage_times *times)
{
	struct usage u = {0};
	unsigned long flags = spin_lock_irqsave(&p->lock);

	add_self(&u, p);
	spin_unlock_irqrestore(&p->lock, flags);
	times->user = u.user;
	times->system = u.system;
}

void process_io(struct process *p, struct io_account *io)
{
	unsigned long flags = spin_lock_irqsave(&tasklist);

	*io = (struct io_account){0};
	spin_lock(&p->lock);
	add_self_io(io, p);
	spin_unlock(&p->lock);
	spin_unlock_irqrestore(&tasklist, flags);
}

SYSCALL(getrusage)
{
	int who = (int)args->arg[0];
	unsigned long flags;
	struct rusage out;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	flags = spin_lock_irqsave(&current->sighand->lock);
	rusage_get(current->process, who, &out);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	return copy_to_user(args->arg[1], &out, sizeof(out));
}

/* Linux's struct tms: clock ticks of 10 ms. */
SYSCALL(times)
{
	const ktime_t tick = NSEC_PER_SEC / 100;
	struct process *p = current->process;
	struct rusage_times own;
	unsigned long flags;
	int64_t tms[4];

	if (args->arg[0]) {
		flags = spin_lock_irqsave(&current->sighand->lock);
		process_times(p, &own);
		tms[2] = (int64_t)(READ_ONCE(p->children_user) / tick);
		tms[3] = (int64_t)(READ_ONCE(p->children_system) / tick);
		spin_unlock_irqrestore(&current->sighand->lock, flags);
		tms[0] = (int64_t)(own.user / tick);
		tms[1] = (int64_t)(own.system / tick);
		if (copy_to_user(args->arg[0], tms, sizeof(tms)))
			return -EFAULT;
	}
	return (long)(clock_monotonic() / tick);
}
