// SPDX-License-Identifier: MIT
// Processes and threads: children and waiting for them, pidfds, futexes; with signals.h, identity.h and clocks.h.

#ifndef TASKS_H
#define TASKS_H

#include "clocks.h"
#include "differ.h"
#include "identity.h"
#include "signals.h"

#include <linux/futex.h>

static int tasks_children[8], tasks_child_count;

static void tasks_begin(void)
{
	setpgid(0, 0);
	limits_begin();
	signals_begin();
	for (int i = 0; i < 3; i++)
		keep_fd(open(i ? "a" : "/dev/null", O_RDWR | O_CREAT, 0666));
}

static int a_child(void)
{
	if (tasks_child_count && random_below(8))
		return tasks_children[random_below((uint64_t)tasks_child_count)];
	return (int)ONE_OF(-1, 0, 0x7fffffff, 1, -0x7fffffff - 1);
}

static int child_number(long pid)
{
	for (int i = 0; i < tasks_child_count; i++)
		if (tasks_children[i] == pid)
			return 100 + i;
	return pid > 1 && pid < 0x7fffffff ? 99 : (int)pid;
}

// Until the child is in one of the states, but not for ever. Its parent is told after that can be seen: a moment, or longer when
// the host takes the child's processor away there.
static void await_state(int pid, const char *states)
{
	for (int i = 0; i < 200 && !strchr(states, state_of(pid)); i++)
		usleep(1000);
	usleep(50000);
}

// A child that ends with a status, by a signal, stops itself or stays.
static void op_child(void)
{
	int how = (int)random_below(4), with = (int)ONE_OF(0, 1, 42, 255, 256);
	pid_t child;

	if (tasks_child_count == (int)COUNT(tasks_children))
		return;
	child = fork();
	if (child == 0) {
		for (int number = 1; number < 32; number++)
			if (number != SIGSTOP && number != SIGKILL)
				signal(number, SIG_DFL);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t[]){0}, NULL, 8);
		if (how == 1)
			kill(getpid(), SIGTERM);
		if (how == 2)
			kill(getpid(), SIGSTOP);
		while (how >= 2)
			pause();
		_exit(with);
	}
	note(" %s %d", (const char *[]){"exits", "is killed", "stops", "stays"}[how], with);
	if (child < 0) {
		ended(child);
		return;
	}
	tasks_children[tasks_child_count++] = child;
	await_state(child, (const char *[]){"Z?", "Z?", "T", "S"}[how]);
}

static void op_kill_child(void)
{
	int number = (int)ONE_OF(SIGSTOP, SIGCONT, SIGKILL, SIGTERM, 0, SIGTSTP, SIGCONT, SIGSTOP);
	int child = a_child();

	if (child_number(child) < 99)
		return;
	// What waits for SIGCONT ends the child at once then: whether its parent was told of both is chance.
	if (number == SIGTERM && state_of(child) == 'T')
		number = SIGKILL;
	if (DO(kill(child, number), "(%d, %d)", child_number(child), number) < 0 || !number)
		return;
	await_state(child, number == SIGSTOP || number == SIGTSTP ? "TZ?"
			   : number == SIGCONT			  ? "SZ?"
								  : "Z?T");
	note(" %c", state_of(child) ?: '-');
}

static void op_wait4(void)
{
	int child = a_child(), status = -1;
	int options = (int)(WNOHANG | SOME_OF(WUNTRACED, WCONTINUED, WUNTRACED, WNOWAIT, 1LL << 29,
					      1LL << 30, 1LL << 31, 4, 16));
	static struct rusage usage;
	void *to = SOMEWHERE(&status), *used = random_below(2) ? NULL : SOMEWHERE(&usage);
	long result;

	if (random_below(3) == 0)
		child = (int)ONE_OF(-1, 0, -1);
	result = syscall(SYS_wait4, child, to, options, used);
	note("(%d, %#x, %d)", child_number(child), options,
	     (to == &status) * 2 + (used == &usage) + !used * 4);
	if (result > 0)
		note(" = child %d", child_number(result));
	else
		ended(result);
	if (to == &status && result >= 0)
		note(" %#x", status);
}

