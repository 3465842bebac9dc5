// SPDX-License-Identifier: MIT
// Core dumps: who may leave one, where it goes, and how the threads of a process meet for it.
//
// The thread that takes the deadly signal (the dumper) declares the end of the process, sets
// process->core and kills the other threads. Each of them, on its way out and before it gives
// anything up (signal_exit()), sees process->core, makes the notes about its own registers and
// waits. When all have, the dumper alone uses the memory and writes; then it clears process->core,
// and all of them go on dying. A SIGKILL meanwhile becomes pending for the dumper
// (signal_send_locked()), who stops writing.

#include <core/coredump.h>
#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/printk.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/uapi/wait.h>
#include <core/uts.h>
#include <core/vfs.h>
#include <hal/abi.h>
#include <hal/cpu.h>

#include "coredump.h"

/* A core that cannot have its headers is not begun, as on Linux. */
#define CORE_LEAST PAGE_SIZE

/* ---- the settings ---- */

unsigned int core_uses_pid;
static struct spinlock core_pattern_lock = SPINLOCK_INIT("core pattern");
static char core_pattern[CORE_PATTERN_SIZE] = "core"; /* [core_pattern_lock] */

void core_pattern_get(char out[CORE_PATTERN_SIZE])
{
	spin_lock(&core_pattern_lock);
	memcpy(out, core_pattern, CORE_PATTERN_SIZE);
	spin_unlock(&core_pattern_lock);
}

int core_pattern_set(const char *pattern)
{
	if (pattern[0] == '|')
		return -EINVAL;
	spin_lock(&core_pattern_lock);
	(void)strscpy(core_pattern, pattern, CORE_PATTERN_SIZE); /* cut off, as Linux does */
	spin_unlock(&core_pattern_lock);
	return 0;
}

/* ---- the meeting of the threads ---- */

/* Begin: false when the process dies of something else already. */
static bool gather(struct core_dump *dump)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&current->sighand->lock);
	bool first = !process->group_exit && !process->group_exec;
	struct thread *t;

	if (first) {
		process_set_group_exit(process, dump->info->signo);
		process->core = dump;
		list_for_each_entry (t, &process->threads, process_link)
			dump->awaited += t != current && !t->exiting;
		(void)signal_kill_others(current); /* how many are told does not matter */
		/* Nothing but SIGKILL counts any more. */
		__atomic_fetch_and(&current->hal.work, ~THREAD_WORK_SIGNAL, __ATOMIC_RELAXED);
	}
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	if (first)
		wait_event(&process->core_wait, !READ_ONCE(dump->awaited));
	return first;
}

static void take_in(struct core_dump *dump, struct core_thread *notes, bool at_front)
{
	if (!notes)
		dump->incomplete = true;
	else if (at_front)
		list_add(&notes->link, &dump->threads);
	else
		list_add_tail(&notes->link, &dump->threads);
}

void coredump_join(void)
{
	struct thread *me = current;
	struct process *process = me->process;
	struct core_dump *dump = process->core; /* lasts until we are counted */
	struct core_thread *notes = core_thread_notes(dump->info->signo);
	unsigned long flags = spin_lock_irqsave(&me->sighand->lock);
	bool last;

	take_in(dump, notes, false);
	last = dump->awaited == 1;
	WRITE_ONCE(dump->awaited, dump->awaited - 1);
	spin_unlock_irqrestore(&me->sighand->lock, flags);
	if (last)
		wait_wake_all(&process->core_wait);
	wait_event(&process->core_wait, !load_acquire(&process->core));
	me->exit_code = process->group_exit_code;
}

struct thread *coredump_thread(const struct process *process)
{
	assert_spin_held(&process->sighand->lock);
	return process->core->dumper;
}

/* It is over. A SIGKILL that came meanwhile has the last word. */
static void scatter(struct core_dump *dump, bool dumped)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&current->sighand->lock);
	struct core_thread *notes, *next;

	if (dumped && !(current->pending.set & sigbit(SIGKILL)))
		process->group_exit_code |= WAIT_CORE;
	store_release(&process->core, NULL);
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	wait_wake_all(&process->core_wait);
	list_for_each_entry_safe (notes, next, &dump->threads, link)
		core_thread_free(notes);
}

/* ---- where to ---- */

static int name_of_core(const struct core_dump *dump, char *name)
{
	struct core_name_facts facts = {
		.process = process_id(current->process),
		.thread = current->pid->number,
		.uid = current->cred->uid,
		.gid = current->cred->gid,
		.signal = dump->info->signo,
		.dumpable = current->mm->dumpable,
		.cpu = hal_cpu_id(),
		.time = (int64_t)(clock_realtime() / NSEC_PER_SEC),
		.limit = dump->limit,
		.host = uts.nodename,
		.thread_name = current->name,
		.program = current->name,
		.uses_pid = READ_ONCE(core_uses_pid),
	};
	char pattern[CORE_PATTERN_SIZE];
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	int error;

	if (!path)
		return -ENOMEM;
	if (current->mm->exe_file) {
		char *program = file_name(&current->mm->exe_file->path, path, PATH_MAX);

		if (!is_err(program))
			facts.program = program;
	}
	core_pattern_get(pattern);
	error = core_name(pattern, &facts, name, PATH_MAX);
	kfree(path);
	return error;
}

/* A file of our own making and nobody else's: what had the name before is removed. */
static int open_core(const char *name, struct file **file)
{
	const struct inode *inode;
	int error;

	(void)vfs_unlink(name); /* what is in the way otherwise shows when the file is made */
	error = vfs_open(AT_FDCWD, name,
			 O_CREAT | O_EXCL | O_WRONLY | HAL_ABI_O_NOFOLLOW | HAL_ABI_O_LARGEFILE,
			 0600, file);
	if (error)
		return error;
	inode = (*file)->inode;
	/* Some file systems give files another owner or mode than they were asked for. */
	if (S_ISREG(inode->mode) && inode->nlink == 1 && inode->uid == current->cred->fsuid &&
	    (inode->mode & 0677) == 0600)
		return 0;
	file_put_now(*file);
	return -EPERM;
}

static bool write_core(struct core_dump *dump)
{
	char *name = kmalloc(PATH_MAX, GFP_KERNEL);
	bool dumped = false;

	if (name && !name_of_core(dump, name) && !open_core(name, &dump->file)) {
		dumped = core_write(dump);
		file_put_now(dump->file);
	}
	kfree(name);
	return dumped;
}

void coredump(const struct siginfo *info)
{
	struct core_dump dump = {
		.dumper = current,
		.info = info,
		.threads = LIST_INIT(dump.threads),
		.limit = process_limit(current->process, RLIMIT_CORE),
	};
	bool dumped = false;

	if (dump.limit < CORE_LEAST || !current->mm->dumpable)
		return;
	if (!gather(&dump))
		return;
	take_in(&dump, core_thread_notes(info->signo), true);
	if (!dump.incomplete)
		dumped = write_core(&dump);
	scatter(&dump, dumped);
}
