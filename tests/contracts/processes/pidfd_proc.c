// SPDX-License-Identifier: MIT
// Covers: PROC-08. pidfd_send_signal takes a descriptor of /proc/PID as well, and of nothing
// else in /proc.
#include "contract.h"

static volatile sig_atomic_t seen;

static void note(int number)
{
	seen = number;
}

static long send_signal(int fd, int number)
{
	return syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
}

CONTRACT
{
	char path[32];
	int fd, inner;
	pid_t child;

	signal(SIGUSR1, note);
	snprintf(path, sizeof(path), "/proc/%d", getpid());
	fd = (int)MUST(open(path, O_DIRECTORY | O_CLOEXEC));
	CHECK_EQ(send_signal(fd, 0), 0);
	CHECK_EQ(send_signal(fd, SIGUSR1), 0);
	CHECK_EQ(seen, SIGUSR1);
	CHECK_ERRNO(send_signal(fd, 65), EINVAL);
	inner = (int)MUST(openat(fd, "task", O_DIRECTORY));
	CHECK_ERRNO(send_signal(inner, 0), EBADF);
	inner = (int)MUST(openat(fd, "fd", O_DIRECTORY));
	CHECK_ERRNO(send_signal(inner, 0), EBADF);
	inner = (int)MUST(openat(fd, "stat", O_RDONLY));
	CHECK_ERRNO(send_signal(inner, 0), EBADF);
	inner = (int)MUST(open("/proc", O_DIRECTORY));
	CHECK_ERRNO(send_signal(inner, 0), EBADF);

	child = CHILD(for (;;) pause());
	snprintf(path, sizeof(path), "/proc/%d", child);
	fd = (int)MUST(open(path, O_DIRECTORY));
	CHECK_EQ(send_signal(fd, SIGTERM), 0);
	CHECK_KILLED(child, SIGTERM);
	CHECK_ERRNO(send_signal(fd, 0), ESRCH);
}
