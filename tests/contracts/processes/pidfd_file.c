// SPDX-License-Identifier: MIT
// Covers: PROC-08. What a pidfd is as a file: one without contents, which nobody changes.
#include "contract.h"
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

CONTRACT
{
	int fd, file = (int)MUST(open("f", O_RDWR | O_CREAT, 0644)), left = -1;
	pid_t child = (pid_t)MUST(fork());
	char byte;

	if (child == 0)
		_exit(0);
	fd = (int)MUST(syscall(SYS_pidfd_open, child, 0));
	CHECK_ERRNO(read(fd, &byte, 1), EINVAL);
	CHECK_ERRNO(pread(fd, &byte, 1, 0), EINVAL);
	CHECK_ERRNO(pwrite(fd, "a", 1, 0), EINVAL);
	CHECK_ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
	MUST(ioctl(fd, FIONREAD, &left));
	CHECK_EQ(left, 0);
	CHECK_ERRNO(ftruncate(fd, 0), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, 0, 0, 1), EPERM);
	CHECK_ERRNO(fsync(fd), EINVAL);
	MUST(readahead(fd, 0, 1));
	CHECK_ERRNO(fchmod(fd, 0600), EPERM);
	CHECK_ERRNO(fchown(fd, 0, 0), EPERM);
	CHECK_ERRNO(fchown(fd, -1, -1), EOPNOTSUPP);
	CHECK_ERRNO(futimens(fd, NULL), EPERM);
	CHECK_ERRNO(fsetxattr(fd, "user.a", "1", 1, 0), EPERM);
	CHECK_ERRNO(fgetxattr(fd, "user.a", &byte, 1), EOPNOTSUPP);
	CHECK_ERRNO(copy_file_range(fd, NULL, file, NULL, 1, 0), EXDEV);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	CHECK_ERRNO(ioctl(fd, 0x1234, 1), EINVAL);
	CHECK_ERRNO(fcntl(fd, F_SETFL, O_DIRECT), EINVAL);
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(ioctl(fd, 0x1234, 0), ESRCH);
}
