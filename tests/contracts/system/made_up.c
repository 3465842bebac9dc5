// SPDX-License-Identifier: MIT
// Covers: SYS-01 SYS-03. What files of /proc and /sys are not: stored, mapped, executed, opened with O_DIRECT; and what those of the system
// can and a process's own cannot: splice, epoll. Settings bind root by their modes, too; the modes of the other files can be changed.
#include "contract.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int pipe_end, set;

static void all(int fd)
{
	CHECK_ERRNO(fcntl(fd, F_SETFL, O_DIRECT), EINVAL);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
}

static void own(const char *name, int pwrite_error)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = (int)MUST(open(name, O_RDONLY));
	struct iovec iov = {&event, 1};
	struct stat info;

	all(fd);
	CHECK_ERRNO(open(name, O_RDONLY | O_DIRECT), EINVAL);
	CHECK_ERRNO(fsync(fd), EINVAL);
	CHECK_ERRNO(fdatasync(fd), EINVAL);
	CHECK_ERRNO(pwrite(fd, "a", 1, 0), pwrite_error);
	CHECK_ERRNO(sendfile(pipe_end, fd, NULL, 1), EINVAL);
	CHECK_ERRNO(splice(fd, NULL, pipe_end, NULL, 1, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_preadv2, fd, &iov, 1, 0L, 0L, 2), EOPNOTSUPP);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
	CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), EPERM);
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_blksize, 1024);
	CHECK_ERRNO(fchmod(fd, 0600), EPERM);
	MUST(fchown(fd, 0, 0));
	MUST(close(fd));
}

static void systems(const char *name, int map_error)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = (int)MUST(open(name, O_RDONLY));

	all(fd);
	CHECK_ERRNO(fsync(fd), EINVAL);
	CHECK_EQ(sendfile(pipe_end, fd, NULL, 1), 1);
	CHECK_EQ(splice(fd, NULL, pipe_end, NULL, 1, 0), 1);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), map_error);
	MUST(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
	MUST(close(fd));
}

static mode_t mode_of(const char *name)
{
	struct stat info;

	MUST(stat(name, &info));
	return info.st_mode & 07777;
}

static void sysfs(void)
{
	static const char name[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	struct pollfd it = {.fd = (int)MUST(open(name, O_RDONLY)), .events = POLLPRI};
	char byte;

	all(it.fd);
	MUST(fsync(it.fd));
	CHECK_ERRNO(pwrite(it.fd, "a", 1, 0), ESPIPE);
	CHECK_EQ(lseek(it.fd, 0, SEEK_END), 4096);
	CHECK_EQ(lseek(it.fd, 0, SEEK_SET), 0);
	MUST(poll(&it, 1, 0));
	CHECK_EQ(it.revents, POLLPRI | POLLERR); // it was never read
	CHECK_EQ(read(it.fd, &byte, 1), 1);
	MUST(poll(&it, 1, 0));
	CHECK_EQ(it.revents, 0);
	MUST(close(it.fd));
	MUST(chmod(name, 0600));
	CHECK_EQ(mode_of(name), 0600);
	MUST(chmod(name, 0644));
}

CONTRACT
{
	int ends[2];

	MUST(pipe(ends));
	pipe_end = ends[1];
	set = (int)MUST(epoll_create1(0));
	own("/proc/self/stat", ESPIPE);
	own("/proc/self/maps", ESPIPE);
	own("/proc/self/cmdline", EBADF);
	systems("/proc/filesystems", EIO);
	systems("/proc/sys/kernel/ostype", ENODEV);
	systems("/proc/self/mountinfo", ENODEV);
	sysfs();
	CHECK_ERRNO(open("/proc/sys/kernel/ostype", O_WRONLY), EACCES);
	CHECK_ERRNO(chmod("/proc/sys/kernel/ostype", 0600), EPERM);
	MUST(chmod("/proc/filesystems", 0400));
	CHECK_EQ(mode_of("/proc/filesystems"), 0400);
	MUST(chmod("/proc/filesystems", 0444));
	CHECK_EQ(mode_of("/proc/filesystems"), 0444);
}
