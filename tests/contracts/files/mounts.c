// SPDX-License-Identifier: MIT
// Covers: FILE-20 FILE-05 FILE-04. Mounts: tmpfs, bind, read-only, busy, .. at the root of a
// mount, mountinfo, device numbers.
#include "contract.h"
#include <sys/mount.h>

CONTRACT
{
	struct stat under, over, up, here;
	const char *line;

	MUST(mkdir("m", 0755));
	MUST(mkdir("b", 0755));
	put_file("m/hidden", "h");
	MUST(stat("m", &under));
	MUST(stat(".", &here));
	CHECK_EQ(mount("none", "m", "tmpfs", 0, "size=1m,mode=0700"), 0);
	MUST(stat("m", &over));
	CHECK(over.st_dev != under.st_dev);
	CHECK_EQ(over.st_mode & 07777, 0700);
	CHECK_EQ(access("m/hidden", F_OK), -1);
	MUST(stat("m/..", &up));
	CHECK_EQ(up.st_ino, here.st_ino);
	CHECK_EQ(up.st_dev, here.st_dev);
	put_file("m/f", "visible");
	MUST(mkdir("m/d", 0755));
	CHECK_ERRNO(rename("m/f", "f"), EXDEV);
	CHECK_ERRNO(link("m/f", "f"), EXDEV);
	CHECK_ERRNO(rmdir("m"), EBUSY);
	CHECK_EQ(mount("m/d", "b", NULL, MS_BIND, NULL), 0);
	put_file("b/g", "bound");
	CHECK_TEXT(get_file("m/d/g"), "bound");
	MUST(stat("b/..", &up));
	CHECK_EQ(up.st_ino, here.st_ino);
	CHECK_EQ(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	CHECK_ERRNO(open("b/g", O_WRONLY), EROFS);
	CHECK_ERRNO(unlink("b/g"), EROFS);
	CHECK(open("m/d/g", O_WRONLY) >= 0);
	line = strstr(get_file("/proc/self/mountinfo"), "/m rw,relatime");
	CHECK(line != NULL);
	CHECK(strstr(line, " - tmpfs none rw,size=1024k") != NULL);
	int fd = (int)MUST(open("m/f", O_RDONLY));
	CHECK_ERRNO(umount2("m", 0), EBUSY);
	close(fd);
	CHECK_EQ(umount2("b", 0), 0);
	for (int i = 3; i < 20; i++)
		close(i);
	CHECK_EQ(umount2("m", 0), 0);
	CHECK_EQ(access("m/hidden", F_OK), 0);
	CHECK_ERRNO(umount2("m", 0), EINVAL);
	CHECK_ERRNO(mount("none", "m", "nosuchfs", 0, NULL), ENODEV);
	CHECK_ERRNO(mount("none", "none", "tmpfs", 0, NULL), ENOENT);
	CHECK_ERRNO(mount("none", "m/hidden", "tmpfs", 0, NULL), ENOTDIR);
	CHECK_EXIT(CHILD(MUST(setuid(1000));
			 CHECK_ERRNO(mount("none", "m", "tmpfs", 0, NULL), EPERM);
			 CHECK_ERRNO(umount2("/proc", 0), EPERM)),
		   0);
	// Lazily, while in use.
	MUST(mount("none", "m", "tmpfs", 0, NULL));
	put_file("m/f", "still");
	fd = (int)MUST(open("m/f", O_RDONLY));
	CHECK_EQ(umount2("m", MNT_DETACH), 0);
	CHECK_EQ(read(fd, &up, 5), 5);
	CHECK_EQ(access("m/f", F_OK), -1);
	// Who is dead has no mounts to show.
	pid_t child = CHILD(_exit(0));
	char name[40];
	while (state_of(child) != 'Z')
		sleep_ms(1);
	snprintf(name, sizeof(name), "/proc/%d/mounts", child);
	CHECK_ERRNO(open(name, O_RDONLY), EINVAL);
	snprintf(name, sizeof(name), "/proc/%d/mountinfo", child);
	CHECK_ERRNO(open(name, O_RDONLY), EINVAL);
	child_wait(child);
}
