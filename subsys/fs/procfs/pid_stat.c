// SPDX-License-Identifier: MIT
/* /proc/PID/{stat,statm,status}: what ps and top read. Formats are Linux's to the blank. */
#include "internal.h"

#include <core/cred.h>

/* What both stat and status want, collected under the locks. */
struct facts {
	pid_t pid, process, parent, group, session, foreground, tracer;
	dev_t tty;
	char state;
	unsigned int threads;
	uint64_t pending, shared, blocked, ignored, caught;
	ktime_t user, system, children_user, children_system;
	uint64_t minor, major, children_minor, children_major;
	uint64_t voluntary, involuntary;
	unsigned int queued;
	int exit_code;
};

static char state_of(const struct thread *thread)
{
	unsigned int state = READ_ONCE(thread->state);

	if (thread->process->zombie && thread->process->leader == thread)
		return 'Z';
	if (state & THREAD_DEAD)
		return 'Z';
	if (state & THREAD_STOPPED)
		return 'T';
	if (state & THREAD_TRACED)
		return 't';
	if (state & (THREAD_UNINTERRUPTIBLE | THREAD_KILLABLE))
		return 'D';
	return state & THREAD_INTERRUPTIBLE ? 'S' : 'R';
}

static const char *state_name(char state)
{
	switch (state) {
	case 'R':
		return "R (running)";
	case 'S':
		return "S (sleeping)";
	case 'D':
		return "D (disk sleep)";
	case 'T':
		return "T (stopped)";
	case 't':
		return "t (tracing stop)";
	default:
		return "Z (zombie)";
	}
}

static void signal_facts(struct thread *thread, struct facts *f)
{
	unsigned long flags;
	struct sighand *sighand = thread->sighand;

	if (!sighand)
		return;
	flags = spin_lock_irqsave(&sighand->lock);
	f->pending = thread->pending.set;
	f->shared = thread->process->shared.set;
	f->blocked = thread->blocked;
	for (int sig = 1; sig <= 64; sig++) {
		unsigned long handler = sighand->action[sig - 1].handler;

		if (handler == 1)
			f->ignored |= sigbit(sig);
		else if (handler)
			f->caught |= sigbit(sig);
	}
	spin_unlock_irqrestore(&sighand->lock, flags);
}

static void collect(struct proc_inode *p, struct thread *thread, struct facts *f)
{
	struct process *process = thread->process;
	struct rusage_times times;
	unsigned long flags = spin_lock_irqsave(&tasklist);

	*f = (struct facts){.foreground = -1};
	f->pid = thread->pid ? thread->pid->number : 0;
	f->process = process->pid->number;
	f->parent =
		process->parent && process->parent != process ? process->parent->pid->number : 0;
	f->group = process->group ? process->group->number : 0;
	f->session = process->session ? process->session->number : 0;
	if (process->tty && terminal_ops && terminal_ops->describe)
		terminal_ops->describe(process->tty, &f->tty, &f->foreground);
	f->state = state_of(thread);
	f->threads = process->thread_count;
	f->exit_code = thread->exit_code;
	if (p->thread && !p->whole) {
		sched_times(thread, &f->user, &f->system);
		f->minor = READ_ONCE(thread->minor_faults);
		f->major = READ_ONCE(thread->major_faults);
	} else {
		struct thread *each;

		process_times(process, &times);
		f->user = times.user;
		f->system = times.system;
		f->minor = process->dead_minor;
		f->major = process->dead_major;
		list_for_each_entry (each, &process->threads, process_link) {
			f->minor += READ_ONCE(each->minor_faults);
			f->major += READ_ONCE(each->major_faults);
		}
		f->children_user = process->children_user;
		f->children_system = process->children_system;
		f->children_minor = process->children_minor;
		f->children_major = process->children_major;
	}
	rcu_read_lock();
	f->queued = READ_ONCE(rcu_dereference(thread->cred)->user->sigpending);
	rcu_read_unlock();
	f->voluntary = READ_ONCE(thread->sched.switches_voluntary);
	f->involuntary = READ_ONCE(thread->sched.switches_involuntary);
	if (f->state != 'Z' && process->live_threads)
		signal_facts(thread, f);
	spin_unlock_irqrestore(&tasklist, flags);
}

static uint64_t resident(const struct mm *mm)
{
	return READ_ONCE(mm->anon_pages) + READ_ONCE(mm->file_pages);
}

static int priority_of(const struct thread *thread)
{
	uint8_t level = READ_ONCE(thread->sched.rt_level);

	return level ? -1 - level : 20 + thread->sched.nice;
}

