// SPDX-License-Identifier: MIT
// Covers: PROC-08. Two pidfds of one process are the same inode, those of two processes are not; fstatfs
// tells a pidfd, a pipe and an eventfd apart; a pidfd's mode and owner stay as they are.
#include "contract.h"
#include <sys/eventfd.h>
#include <sys/statfs.h>

static long kind(int fd)
{
	struct statfs fs;

	MUST(fstatfs(fd, &fs));
	return (long)fs.f_type;
}

static int pidfd_of(pid_t pid)
{
	return (int)MUST(syscall(SYS_pidfd_open, pid, 0));
}

CONTRACT
{
	pid_t child = CHILD(for (;;) pause());
	int mine = pidfd_of(getpid()), again = pidfd_of(getpid()), its = pidfd_of(child), ends[2];
	struct stat one, two, other;
	char name[64] = {0};

	MUST(fstat(mine, &one));
	MUST(fstat(again, &two));
	MUST(fstat(its, &other));
	CHECK_EQ(one.st_ino, two.st_ino);
	CHECK_EQ(one.st_dev, other.st_dev);
	CHECK(one.st_ino != other.st_ino);
	CHECK_EQ(one.st_mode, 0700);
	CHECK_EQ(one.st_uid, 0);
	CHECK_EQ(kind(mine), 0x50494446);
	CHECK_ERRNO(fchmod(mine, 0600), EPERM);
	CHECK_ERRNO(fchown(mine, 1000, 1000), EPERM);
	CHECK_ERRNO(futimens(mine, NULL), EPERM);
	MUST(fstat(again, &two));
	CHECK_EQ(two.st_mode, 0700);
	MUST(readlink("/proc/self/fd/3", name, sizeof(name) - 1));
	CHECK_EQ(mine, 3);
	CHECK_TEXT(name, "anon_inode:[pidfd]");
	// A process that took the place of another is another.
	kill(child, SIGKILL);
	child_wait(child);
	child = CHILD(for (;;) pause());
	MUST(close(its));
	MUST(fstat(its = pidfd_of(child), &two));
	CHECK(two.st_ino != other.st_ino);
	CHECK(two.st_ino != one.st_ino);
	MUST(pipe(ends));
	CHECK_EQ(kind(ends[0]), 0x50495045);
	CHECK_EQ(kind(ends[1]), 0x50495045);
	MUST(fstat(ends[0], &two));
	CHECK_EQ(two.st_mode, S_IFIFO | 0600);
	CHECK(two.st_dev != one.st_dev);
	MUST(fchmod(ends[0], 0640));
	MUST(fstat(ends[1], &two));
	CHECK_EQ(two.st_mode, S_IFIFO | 0640);
	CHECK_EQ(kind(eventfd(0, 0)), 0x09041934);
	kill(child, SIGKILL);
	child_wait(child);
}
