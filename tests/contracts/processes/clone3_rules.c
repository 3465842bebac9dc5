// SPDX-License-Identifier: MIT
// Covers: PROC-08. clone3: sizes, exit signal, pidfd, set_tid, CLEAR_SIGHAND; what does not go
// together is EINVAL, a larger struct E2BIG. A bad thread pointer is EPERM on the machine that has such.
#include "contract.h"
#include <linux/sched.h>

static long clone3(struct clone_args *arguments, size_t size)
{
	return syscall(SYS_clone3, arguments, size);
}

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

CONTRACT
{
	struct clone_args arguments = {.exit_signal = SIGCHLD};
	union {
		struct clone_args head;
		char bytes[200];
	} large = {.head = {.exit_signal = SIGCHLD}};
	struct sigaction now = {
		.sa_handler = SIG_IGN, .sa_flags = SA_NOCLDWAIT, .sa_mask = set_of(SIGUSR1)};
	siginfo_t info;
	int pidfd = -1;
	long pid;

	CHECK_ERRNO(clone3(&arguments, 32), EINVAL);
	CHECK_ERRNO(clone3(&arguments, 5000), E2BIG);
	large.bytes[190] = 1;
	CHECK_ERRNO(clone3(&large.head, sizeof(large)), E2BIG);
	large.bytes[190] = 0;
	pid = clone3(&large.head, sizeof(large));
	if (pid == 0)
		_exit(3);
	CHECK(pid > 0);
	CHECK_EXIT((pid_t)pid, 3);
	arguments.exit_signal = 65;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	arguments.exit_signal = SIGCHLD;
	arguments.flags = 0xff;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	arguments.flags = CLONE_DETACHED;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	arguments.flags = 0;
	arguments.stack = (uintptr_t)&arguments;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	arguments.stack = 0;
	arguments.stack_size = 4096;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	arguments.stack_size = 0;
	CHECK_ERRNO(clone3((void *)8, sizeof(arguments)), EFAULT);
	arguments.flags = CLONE_PIDFD;
	arguments.pidfd = (uintptr_t)&pidfd;
	pid = clone3(&arguments, sizeof(arguments));
	if (pid == 0)
		_exit(4);
	CHECK(pid > 0);
	CHECK(pidfd > 2);
	CHECK_EQ(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_status, 4);
	// The child's number would be written over the descriptor's.
	arguments.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
	arguments.parent_tid = arguments.pidfd;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	catch_signal(SIGUSR1, handler, 0);
	MUST(sigaction(SIGUSR2, &now, NULL));
	arguments.flags = CLONE_CLEAR_SIGHAND;
	pid = clone3(&arguments, sizeof(arguments));
	if (pid == 0) {
		MUST(sigaction(SIGUSR1, NULL, &now));
		CHECK(now.sa_handler == SIG_DFL);
		MUST(sigaction(SIGUSR2, NULL, &now));
		CHECK(now.sa_handler == SIG_IGN);
		CHECK_EQ(now.sa_flags & SA_NOCLDWAIT, 0);
		CHECK_EQ(sigismember(&now.sa_mask, SIGUSR1), 0);
		_exit(5);
	}
	CHECK_EXIT((pid_t)pid, 5);
	arguments.flags = CLONE_CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM;
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EINVAL);
	// No exit signal: no SIGCHLD, and only __WCLONE or __WALL finds it.
	arguments.flags = 0;
	arguments.exit_signal = 0;
	pid = clone3(&arguments, sizeof(arguments));
	if (pid == 0)
		_exit(6);
	CHECK_ERRNO(waitpid((pid_t)pid, NULL, 0), ECHILD);
	CHECK_EQ(waitpid((pid_t)pid, NULL, __WALL), pid);
	// A pid of one's choice, once it is free.
	pid_t wish = (pid_t)pid;
	arguments.exit_signal = SIGCHLD;
	arguments.set_tid = (uintptr_t)&wish;
	arguments.set_tid_size = 1;
	pid = clone3(&arguments, sizeof(arguments));
	if (pid == 0)
		_exit(7);
	CHECK_EQ(pid, wish);
	CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EEXIST);
	CHECK_EXIT((pid_t)pid, 7);
#ifdef __x86_64__
	// A thread pointer that no user may have.
	const unsigned long bad[] = {0x7ffffffff000, 0x800000000000, 1ul << 63, ~0ul};
	for (int i = 0; i < 4; i++) {
		arguments = (struct clone_args){
			.flags = CLONE_SETTLS, .tls = bad[i], .exit_signal = SIGCHLD};
		CHECK_ERRNO(clone3(&arguments, sizeof(arguments)), EPERM);
		CHECK_ERRNO(syscall(SYS_clone, CLONE_SETTLS | SIGCHLD, 0, 0, 0, bad[i]), EPERM);
	}
#endif
}
