// SPDX-License-Identifier: MIT
// Every call that is about another process or thread, on every kind of one: each seed makes a few of TARGETS and
// makes calls of TARGET_CALLS on them. Who may ask what, and what is left to ask of one that has ended.

#ifndef TARGETS_H
#define TARGETS_H

#include "differ.h"
#include "targets_made.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>

static pid_t target_pid;
static const struct target *target_now;
static char target_buffer[65536];

// Numbers that are a process's are the same on both kernels only as this.
static long known(long pid)
{
	return pid <= 0		   ? pid
	       : pid == getpid()   ? 1
	       : pid == target_pid ? 2
	       : pid == getppid()  ? 3
				   : 4;
}

// A name below its folder in /proc.
static const char *proc_path(const char *name)
{
	static char path[80];

	snprintf(path, sizeof(path), "/proc/%d/%s", target_pid, name);
	return path;
}

// Closes fd and keeps errno.
static void close_after(long fd)
{
	int error = errno;

	close((int)fd);
	errno = error;
}

// Opens a file of /proc/PID and reads it: how much is not the same, whether there is anything is.
static long read_of(const char *name)
{
	long result, fd = open(proc_path(name), O_RDONLY);

	if (fd < 0) {
		note(" open");
		return fd;
	}
	result = read((int)fd, target_buffer, sizeof(target_buffer));
	close_after(fd);
	return result > 0 ? 1 : result;
}

static long open_of(const char *name, int flags)
{
	long fd = open(proc_path(name), flags);

	if (fd < 0)
		return fd;
	close((int)fd);
	return 1;
}

static long link_of(const char *name)
{
	char text[256];
	long n = readlink(proc_path(name), text, sizeof(text) - 1);

	if (n > 0 && strcmp(name, "exe")) {
		text[n] = 0;
		note(" %s", text);
	}
	return n > 0 ? 1 : n;
}

