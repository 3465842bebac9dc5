/* SPDX-License-Identifier: MIT */
/* coredump.h - between the files that make a core dump. */
#ifndef CORE_PROC_COREDUMP_H
#define CORE_PROC_COREDUMP_H

#include <core/coredump.h>
#include <core/textfile.h>
#include <core/thread.h>

/* A thread's notes, made by itself while its registers are at hand. */
struct core_thread {
	struct list link;
	struct text status; /* its NT_PRSTATUS */
	struct text others; /* its further register sets */
};

/* A dump under way, on the stack of the thread that makes it. process->core points here until it is
 * over. */
struct core_dump {
	struct thread *dumper;
	const struct siginfo *info;
	struct list threads;  /* [sighand->lock] of core_thread: the dumper's first */
	unsigned int awaited; /* [sighand->lock] threads that have not joined yet */
	bool incomplete;      /* [sighand->lock] one had no memory for its notes */
	/* writing: the dumper's alone */
	struct file *file;
	uint64_t limit, written; /* RLIMIT_CORE counts what is written, not the holes */
	loff_t pos;
	bool hole; /* the file does not reach as far as pos yet */
};

/* coredump_name.c: pattern with its %-words replaced; facts about what they stand for. 0 or
 * -ENAMETOOLONG. */
struct core_name_facts {
	pid_t process, thread;
	uid_t uid;
	gid_t gid;
	int signal, dumpable;
	unsigned int cpu;
	int64_t time;
	uint64_t limit;
	const char *host, *thread_name, *program; /* program: the path of the executable */
	bool uses_pid;				  /* ".PID" is added when the pattern has no %p */
};
__must_check int core_name(const char *pattern, const struct core_name_facts *facts, char *out,
			   size_t n);

/* coredump_notes.c */
/* The current thread's notes, for a death by signal. NULL: no memory. */
struct core_thread *core_thread_notes(int signal);
void core_thread_free(struct core_thread *thread);
/* All notes of the file, in Linux's order. False: no memory. */
__must_check bool core_notes(const struct core_dump *dump, struct text *notes);

/* coredump_elf.c: the file's contents, as much of them as the limit and the file system let. False:
 * nothing could be begun, for want of memory. */
__must_check bool core_write(struct core_dump *dump);

#endif