static void stat_memory(struct text *text, const struct thread *thread, const struct mm *mm,
			bool inspect)
{
	uint64_t limit = process_limit(thread->process, RLIMIT_RSS);

	/* vsize rss rsslim startcode endcode startstack kstkesp kstkeip */
	text_printf(text, " %llu %llu %llu",
		    mm ? (unsigned long long)mm->total_pages << PAGE_SHIFT : 0,
		    mm ? (unsigned long long)resident(mm) : 0, (unsigned long long)limit);
	if (mm && inspect)
		text_printf(text, " %lu %lu %lu 0 0", mm->code_start, mm->code_end,
			    mm->stack_start);
	else
		text_puts(text, mm ? " 1 1 0 0 0" : " 0 0 0 0 0");
}

static void stat_areas(struct text *text, const struct mm *mm)
{
	if (mm)
		text_printf(text, " %lu %lu %lu %lu %lu %lu %lu", mm->data_start, mm->data_end,
			    mm->brk_start, mm->arg_start, mm->arg_end, mm->env_start, mm->env_end);
	else
		text_puts(text, " 0 0 0 0 0 0 0");
}

int proc_pid_stat(struct text *text, void *argument)
{
	struct proc_inode *p = argument;
	struct thread *thread = proc_thread(p);
	struct facts f;
	struct mm *mm;
	bool inspect;

	if (!thread)
		return -ESRCH;
	collect(p, thread, &f);
	mm = mm_of_thread(thread);
	inspect = proc_may_inspect(thread, mm);
	text_printf(text, "%d (%s) %c %d %d %d %d %d %u", f.pid, thread->name, f.state, f.parent,
		    f.group, f.session, (int)f.tty, f.foreground,
		    0x400000u | (thread->process->has_execed ? 0 : 0x40u));
	text_printf(text, " %llu %llu %llu %llu", (unsigned long long)f.minor,
		    (unsigned long long)f.children_minor, (unsigned long long)f.major,
		    (unsigned long long)f.children_major);
	text_printf(text, " %llu %llu %llu %llu", (unsigned long long)proc_ticks(f.user),
		    (unsigned long long)proc_ticks(f.system),
		    (unsigned long long)proc_ticks(f.children_user),
		    (unsigned long long)proc_ticks(f.children_system));
	text_printf(text, " %d %d %u 0 %llu", priority_of(thread), thread->sched.nice, f.threads,
		    (unsigned long long)proc_ticks(thread->start_time));
	stat_memory(text, thread, mm, inspect);
	text_printf(text, " %llu %llu %llu %llu", (unsigned long long)(f.pending & 0x7fffffff),
		    (unsigned long long)(f.blocked & 0x7fffffff),
		    (unsigned long long)(f.ignored & 0x7fffffff),
		    (unsigned long long)(f.caught & 0x7fffffff));
	/* wchan, two unused, exit signal, CPU, real-time priority, policy, three times never
	 * counted here */
	text_printf(text, " %d 0 0 %d %u %u %u 0 0 0", f.state != 'R', thread->exit_signal,
		    thread->sched.cpu, thread->sched.rt_priority, thread->sched.policy);
	stat_areas(text, inspect ? mm : NULL);
	text_printf(text, " %d\n", inspect ? f.exit_code : 0);
	if (mm)
		mm_put_user(mm);
	thread_put(thread);
	return 0;
}

int proc_pid_statm(struct text *text, void *argument)
{
	struct thread *thread = proc_thread(argument);
	struct mm *mm;

	if (!thread)
		return -ESRCH;
	mm = mm_of_thread(thread);
	if (mm) {
		text_printf(
			text, "%llu %llu %llu %llu 0 %llu 0\n", (unsigned long long)mm->total_pages,
			(unsigned long long)resident(mm),
			(unsigned long long)READ_ONCE(mm->file_pages),
			(unsigned long long)(PAGE_UP(mm->code_end) - PAGE_DOWN(mm->code_start)) >>
				PAGE_SHIFT,
			(unsigned long long)(mm->data_pages + mm->stack_pages));
		mm_put_user(mm);
	} else {
		text_puts(text, "0 0 0 0 0 0 0\n");
	}
	thread_put(thread);
	return 0;
}

