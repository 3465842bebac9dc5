// SPDX-License-Identifier: MIT
// Covers: PROC-08. pidfd: signals through it, polled for its end, ESRCH after; pidfd_getfd
// shares the open file; flags and errors. A siginfo that pretends to be kill's only to oneself.
#include "contract.h"
#include <sys/syscall.h>

CONTRACT
{
	pid_t child = CHILD(for (;;) pause());
	int fd = (int)MUST(syscall(SYS_pidfd_open, child, 0)), ends[2], copy;
	struct pollfd ready = {fd, POLLIN, 0};
	siginfo_t info = {.si_signo = SIGTERM, .si_code = SI_QUEUE};
	char byte;

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(syscall(SYS_pidfd_open, child, 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, -1, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, 99999999, 0), ESRCH);
	CHECK_EQ(poll(&ready, 1, 0), 0);
	CHECK_EQ(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), 0);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, 65, NULL, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0x80), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 0), EBADF);
	info.si_signo = SIGUSR1;
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGTERM, &info, 0), EINVAL);
	MUST(pipe(ends));
	pid_t holder = CHILD(dup2(ends[1], 60); tell(ends); for (;;) pause());
	hear(ends);
	int other = (int)MUST(syscall(SYS_pidfd_open, holder, 0));
	copy = (int)MUST(syscall(SYS_pidfd_getfd, other, 60, 0));
	CHECK_EQ(fcntl(copy, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(write(copy, "z", 1), 1);
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	CHECK_EQ(byte, 'z');
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, other, 61, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, other, 60, 1), EINVAL);
	CHECK_EQ(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0), 0);
	CHECK_EQ(poll(&ready, 1, -1), 1);
	CHECK_EQ(ready.revents & POLLIN, POLLIN);
	CHECK_KILLED(child, SIGTERM);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0), ESRCH);
	CHECK_ERRNO(read(fd, &byte, 1), EINVAL);
	kill(holder, SIGKILL);
	// A siginfo that pretends to be kill's goes to oneself, not to one's group.
	info.si_signo = SIGCHLD;
	info.si_code = SI_USER;
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, other, SIGCHLD, &info, 0), EPERM);
	(void)setpgid(0, 0); // or it leads one already
	fd = (int)MUST(syscall(SYS_pidfd_open, getpid(), O_NONBLOCK));
	CHECK_EQ(syscall(SYS_pidfd_send_signal, fd, SIGCHLD, &info, 0), 0);
	CHECK_EQ(syscall(SYS_pidfd_send_signal, fd, SIGCHLD, &info, 1 << 1), 0);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGCHLD, &info, 1 << 2), EPERM);
	info.si_code = SI_QUEUE;
	CHECK_EQ(syscall(SYS_pidfd_send_signal, fd, SIGCHLD, &info, 1 << 2), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}