static long list_of(const char *name)
{
	struct dirent *entry;
	int count = 0;
	DIR *folder = opendir(proc_path(name));

	if (!folder)
		return -1;
	errno = 0;
	while ((entry = readdir(folder)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	if (errno)
		count = -1;
	closedir(folder);
	return count;
}

static long mode_of(const char *name)
{
	struct stat info;

	if (stat(proc_path(name), &info) < 0)
		return -1;
	note(" %u:%u", info.st_uid, info.st_gid);
	return info.st_mode;
}

static long write_of(const char *name, const char *text)
{
	long result, fd = open(proc_path(name), O_WRONLY);

	if (fd < 0) {
		note(" open");
		return fd;
	}
	result = write((int)fd, text, strlen(text));
	close_after(fd);
	return result;
}

// A call on a pidfd of it.
#define PIDFD(flags, call)                                                          \
	({                                                                          \
		int pidfd = (int)syscall(SYS_pidfd_open, target_pid, flags), error; \
		long pidfd_result_ = -1;                                            \
		if (pidfd >= 0) {                                                   \
			pidfd_result_ = (call);                                     \
			error = errno;                                              \
			close(pidfd);                                               \
			errno = error;                                              \
		} else {                                                            \
			note(" pidfd_open");                                        \
		}                                                                   \
		pidfd_result_;                                                      \
	})

static long poll_pidfd(int fd)
{
	struct pollfd set = {fd, POLLIN, 0};

	return poll(&set, 1, 0) * 65536L + set.revents;
}

static long wait_it(int type, int id, int options)
{
	siginfo_t info = {0};
	long result = syscall(SYS_waitid, type, id, &info, options | WNOHANG, NULL);

	if (result == 0)
		note(" %ld %d %d", known(info.si_pid), info.si_code, info.si_status);
	return result;
}

static long clock_it(bool whole)
{
	// As clock_getcpuclockid() and pthread_getcpuclockid() make them.
	clockid_t clock = (clockid_t)(~(unsigned int)target_pid << 3 | (whole ? 2 : 6));
	struct timespec time;
	timer_t timer;

	switch (random_below(3)) {
	case 0:
		note(" get");
		return clock_gettime(clock, &time);
	case 1:
		note(" resolution");
		return clock_getres(clock, &time);
	default:
		note(" timer");
		if (syscall(SYS_timer_create, clock, &(struct sigevent){.sigev_notify = SIGEV_NONE},
			    &timer) < 0)
			return -1;
		return 0;
	}
}

static char target_place[16];
static struct iovec target_here = {target_place, 8}, target_there = {target_place + 8, 8};

#define PID target_pid

// T(name, call): asks. C(name, call): changes it, and so not what all seeds share.

#define TARGET_CALLS(T, C)                                                                        \
	T(kill, kill(PID, 0))                                                                     \
	T(kill_group, kill(-PID, 0))                                                              \
	C(kill_continue, kill(PID, SIGCONT))                                                      \
	T(kill_urgent, kill(PID, SIGURG))                                                         \
	T(kill_unknown, kill(PID, 65))                                                            \
	T(tkill, syscall(SYS_tkill, PID, 0))                                                      \
	T(tgkill, syscall(SYS_tgkill, PID, PID, 0))                                               \
	T(tgkill_other, syscall(SYS_tgkill, getpid(), PID, 0))                                    \
	T(queue, syscall(SYS_rt_sigqueueinfo, PID, SIGURG, &(siginfo_t){.si_code = SI_QUEUE}))    \
	T(queue_false, syscall(SYS_rt_sigqueueinfo, PID, 0, &(siginfo_t){.si_code = SI_USER}))    \
	T(queue_thread,                                                                           \
	  syscall(SYS_rt_tgsigqueueinfo, PID, PID, SIGURG, &(siginfo_t){.si_code = SI_QUEUE}))    \
	T(getpgid, known(getpgid(PID)))                                                           \
	T(getsid, known(getsid(PID)))                                                             \
	C(setpgid, setpgid(PID, 0))                                                               \
	C(setpgid_ours, setpgid(PID, getpgid(0)))                                                 \
	T(setpgid_own, setpgid(0, PID))                                                           \
	T(getpriority, syscall(SYS_getpriority, PRIO_PROCESS, PID))                               \
	T(getpriority_group, syscall(SYS_getpriority, PRIO_PGRP, PID))                            \
	C(setpriority, setpriority(PRIO_PROCESS, PID, 5))                                         \
	C(setpriority_better, setpriority(PRIO_PROCESS, PID, -5))                                 \
	C(setpriority_group, setpriority(PRIO_PGRP, PID, 6))                                      \
	T(ioprio_get, syscall(SYS_ioprio_get, 1, PID))                                            \
	C(ioprio_set, syscall(SYS_ioprio_set, 1, PID, 2 << 13 | 3))                               \
	C(ioprio_set_real, syscall(SYS_ioprio_set, 1, PID, 1 << 13))                              \
	T(getscheduler, syscall(SYS_sched_getscheduler, PID))                                     \
	T(getparam, syscall(SYS_sched_getparam, PID, target_buffer))                              \
	T(getattr, syscall(SYS_sched_getattr, PID, target_buffer, 48, 0))                         \
	T(interval, syscall(SYS_sched_rr_get_interval, PID, target_buffer))                       \
	C(setscheduler, syscall(SYS_sched_setscheduler, PID, SCHED_BATCH, &(int){0}))             \
	C(setscheduler_fifo, syscall(SYS_sched_setscheduler, PID, SCHED_FIFO, &(int){1}))         \
	C(setscheduler_other, syscall(SYS_sched_setscheduler, PID, SCHED_OTHER, &(int){0}))       \
	C(setparam, syscall(SYS_sched_setparam, PID, &(int){0}))                                  \
	T(getaffinity, syscall(SYS_sched_getaffinity, PID, 128, target_buffer) > 0 ? 1 : -1)      \
	C(setaffinity, syscall(SYS_sched_setaffinity, PID, 8, (uint64_t[]){3}))                   \
	T(prlimit_get, prlimit(PID, RLIMIT_NOFILE, NULL, (struct rlimit *)target_buffer))         \
	C(prlimit_set, prlimit(PID, RLIMIT_CORE, &(struct rlimit){0, RLIM_INFINITY}, NULL))       \
	C(prlimit_less, prlimit(PID, RLIMIT_MSGQUEUE, &(struct rlimit){0, 100}, NULL))            \
	T(robust, syscall(SYS_get_robust_list, PID, target_buffer, target_buffer + 8))            \
	T(read_memory, process_vm_readv(PID, &target_here, 1, &target_there, 1, 0))               \
	C(write_memory, process_vm_writev(PID, &target_here, 1, &target_there, 1, 0))             \
	T(capget, syscall(SYS_capget, (uint32_t[]){0x20080522, (uint32_t)PID}, target_buffer))    \
	C(capset, syscall(SYS_capset, (uint32_t[]){0x20080522, (uint32_t)PID}, (uint64_t[3]){0})) \
	T(clock_process, clock_it(true))                                                          \
	T(clock_thread, clock_it(false))                                                          \
	T(own, fcntl(1000, F_SETOWN, PID))                                                        \
	T(own_group, fcntl(1000, F_SETOWN, -PID))                                                 \
	T(core_sched, prctl(62, 0, PID, 0, target_buffer))                                        \
	T(wait_pid, wait_it(P_PID, PID, WEXITED | WNOWAIT))                                       \
	T(wait_stopped, wait_it(P_PID, PID, WSTOPPED | WNOWAIT))                                  \
	T(wait_group, wait_it(P_PGID, PID, WEXITED | WNOWAIT))                                    \
	T(wait_clone, wait_it(P_PID, PID, WEXITED | WNOWAIT | __WCLONE))                          \
	T(wait4, known(wait4(PID, NULL, WNOHANG | WUNTRACED, NULL)))                              \
	T(pidfd_open, PIDFD(0, 0))                                                                \
	T(pidfd_open_thread, PIDFD(O_EXCL, 0))                                                    \
	T(pidfd_poll, PIDFD(0, poll_pidfd(pidfd)))                                                \
	T(pidfd_poll_thread, PIDFD(O_EXCL, poll_pidfd(pidfd)))                                    \
	T(pidfd_signal, PIDFD(0, syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0)))              \
	T(pidfd_signal_group, PIDFD(0, syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 4)))        \
	T(pidfd_signal_thread, PIDFD(0, syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 1)))       \
	T(pidfd_getfd, PIDFD(0, syscall(SYS_pidfd_getfd, pidfd, 1000, 0) > 0 ? 1 : -1))           \
	T(pidfd_getfd_none, PIDFD(0, syscall(SYS_pidfd_getfd, pidfd, 5000, 0)))                   \
	T(pidfd_wait, PIDFD(0, wait_it(3, pidfd, WEXITED | WNOWAIT)))                             \
	T(read_stat, read_of("stat"))                                                             \
	T(read_statm, read_of("statm"))                                                           \
	T(read_status, read_of("status"))                                                         \
	T(read_comm, read_of("comm"))                                                             \
	T(read_cmdline, read_of("cmdline"))                                                       \
	T(read_environ, read_of("environ"))                                                       \
	T(read_auxv, read_of("auxv"))                                                             \
	T(read_maps, read_of("maps"))                                                             \
	T(read_smaps, read_of("smaps"))                                                           \
	T(read_smaps_rollup, read_of("smaps_rollup"))                                             \
	T(read_mem, read_of("mem"))                                                               \
	T(read_limits, read_of("limits"))                                                         \
	T(read_io, read_of("io"))                                                                 \
	T(read_personality, read_of("personality"))                                               \
	T(read_schedstat, read_of("schedstat"))                                                   \
	T(read_wchan, open_of("wchan", O_RDONLY))                                                 \
	T(read_cgroup, read_of("cgroup"))                                                         \
	T(read_oom_score, read_of("oom_score"))                                                   \
	T(read_oom_score_adj, read_of("oom_score_adj"))                                           \
	T(read_coredump_filter, read_of("coredump_filter"))                                       \
	T(read_mounts, read_of("mounts"))                                                         \
	T(read_mountinfo, read_of("mountinfo"))                                                   \
	T(read_fdinfo, read_of("fdinfo/0"))                                                       \
	T(read_task_stat,                                                                         \
	  (snprintf(target_buffer, 64, "task/%d/stat", PID), read_of(target_buffer)))             \
	C(write_comm, write_of("comm", "name"))                                                   \
	C(write_oom_score_adj, write_of("oom_score_adj", "500"))                                  \
	C(write_coredump_filter, write_of("coredump_filter", "0x33"))                             \
	T(open_mem, open_of("mem", O_RDWR))                                                       \
	T(open_fd, open_of("fd/0", O_RDONLY))                                                     \
	T(open_exe, open_of("exe", O_RDONLY))                                                     \
	T(open_root, open_of("root", O_RDONLY | O_DIRECTORY))                                     \
	T(open_none, open_of("nothere", O_RDONLY))                                                \
	T(link_exe, link_of("exe"))                                                               \
	T(link_cwd, link_of("cwd"))                                                               \
	T(link_root, link_of("root"))                                                             \
	T(link_fd, link_of("fd/0"))                                                               \
	T(list_fd, list_of("fd"))                                                                 \
	T(list_fdinfo, list_of("fdinfo"))                                                         \
	T(list_task, list_of("task"))                                                             \
	T(mode_folder, mode_of(""))                                                               \
	T(mode_stat, mode_of("stat"))                                                             \
	T(mode_mem, mode_of("mem"))                                                               \
	T(mode_fd, mode_of("fd"))                                                                 \
	T(mode_fd_0, mode_of("fd/0"))                                                             \
	T(mode_task, mode_of("task"))                                                             \
	T(mode_exe, mode_of("exe"))

