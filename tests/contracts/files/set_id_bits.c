// SPDX-License-Identifier: MIT
// Covers: FILE-12. Set-id bits: kept by their owner, cleared by chown, write and truncate of
// others; group inheritance by folders with set-gid; chmod by a non-member.
#include "contract.h"

static unsigned int mode_of(const char *path)
{
	struct stat info;

	MUST(stat(path, &info));
	return info.st_mode & 07777;
}

#define AS(user, ...)                                                                          \
	CHECK_EXIT(CHILD(MUST(setresgid(user, user, user)); MUST(setresuid(user, user, user)); \
			 __VA_ARGS__),                                                         \
		   0)

CONTRACT
{
	struct stat info;

	umask(0);
	put_file("f", "x");
	MUST(chmod("f", 06777));
	CHECK_EQ(mode_of("f"), 06777);
	AS(100, int fd = (int)MUST(open("f", O_WRONLY)); MUST(write(fd, "y", 1)));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(chmod("f", 06777));
	// Root's own writing keeps them.
	int fd = (int)MUST(open("f", O_WRONLY));
	MUST(write(fd, "y", 1));
	CHECK_EQ(mode_of("f"), 06777);
	AS(100, MUST(truncate("f", 1)));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(chmod("f", 06777));
	MUST(chown("f", 100, 100));
	CHECK_EQ(mode_of("f"), 0777);
	// Set-gid without group execute meant mandatory locking: chown leaves it.
	MUST(chmod("f", 02767));
	MUST(chown("f", 100, 100));
	CHECK_EQ(mode_of("f"), 02767);
	MUST(chown("f", 100, 555));
	AS(100, CHECK_EQ(chmod("f", 02777), 0));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(mkdir("d", 0777));
	MUST(chown("d", 0, 700));
	MUST(chmod("d", 02777));
	AS(100, put_file("d/f", "z"); MUST(mkdir("d/sub", 0755)));
	MUST(stat("d/f", &info));
	CHECK_EQ(info.st_gid, 700);
	CHECK_EQ(info.st_uid, 100);
	MUST(stat("d/sub", &info));
	CHECK_EQ(info.st_gid, 700);
	CHECK_EQ(info.st_mode & 07777, 02755);
}
