// SPDX-License-Identifier: MIT
// The notes of a core dump: who died of what, and with which registers (Linux's uapi: elfcore.h).
//
// Every thread makes the notes about itself while it is the current one, since only then are all of
// its registers at hand. The dumper adds those about the process.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/slab.h>
#include <core/vfs.h>
#include <hal/regs.h>

#include "coredump.h"

#define NT_PRPSINFO 3
#define NT_AUXV	    6
#define NT_SIGINFO  0x53494749 /* "SIGI" */
#define NT_FILE	    0x46494c45 /* "FILE" */

#define NT_MACHINE	0x100u	   /* register sets from here on are Linux's own */
#define FILE_NOTE_LIMIT (4u << 20) /* of bytes: with more there is no NT_FILE, as on Linux */

struct core_timeval {
	uint64_t sec, usec;
};

/* struct elf_prstatus up to its registers, which a word follows that says whether there is FP state. */
struct core_status {
	int32_t signo, code, error;
	int16_t current_signal;
	uint64_t pending, blocked;
	int32_t pid, ppid, pgrp, sid;
	struct core_timeval user, system, children_user, children_system;
};
_Static_assert(sizeof(struct core_status) == 112, "struct elf_prstatus");

struct core_process {
	char state, state_name, zombie, nice;
	uint64_t flags;
	uint32_t uid, gid;
	int32_t pid, ppid, pgrp, sid;
	char name[16], arguments[80];
};
_Static_assert(sizeof(struct core_process) == 136, "struct elf_prpsinfo");

/* ---- the form of a note ---- */

static void pad(struct text *text, size_t align)
{
	static const char zeros[8];

	text_write(text, zeros, -text->length & (align - 1));
}

static void note_head(struct text *text, const char *owner, uint32_t type, size_t size)
{
	uint32_t head[3] = {(uint32_t)strlen(owner) + 1, (uint32_t)size, type};

	text_write(text, head, sizeof(head));
	text_write(text, owner, head[0]);
	pad(text, 4);
}

static void note(struct text *text, uint32_t type, const void *data, size_t size)
{
	note_head(text, "CORE", type, size);
	text_write(text, data, size);
	pad(text, 4);
}

/* ---- a thread ---- */

static struct core_timeval timeval_of(ktime_t time)
{
	return (struct core_timeval){time / NSEC_PER_SEC, time % NSEC_PER_SEC / 1000};
}

static pid_t parent_of(const struct process *process)
{
	return process->parent && process->parent != process ? process_id(process->parent) : 0;
}

static void fill_status(struct core_status *s, int signal)
{
	struct thread *t = current;
	struct process *process = t->process;
	struct rusage_times times;
	unsigned long flags = spin_lock_irqsave(&tasklist);

	if (t == process->leader)
		process_times(process, &times);
	else
		sched_times(t, &times.user, &times.system);
	*s = (struct core_status){
		.signo = signal,
		.current_signal = (int16_t)signal,
		.pending = t->pending.set,
		.blocked = t->blocked,
		.pid = t->pid->number,
		.ppid = parent_of(process),
		.pgrp = process->group->number,
		.sid = process->session->number,
		.user = timeval_of(times.user),
		.system = timeval_of(times.system),
		.children_user = timeval_of(process->children_user),
		.children_system = timeval_of(process->children_system),
	};
	spin_unlock_irqrestore(&tasklist, flags);
}

/* The i-th register set behind what text has; false: no memory. */
static bool put_registers(struct text *text, unsigned int i, size_t size)
{
	void *set = kmalloc(size, GFP_KERNEL);
	uint32_t type;

	if (!set)
		return false;
	(void)hal_regset_get(i, &type, set); /* its size is known */
	text_write(text, set, size);
	kfree(set);
	return true;
}

static bool put_status(struct text *text, int signal)
{
	uint32_t type, has_fp;
	struct core_status status;
	size_t general = hal_regset_get(0, &type, NULL), size;

	/* The whole is a struct with words of 8 bytes. */
	size = ALIGN_UP(sizeof(status) + general + sizeof(has_fp), 8);
	has_fp = hal_regset_get(1, &type, NULL) != 0;
	fill_status(&status, signal);
	note_head(text, "CORE", HAL_NT_PRSTATUS, size);
	text_write(text, &status, sizeof(status));
	if (!put_registers(text, 0, general))
		return false;
	text_write(text, &has_fp, sizeof(has_fp));
	text_write(text, &(uint32_t){0}, size - sizeof(status) - general - sizeof(has_fp));
	return true;
}