static void status_memory(struct text *text, const struct thread *thread, struct mm *mm)
{
	const unsigned int kib = PAGE_SHIFT - 10;
	uint64_t code = (PAGE_UP(mm->code_end) - PAGE_DOWN(mm->code_start)) >> 10,
		 exec = mm->exec_pages << kib;
	uint64_t now = resident(mm);

	text_printf(text,
		    "VmPeak:\t%8llu kB\nVmSize:\t%8llu kB\nVmLck:\t%8llu kB\nVmPin:\t%8u kB\n",
		    (unsigned long long)MAX(mm->peak_total, mm->total_pages) << kib,
		    (unsigned long long)mm->total_pages << kib,
		    (unsigned long long)mm->locked_pages << kib, 0);
	text_printf(text,
		    "VmHWM:\t%8llu kB\nVmRSS:\t%8llu kB\nRssAnon:\t%8llu kB\nRssFile:\t%8llu "
		    "kB\nRssShmem:\t%8u kB\n",
		    (unsigned long long)MAX(mm->peak_resident, now) << kib,
		    (unsigned long long)now << kib,
		    (unsigned long long)READ_ONCE(mm->anon_pages) << kib,
		    (unsigned long long)READ_ONCE(mm->file_pages) << kib, 0);
	text_printf(text,
		    "VmData:\t%8llu kB\nVmStk:\t%8llu kB\nVmExe:\t%8llu kB\nVmLib:\t%8llu kB\n",
		    (unsigned long long)mm->data_pages << kib,
		    (unsigned long long)mm->stack_pages << kib, (unsigned long long)code,
		    (unsigned long long)(exec > code ? exec - code : 0));
	text_printf(text,
		    "VmPTE:\t%8llu kB\nVmSwap:\t%8u kB\nHugetlbPages:\t%8u "
		    "kB\nCoreDumping:\t%d\nTHP_enabled:\t%d\n",
		    (unsigned long long)hal_space_table_bytes(&mm->space) >> 10, 0, 0,
		    READ_ONCE(thread->process->core) != NULL, !READ_ONCE(mm->huge_disabled));
}

static void status_identity(struct text *text, struct thread *thread, const struct facts *f)
{
	const struct cred *cred = cred_of_thread(thread);

	text_printf(text, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", cred->uid, cred->euid,
		    cred->suid, cred->fsuid, cred->gid, cred->egid, cred->sgid, cred->fsgid);
	text_printf(text, "FDSize:\t%u\nGroups:\t", thread_file_slots(thread));
	for (unsigned int i = 0; i < cred->group_count; i++)
		text_printf(text, i ? " %u" : "%u", cred->groups[i]);
	text_printf(text, " \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n",
		    f->process, f->pid, f->group, f->session);
	cred_put(cred);
}

static void status_rights(struct text *text, struct thread *thread)
{
	const struct cred *cred = cred_of_thread(thread);

	text_printf(text,
		    "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%"
		    "016llx\nCapAmb:\t%016llx\n",
		    (unsigned long long)cred->cap_inheritable,
		    (unsigned long long)cred->cap_permitted,
		    (unsigned long long)cred->cap_effective, (unsigned long long)cred->cap_bounding,
		    (unsigned long long)cred->cap_ambient);
	cred_put(cred);
	text_printf(text, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n",
		    thread->no_new_privs);
	text_puts(text,
		  "Speculation_Store_Bypass:\tunknown\nSpeculationIndirectBranch:\tunknown\n");
}

static void status_cpus(struct text *text, const struct thread *thread)
{
	uint64_t mask = thread->sched.affinity & sched_online();
	bool first = true;

	text_printf(text, "Cpus_allowed:\t%llx\nCpus_allowed_list:\t", (unsigned long long)mask);
	for (unsigned int cpu = 0; cpu < 64; cpu++) {
		unsigned int end = cpu;

		if (!(mask >> cpu & 1))
			continue;
		while (end < 63 && mask >> (end + 1) & 1)
			end++;
		text_printf(text, end > cpu ? "%s%u-%u" : "%s%u", first ? "" : ",", cpu, end);
		first = false;
		cpu = end;
	}
	text_puts(text, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
}

int proc_pid_status(struct text *text, void *argument)
{
	struct proc_inode *p = argument;
	struct thread *thread = proc_thread(p);
	struct fs_context *fs;
	struct facts f;
	struct mm *mm;

	if (!thread)
		return -ESRCH;
	collect(p, thread, &f);
	text_puts(text, "Name:\t");
	for (const char *c = thread->name; *c; c++) {
		if (*c == '\n' || *c == '\\')
			text_puts(text, *c == '\n' ? "\\n" : "\\\\");
		else
			text_write(text, c, 1);
	}
	fs = thread_get_fs(thread);
	if (fs) {
		text_printf(text, "\nUmask:\t%04o", fs->umask);
		fs_put(fs);
	}
	text_printf(text,
		    "\nState:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
		    state_name(f.state), f.process, f.pid, f.parent, f.tracer);
	status_identity(text, thread, &f);
	mm = mm_of_thread(thread);
	if (mm) {
		status_memory(text, thread, mm);
		mm_put_user(mm);
	}
	text_printf(text, "Threads:\t%u\nSigQ:\t%u/%llu\n", f.threads, f.queued,
		    (unsigned long long)process_limit(thread->process, RLIMIT_SIGPENDING));
	text_printf(text,
		    "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%"
		    "016llx\nSigCgt:\t%016llx\n",
		    (unsigned long long)f.pending, (unsigned long long)f.shared,
		    (unsigned long long)f.blocked, (unsigned long long)f.ignored,
		    (unsigned long long)f.caught);
	status_rights(text, thread);
	status_cpus(text, thread);
	text_printf(text, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%llu\n",
		    (unsigned long long)f.voluntary, (unsigned long long)f.involuntary);
	thread_put(thread);
	return 0;
}