static void op_waitid(void)
{
	int kind = (int)ONE_OF(P_ALL, P_PID, P_PID, P_PGID, 3, 4, -1), child = a_child();
	int options = (int)((random_below(20) ? WNOHANG : 0) |
			    SOME_OF(WEXITED, WEXITED, WSTOPPED, WCONTINUED, WNOWAIT, 1LL << 29,
				    1LL << 30, 1LL << 31, 16));
	siginfo_t info;
	void *to = SOMEWHERE(&info);

	if (kind == 3)
		child = a_fd();
	if (kind == P_PGID)
		child = random_below(2) ? 0 : getpid();
	memset(&info, 0, sizeof(info));
	if (DO(syscall(SYS_waitid, kind, child, to, options, NULL), "(%d, %d, %#x, %d)", kind,
	       kind == P_PGID ? 0
	       : kind == 3    ? child // a descriptor, which may be a child's number by chance
			      : child_number(child),
	       options, to == &info) == 0 &&
	    to == &info)
		note(" {%d, %d, %d, %d}", info.si_signo, info.si_code,
		     info.si_signo ? child_number(info.si_pid) : 0, info.si_status);
}

// Only what cannot share memory: a child here runs on its parent's stack.
static void op_clone(void)
{
	unsigned long flags = (unsigned long)SOME_OF(0, CLONE_FS, CLONE_FILES, CLONE_PARENT_SETTID,
						     CLONE_CHILD_SETTID, CLONE_SYSVSEM, CLONE_IO,
						     CLONE_SIGHAND, CLONE_THREAD, CLONE_DETACHED,
						     CLONE_PIDFD, CLONE_UNTRACED, 1LL << 32);
	static struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
			set_tid, set_tid_size, cgroup, beyond;
	} how;
	static int parent_tid, child_tid;
	uint64_t number = (uint64_t)ONE_OF(SIGCHLD, SIGCHLD, 0, 64, 65, 255, SIGUSR1, 1 << 20);
	size_t size = (size_t)ONE_OF(88, 88, 88, 64, 80, 63, 0, 96, 4097, 4096);
	long child;

	memset(&how, 0, sizeof(how));
	how.flags = flags;
	how.exit_signal = number;
	how.parent_tid = (uint64_t)&parent_tid;
	how.child_tid = (uint64_t)&child_tid;
	how.pidfd = (uint64_t)&parent_tid;
	if (flags & (CLONE_PIDFD | CLONE_PARENT_SETTID))
		how.pidfd = (uint64_t)&child_tid;
	switch (random_below(8)) {
	case 0:
		how.stack = 4096;
		break;
	case 1:
		how.stack_size = 4096;
		break;
	case 2:
		how.set_tid_size = (uint64_t)ONE_OF(1, 33);
		break;
	case 3:
		how.beyond = 1;
		break;
	}
	note("(%#lx, %llu, %llu, %llu, %llu, %llu, %zu)", flags, (unsigned long long)number,
	     (unsigned long long)how.stack, (unsigned long long)how.stack_size,
	     (unsigned long long)how.set_tid_size, (unsigned long long)how.beyond, size);
	if (size > 96)
		size = size == 4096 ? 0 : 4097;
	child = syscall(SYS_clone3, &how, size);
	if (child == 0)
		_exit(0);
	if (child < 0) {
		ended(child);
		return;
	}
	note(" = a child");
	if (flags & CLONE_PIDFD)
		close(*(int *)how.pidfd);
	while (syscall(SYS_wait4, child, NULL, (int)(1 << 30), NULL) == -1 && errno == EINTR)
		;
}

static void op_unshare(void)
{
	unsigned long flags = (unsigned long)ONE_OF(0, CLONE_FS, CLONE_FILES, CLONE_SYSVSEM,
						    CLONE_THREAD, CLONE_VM, CLONE_SIGHAND, 1, -1,
						    CLONE_FS | CLONE_FILES, CLONE_PARENT, 1 << 12);

	DO(syscall(SYS_unshare, flags), "(%#lx)", flags);
}

