/* SPDX-License-Identifier: MIT */
/*
 * core/coredump.h - what a process leaves behind that dies of a signal whose default action says
 * "core": an ELF file with its registers and its memory.
 */
#ifndef CORE_COREDUMP_H
#define CORE_COREDUMP_H

#include <core/types.h>

struct process;
struct siginfo;
struct thread;

/* /proc/sys/kernel/core_pattern, core_uses_pid: where to. One line, at most so many bytes with its
 * NUL. */
#define CORE_PATTERN_SIZE 128
extern unsigned int core_uses_pid;
void core_pattern_get(char out[CORE_PATTERN_SIZE]);
/* 0; -EINVAL: a pattern that asks for a program ("|/path"), which this kernel does not start. */
__must_check int core_pattern_set(const char *pattern);

/* Which mappings go into a core: bits of /proc/PID/coredump_filter. */
#define CORE_ANON_PRIVATE   0x01u
#define CORE_ANON_SHARED    0x02u
#define CORE_MAPPED_PRIVATE 0x04u
#define CORE_MAPPED_SHARED  0x08u
#define CORE_ELF_HEADERS    0x10u
#define CORE_HUGE_PRIVATE   0x20u /* pages of hugetlbfs, which does not exist here: kept, no more */
#define CORE_FILTER_DEFAULT \
	(CORE_ANON_PRIVATE | CORE_ANON_SHARED | CORE_ELF_HEADERS | CORE_HUGE_PRIVATE)
#define CORE_FILTER_ALL 0x1ffu

/*
 * The current process dies of info->signo: ends its other threads and writes its core, if limits
 * and rights let it; then the process's exit code says so (WAIT_CORE). Returns in any case, and
 * process_exit() is what must follow. May sleep; no lock held.
 */
void coredump(const struct siginfo *info);

/* The current thread leaves while process->core is set: gives its registers and waits until the
 * dump is over. */
void coredump_join(void);

/* The thread that writes process's core; process->core is set, sighand->lock held. */
struct thread *coredump_thread(const struct process *process);

#endif
