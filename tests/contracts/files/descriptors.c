// SPDX-License-Identifier: MIT
// Covers: FILE-17. dup, dup2, dup3, fcntl, close_range: numbers, flags, errors, sharing of the
// open file.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)), second;

	CHECK_EQ(dup2(fd, 50), 50);
	CHECK_EQ(dup2(50, 50), 50);
	CHECK_ERRNO(dup3(50, 50, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_dup3, fd, 51, O_APPEND), EINVAL);
	CHECK_ERRNO(dup2(99, 51), EBADF);
	CHECK_ERRNO(dup2(99, 99), EBADF);
	CHECK_ERRNO(dup2(fd, -1), EBADF);
	CHECK_EQ(dup3(fd, 51, O_CLOEXEC), 51);
	CHECK_EQ(fcntl(51, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(51, F_SETFD, 0), 0);
	CHECK_EQ(fcntl(51, F_GETFD), 0);
	CHECK_EQ(fcntl(fd, F_DUPFD, 60), 60);
	CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 60), 61);
	CHECK_EQ(fcntl(61, F_GETFD), FD_CLOEXEC);
	second = dup(fd);
	CHECK_EQ(second, fd + 1);
	// Status flags belong to the open file; the access mode cannot be changed.
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND | O_WRONLY), 0);
	CHECK_EQ(fcntl(second, F_GETFL) & (O_APPEND | O_ACCMODE), O_APPEND | O_RDWR);
	CHECK_ERRNO(fcntl(fd, 9999), EINVAL);
	CHECK_ERRNO(fcntl(99, F_GETFD), EBADF);
	CHECK_EQ(syscall(SYS_close_range, 50, 60, 0), 0);
	CHECK_ERRNO(fcntl(50, F_GETFD), EBADF);
	CHECK_ERRNO(fcntl(60, F_GETFD), EBADF);
	CHECK_EQ(fcntl(61, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(syscall(SYS_close_range, 3, ~0U, 4), 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(syscall(SYS_close_range, 5, 4, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_close_range, 3, 4, 64), EINVAL);
	CHECK_EQ(close(fd), 0);
	CHECK_ERRNO(close(fd), EBADF);
	CHECK_ERRNO(read(fd, &fd, 1), EBADF);
}