static void op_pidfd(void)
{
	int child = random_below(2) ? getpid() : a_child(), fd = a_fd();
	unsigned int flags = (unsigned int)ONE_OF(0, 0, 0, O_NONBLOCK, O_EXCL, 1, -1);
	int number = any_signal(), target = (int)ONE_OF(0, 1, 3, 99, -1);
	siginfo_t info = {.si_code = (int)ONE_OF(SI_QUEUE, SI_USER, 1), .si_signo = number};
	void *from = random_below(2) ? NULL : SOMEWHERE(&info);

	switch (random_below(4)) {
	case 0:
	case 1:
		keep_fd(DO(syscall(SYS_pidfd_open, child, flags), " open(%d, %#x)",
			   child == getpid() ? 98 : child_number(child), flags));
		break;
	case 2:
		if (fd == 1000 || tasks_child_count) // which child it would change is not known
			number = 0;
		info.si_signo = number ? number : 0;
		DO(syscall(SYS_pidfd_send_signal, fd, number, from, flags ? flags & 7 : 0),
		   " send(%d, %d, {%d, %d}, %u)", fd, number, from == &info, info.si_code,
		   flags & 7);
		break;
	default:
		keep_fd(DO(syscall(SYS_pidfd_getfd, fd, target, flags & 1), " getfd(%d, %d, %u)",
			   fd, target, flags & 1));
	}
}

static void op_futex(void)
{
	static uint32_t words[4] __attribute__((aligned(16)));
	int operation = (int)(ONE_OF(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 2, 13, 14, 99) |
			      ONE_OF(0, 128, 128, 256, 384));
	uint32_t value = (uint32_t)ONE_OF(0, 0, 1, 5, -1), third = (uint32_t)ONE_OF(0, 1, -1, 5);
	struct timespec time = {ONE_OF(0, 0, 0, -1), ONE_OF(0, 1, 1000, 1000000000, -1)};
	int command = operation & 127;
	bool waits = command == 0 || command == 9 || command == 6 || command == 13;
	unsigned long fourth = (unsigned long)(random_below(16) ? (uintptr_t)&time : 8);
	void *at = random_below(12) ? (void *)&words[random_below(2)]
				    : (void *)(uintptr_t)ONE_OF(0, 1, 4, (long)words + 1, -4096);
	void *other = random_below(12) ? (void *)&words[2] : (void *)(uintptr_t)ONE_OF(0, 2, -4096);

	if (!waits)
		fourth = (unsigned long)ONE_OF(0, 1, -1, 5);
	words[0] = (uint32_t)ONE_OF(0, 0, 0, 0x3ffffff0, 0x3ffffff1); // owners that are not there
	words[1] = words[2] = 0;
	note("(%#x, %u, %ld, %u, {%ld, %ld}, %u, %d)", operation, value,
	     waits ? (long)(fourth == 8) : (long)fourth, third, (long)time.tv_sec, time.tv_nsec,
	     words[0], (at == words) * 4 + (at == words + 1) * 2 + (other == words + 2));
	DO(syscall(SYS_futex, at, operation, value, fourth, other, third), " ");
	for (int i = 0; i < 3; i++)
		if ((words[i] & 0x3fffffff) == (uint32_t)getpid())
			note(" mine%s", words[i] >> 31 ? "+" : "");
		else
			note(" %u", words[i]);
}

static void op_robust(void)
{
	static long head[3];
	size_t size = (size_t)ONE_OF(24, 24, 0, 23, 25, -1), length = 7;
	int task = (int)ONE_OF(0, 0, -1, 0x7fffffff, 1);
	void *got = NULL, *to = SOMEWHERE(&got), *size_to = SOMEWHERE(&length);

	head[0] = (long)head;
	if (random_below(2)) {
		DO(syscall(SYS_set_robust_list, head, size), " set(%zu)", size);
		return;
	}
	if (DO(syscall(SYS_get_robust_list, task, to, size_to), " get(%d, %d)", task,
	       (to == &got) * 2 + (size_to == &length)) == 0)
		note(" %d %zu", got == head, length);
}

static void op_restartable(void)
{
	static uint32_t area[16] __attribute__((aligned(64)));
	void *at = random_below(6) ? (void *)area
				   : (void *)(uintptr_t)ONE_OF(0, (long)area + 8, -4096);
	uint32_t length = (uint32_t)ONE_OF(32, 32, 32, 31, 0, 64), key = (uint32_t)ONE_OF(5, 5, 6);
	int flags = (int)ONE_OF(0, 0, 1, 1, 2, -1);

	DO(syscall(SYS_rseq, at, length, flags, key), "(%d, %u, %d, %u)", at == area, length, flags,
	   key);
}

