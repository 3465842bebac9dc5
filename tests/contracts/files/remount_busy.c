// SPDX-License-Identifier: MIT
// Covers: FILE-20 FILE-22. What is open for writing keeps its mount, and its file system, from becoming
// read-only; what is open for reading does not, nor do mappings that are gone. Once it is, reading leaves
// no time of access.
#include "contract.h"
#include <sys/mount.h>
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 1
#endif

static int remount(const char *where, unsigned long flags)
{
	return mount("none", where, "tmpfs", MS_REMOUNT | flags, "");
}

static time_t read_at(int fd)
{
	struct stat st;
	char byte;

	CHECK_EQ(pread(fd, &byte, 1, 0), 1);
	MUST(fstat(fd, &st));
	return st.st_atime;
}

// A file that was read long before it was last written is read through b, whose own flags say nothing.
static void access_times(void)
{
	struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
	int fd = (int)MUST(open("b/f", O_RDONLY));

	MUST(futimens(fd, times));
	CHECK_EQ(remount("m", MS_RDONLY), 0);
	CHECK_EQ(read_at(fd), 1000);
	CHECK_EQ(remount("m", 0), 0);
	CHECK(read_at(fd) != 1000);
	MUST(close(fd));
}

CONTRACT
{
	uint64_t attributes[4] = {MOUNT_ATTR_RDONLY, 0, 0, 0};
	void *map;
	int fd;

	MUST(mkdir("m", 0755));
	MUST(mkdir("b", 0755));
	CHECK_ERRNO(mount("none", "m", "tmpfs", 1ul << 31, ""), EINVAL);
	MUST(mount("none", "m", "tmpfs", 0, ""));
	fd = (int)MUST(open("m/f", O_CREAT | O_RDWR, 0644));
	MUST(write(fd, "1", 1));
	CHECK_ERRNO(remount("m", MS_RDONLY), EBUSY);
	CHECK_ERRNO(remount("m", MS_BIND | MS_RDONLY), EBUSY);
	// A wrong option is found first, a limit that is used already last.
	CHECK_ERRNO(mount("none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, "nonsense"), EINVAL);
	CHECK_ERRNO(mount("none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, "nr_inodes=1"), EBUSY);
	CHECK_ERRNO(mount("none", "m", "tmpfs", MS_REMOUNT, "nr_inodes=1"), EINVAL);
	CHECK_ERRNO(syscall(SYS_mount_setattr, AT_FDCWD, "m", 0, attributes, 32), EBUSY);
	CHECK_EQ(write(fd, "2", 1), 1);
	// A shared mapping goes on writing when the descriptor is closed.
	map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(close(fd));
	CHECK_ERRNO(remount("m", MS_RDONLY), EBUSY);
	MUST(munmap(map, PAGE));
	fd = (int)MUST(open("m/f", O_RDONLY));
	CHECK_EQ(remount("m", MS_RDONLY), 0);
	CHECK_ERRNO(open("m/f", O_RDWR), EROFS);
	CHECK_ERRNO(open("m/new", O_CREAT | O_RDWR, 0644), EROFS);
	MUST(close(fd));
	CHECK_EQ(remount("m", 0), 0);
	// One that was refused counts no more.
	CHECK_EQ(remount("m", MS_RDONLY), 0);
	CHECK_EQ(remount("m", 0), 0);
	// A fifo's data is not the file system's.
	MUST(mkfifo("m/fifo", 0644));
	fd = (int)MUST(open("m/fifo", O_RDWR));
	CHECK_EQ(remount("m", MS_RDONLY), 0);
	CHECK_EQ(remount("m", 0), 0);
	MUST(close(fd));
	// Open through one mount: the other may become read-only, the file system may not.
	MUST(mount("m", "b", NULL, MS_BIND, NULL));
	fd = (int)MUST(open("b/f", O_WRONLY));
	CHECK_ERRNO(remount("m", MS_RDONLY), EBUSY);
	CHECK_EQ(remount("m", MS_BIND | MS_RDONLY), 0);
	CHECK_ERRNO(open("m/f", O_WRONLY), EROFS);
	CHECK_ERRNO(remount("b", MS_BIND | MS_RDONLY), EBUSY);
	CHECK_EQ(write(fd, "3", 1), 1);
	MUST(close(fd));
	// Only the file system is asked: by the word it stays writable, by the flag the mount does not.
	CHECK_EQ(remount("m", 0), 0);
	fd = (int)MUST(open("m/f", O_WRONLY));
	CHECK_EQ(mount("none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, "rw"), 0);
	CHECK_ERRNO(open("m/f", O_WRONLY), EROFS);
	CHECK_EQ(write(fd, "4", 1), 1);
	MUST(close(fd));
	access_times();
	CHECK_EQ(syscall(SYS_mount_setattr, AT_FDCWD, "b", 0, attributes, 32), 0);
	CHECK_ERRNO(open("b/f", O_WRONLY), EROFS);
	MUST(umount2("b", 0));
	MUST(umount2("m", 0));
}