#define TARGETS_MADE 4
static const struct target *targets_made[TARGETS_MADE];
static pid_t targets_pids[TARGETS_MADE];

static void choose_target(void)
{
	uint64_t which = random_below(TARGETS_MADE);

	target_now = targets_made[which];
	target_pid = targets_pids[which];
}

#define TARGET_FUNCTION(id, call)                   \
	static void target_##id(void)               \
	{                                           \
		choose_target();                    \
		DO(call, "(%s)", target_now->name); \
	}
#define TARGET_CHANGE_FUNCTION(id, call)                    \
	static void target_##id(void)                       \
	{                                                   \
		choose_target();                            \
		if (!target_now->shared)                    \
			DO(call, "(%s)", target_now->name); \
	}
#define TARGET_OP(id, call) {#id, target_##id},

TARGET_CALLS(TARGET_FUNCTION, TARGET_CHANGE_FUNCTION)

static const struct op targets_ops[] = {TARGET_CALLS(TARGET_OP, TARGET_OP)};

static void targets_begin(void)
{
	setpgid(0, 0); // stopped ones may become orphans
	signal(SIGURG, SIG_IGN);
	for (int i = 0; i < TARGETS_MADE; i++) {
		targets_made[i] = &targets[random_below(COUNT(targets))];
		targets_pids[i] = targets_made[i]->make();
		note("%s ", targets_made[i]->name);
	}
	note("\n");
}

static const struct area targets_area = {"targets", targets_begin, targets_ops, COUNT(targets_ops)};

#endif
