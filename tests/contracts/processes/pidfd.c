// SPDX-License-Identifier: MIT
// Covers: PROC-08. pidfd: clone3 and pidfd_open, poll becomes readable at exit, send_signal,
// waitid(P_PIDFD); clone3's errors.
#include "contract.h"
#include <linux/sched.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static void handler_never(int number)
{
	(void)number;
}

CONTRACT
{
	int pidfd = -1;
	struct clone_args arguments = {
		.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
	siginfo_t info = {0};
	pid_t child = (pid_t)MUST(syscall(SYS_clone3, &arguments, sizeof(arguments)));
	struct pollfd ready;

	if (child == 0)
		for (;;)
			pause();
	CHECK(pidfd > 2);
	CHECK_EQ(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	ready = (struct pollfd){.fd = pidfd, .events = POLLIN};
	CHECK_EQ(poll(&ready, 1, 10), 0);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, pidfd, 99, NULL, 0), EINVAL);
	CHECK_EQ(syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0), 0);
	CHECK_EQ(poll(&ready, 1, -1), 1);
	CHECK(ready.revents & POLLIN);
	CHECK_EQ(waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK_EQ(info.si_pid, child);
	CHECK_EQ(info.si_status, SIGTERM);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0), ESRCH);
	CHECK_ERRNO(syscall(SYS_pidfd_open, child, 0), ESRCH);
	CHECK_ERRNO(syscall(SYS_pidfd_open, getpid(), 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, -1, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_clone3, &arguments, 8), EINVAL);
	arguments.flags = CLONE_THREAD;
	CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof(arguments)), EINVAL);
	arguments.flags = CLONE_SIGHAND;
	CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof(arguments)), EINVAL);
	CHECK_ERRNO(syscall(SYS_clone3, (void *)8, sizeof(arguments)), EFAULT);
	// CLEAR_SIGHAND: caught signals are at their defaults, ignored ones stay.
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, handler_never);
	arguments = (struct clone_args){.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	child = (pid_t)MUST(syscall(SYS_clone3, &arguments, sizeof(arguments)));
	if (child == 0) {
		struct sigaction now;

		sigaction(SIGUSR2, NULL, &now);
		CHECK(now.sa_handler == SIG_DFL);
		sigaction(SIGUSR1, NULL, &now);
		CHECK(now.sa_handler == SIG_IGN);
		_exit(0);
	}
	CHECK_EXIT(child, 0);
}
