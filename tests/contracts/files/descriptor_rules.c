// SPDX-License-Identifier: MIT
// Covers: FILE-17. dup, dup2, dup3, F_DUPFD and close_range: lowest number, flags, same number,
// ranges with CLOEXEC and UNSHARE, EBADF and EINVAL.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600)), other;

	CHECK_EQ(fd, 3);
	CHECK_EQ(dup(fd), 4);
	CHECK_EQ(fcntl(4, F_GETFD), 0);
	CHECK_EQ(dup2(fd, 20), 20);
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(dup2(99, 99), EBADF);
	CHECK_ERRNO(dup2(99, 5), EBADF);
	CHECK_ERRNO(dup2(fd, -1), EBADF);
	CHECK_ERRNO(syscall(SYS_dup3, fd, fd, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_dup3, fd, 30, 1), EINVAL);
	CHECK_EQ(dup3(fd, 30, O_CLOEXEC), 30);
	CHECK_EQ(fcntl(30, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_DUPFD, 20), 21);
	CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 20), 22);
	CHECK_EQ(fcntl(22, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(22, F_SETFD, 0), 0);
	CHECK_EQ(fcntl(22, F_GETFD), 0);
	close(4);
	CHECK_EQ(open("f", O_RDONLY), 4);
	// Status flags belong to the open file.
	MUST(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
	CHECK_EQ(fcntl(20, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND | O_NONBLOCK);
	CHECK_EQ(fcntl(4, F_GETFL) & (O_APPEND | O_NONBLOCK), 0);
	MUST(fcntl(fd, F_SETFL, O_RDONLY | O_CREAT));
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR);
	CHECK_EQ(syscall(SYS_close_range, 20, 25, 0), 0);
	CHECK_ERRNO(fcntl(21, F_GETFD), EBADF);
	CHECK_EQ(fcntl(30, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(dup2(fd, 25), 25);
	CHECK_EQ(syscall(SYS_close_range, 25, ~0U, 4), 0);
	CHECK_EQ(fcntl(25, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(syscall(SYS_close_range, 5, 4, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_close_range, 5, 6, 1), EINVAL);
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		MUST(syscall(SYS_close_range, 3, ~0U, 2));
		_exit(fcntl(3, F_GETFD) == -1 ? 0 : 1);
	}
	CHECK_EXIT(child, 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(close(fd), 0);
	CHECK_ERRNO(close(fd), EBADF);
	CHECK_ERRNO(fcntl(0, 9999), EINVAL);
	other = (int)MUST(open("/", O_RDONLY));
	CHECK_EQ(other, 3);
}