static bool put_others(struct text *text)
{
	uint32_t type;
	size_t size;

	for (unsigned int i = 1; (size = hal_regset_get(i, &type, NULL)); i++) {
		note_head(text, type < NT_MACHINE ? "CORE" : "LINUX", type, size);
		if (!put_registers(text, i, size))
			return false;
		pad(text, 4);
	}
	return true;
}

struct core_thread *core_thread_notes(int signal)
{
	struct core_thread *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (t && put_status(&t->status, signal) && put_others(&t->others) && !t->status.no_memory &&
	    !t->others.no_memory)
		return t;
	if (t)
		core_thread_free(t);
	return NULL;
}

void core_thread_free(struct core_thread *thread)
{
	text_free(&thread->status);
	text_free(&thread->others);
	kfree(thread);
}

/* ---- the process ---- */

static void put_process(struct text *text)
{
	struct process *process = current->process;
	struct mm *mm = current->mm;
	struct core_process p = {
		.state_name = current == process->leader ? 'R' : 'D',
		.nice = (char)process->leader->sched.nice,
		.uid = current->cred->uid,
		.gid = current->cred->gid,
		.pid = process_id(process),
	};
	size_t length = MIN(mm->arg_end - mm->arg_start, sizeof(p.arguments) - 1);
	unsigned long flags = spin_lock_irqsave(&tasklist);

	p.ppid = parent_of(process);
	p.pgrp = process->group->number;
	p.sid = process->session->number;
	spin_unlock_irqrestore(&tasklist, flags);
	memcpy(p.name, process->leader->name, sizeof(p.name));
	length = mm_access(mm, mm->arg_start, p.arguments, length, false, true);
	for (size_t i = 0; i < length; i++)
		if (!p.arguments[i])
			p.arguments[i] = ' ';
	note(text, NT_PRPSINFO, &p, sizeof(p));
}

/* Which file is mapped where: two numbers, three per mapping, then the names. */
static void put_files(struct text *text)
{
	struct mm *mm = current->mm;
	struct text places = {0}, names = {0};
	uint64_t head[2] = {0, PAGE_SIZE};
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);

	rwsem_read(&mm->lock);
	for (const struct vma *vma = vma_find(mm, 0); vma && buf; vma = vma_next(vma)) {
		/* Shared anonymous memory counts as a file without a name. */
		const char *name = vma->file	     ? file_name(&vma->file->path, buf, PATH_MAX)
				   : vma->bare_cache ? vma_name(vma)
						     : NULL;

		if (!name || is_err(name))
			continue;
		text_write(&places, (uint64_t[3]){vma->start, vma->end, vma->offset}, 24);
		text_write(&names, name, strlen(name) + 1);
		head[0]++;
	}
	rwsem_read_done(&mm->lock);
	kfree(buf);
	if (!buf || places.no_memory || names.no_memory)
		text->no_memory = true;
	else if (sizeof(head) + places.length + names.length <= FILE_NOTE_LIMIT) {
		note_head(text, "CORE", NT_FILE, sizeof(head) + places.length + names.length);
		text_write(text, head, sizeof(head));
		text_write(text, places.buf, places.length);
		text_write(text, names.buf, names.length);
		pad(text, 4);
	}
	text_free(&places);
	text_free(&names);
}

bool core_notes(const struct core_dump *dump, struct text *notes)
{
	const struct mm *mm = current->mm;
	const struct core_thread *t;
	bool first = true;

	list_for_each_entry (t, &dump->threads, link) {
		text_write(notes, t->status.buf, t->status.length);
		if (first) {
			put_process(notes);
			note(notes, NT_SIGINFO, dump->info, sizeof(*dump->info));
			note(notes, NT_AUXV, mm->auxv, mm->auxv_words * sizeof(mm->auxv[0]));
			put_files(notes);
		}
		text_write(notes, t->others.buf, t->others.length);
		first = false;
	}
	return !notes->no_memory;
}