// Not the commands that Tern has not (docs/syscalls.md).
static void op_membarrier(void)
{
	int command = (int)ONE_OF(1, 2, 4, 8, 16, 3, -1, 1 << 10, 1 << 20, 8),
	    flags = (int)ONE_OF(0, 0, 0, 1, -1);

	DO(syscall(SYS_membarrier, command, flags, 0), "(%d, %d)", command, flags);
}

static void op_process_vm(void)
{
	static char here[64], there[64];
	struct iovec local = {SOMEWHERE(here), (size_t)ONE_OF(1, 64, 0, -1, 16)},
		     remote = {SOMEWHERE(there), (size_t)ONE_OF(1, 64, 0, -1, 16)};
	int task = random_below(4) ? getpid() : (int)ONE_OF(0, -1, 0x7fffffff, 1);
	long local_count = ONE_OF(1, 1, 1, 0, 1025, -1),
	     remote_count = ONE_OF(1, 1, 1, 0, 1025, -1);
	unsigned long flags = (unsigned long)ONE_OF(0, 0, 0, 0, 1);
	bool read = random_below(2);

	if (task == 1)
		task = getppid() + 0x7f00000;
	DO(syscall(read ? SYS_process_vm_readv : SYS_process_vm_writev, task, &local, local_count,
		   &remote, remote_count, flags),
	   " %s(%d, {%d, %ld}%ld, {%d, %ld}%ld, %lu)", read ? "read" : "write",
	   task == getpid()   ? -5
	   : task > 0x1000000 ? 0x7fffffff
			      : task,
	   local.iov_base == here, (long)local.iov_len, local_count, remote.iov_base == there,
	   (long)remote.iov_len, remote_count, flags);
}

static void op_host_names(void)
{
	static char name[128] = "differ";
	long length = ONE_OF(0, 6, 64, 65, -1, 1000);
	void *from = SOMEWHERE(name);

	if (geteuid() ==
	    0) // what it is called afterwards matters to nobody, but an end of it would
		DO(syscall(random_below(2) ? SYS_sethostname : SYS_setdomainname, from, length),
		   " set(%ld, %d)", length, from == name);
	else
		DO(syscall(SYS_reboot, ONE_OF(0xfee1dead, 1), ONE_OF(672274793, 1), 0, NULL),
		   " reboot()");
}

static const struct op tasks_ops[] = {
	{"sigaction", op_sigaction},
	{"sigprocmask", op_sigprocmask},
	{"sigpending", op_sigpending},
	{"sigtimedwait", op_sigtimedwait},
	{"kill", op_kill},
	{"sigqueueinfo", op_sigqueueinfo},
	{"sigaltstack", op_sigaltstack},
	{"sigsuspend", op_sigsuspend},
	{"setid", op_setid},
	{"groups", op_groups},
	{"capabilities", op_capabilities},
	{"prctl", op_prctl},
	{"limit", op_limit},
	{"session", op_session},
	{"scheduler", op_scheduler},
	{"sched_attr", op_sched_attr},
	{"affinity", op_affinity},
	{"priority", op_priority},
	{"ioprio", op_ioprio},
	{"personality", op_personality},
	{"clock", op_clock},
	{"sleep", op_sleep},
	{"timer_create", op_timer_create},
	{"timer", op_timer},
	{"itimer", op_itimer},
	{"tell", op_tell},
	{"child", op_child},
	{"kill_child", op_kill_child},
	{"wait4", op_wait4},
	{"waitid", op_waitid},
	{"clone", op_clone},
	{"unshare", op_unshare},
	{"pidfd", op_pidfd},
	{"futex", op_futex},
	{"robust", op_robust},
	{"restartable", op_restartable},
	{"membarrier", op_membarrier},
	{"process_vm", op_process_vm},
	{"host_names", op_host_names},
};

static const struct area tasks_area = {"tasks", tasks_begin, tasks_ops, COUNT(tasks_ops),
				       show_arrivals};

#endif
