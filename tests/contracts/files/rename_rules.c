// SPDX-License-Identifier: MIT
// Covers: FILE-06. rename: over files and folders, into itself, across mounts, open files live
// on, EXCHANGE swaps kinds, NOREPLACE, the .. of a moved folder.
#include "contract.h"
#include <linux/fs.h>
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE	 2
#endif

static long rename2(const char *from, const char *to, unsigned int flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

CONTRACT
{
	struct stat a, b;
	char byte;
	int fd;

	put_file("f", "f");
	put_file("g", "g");
	MUST(mkdir("d", 0700));
	MUST(mkdir("e", 0700));
	MUST(mkdir("d/sub", 0700));
	CHECK_ERRNO(rename("none", "x"), ENOENT);
	CHECK_ERRNO(rename("f", "d"), EISDIR);
	CHECK_ERRNO(rename("d", "f"), ENOTDIR);
	CHECK_ERRNO(rename("e", "d"), ENOTEMPTY);
	CHECK_ERRNO(rename("d", "d/sub/x"), EINVAL);
	CHECK_ERRNO(rename("d/sub", "d"), ENOTEMPTY);
	CHECK_ERRNO(rename("d", "d/sub"), EINVAL);
	CHECK_ERRNO(rename("f", "/proc/f"), EXDEV);
	CHECK_ERRNO(rename("d/.", "x"), EBUSY);
	CHECK_ERRNO(rename("f", "x/"), ENOTDIR);
	CHECK_ERRNO(rename("f/", "x"), ENOTDIR);
	CHECK_EQ(rename("f", "f"), 0);
	MUST(link("f", "h"));
	// Two names of one file: nothing happens and both stay.
	CHECK_EQ(rename("f", "h"), 0);
	CHECK_EQ(access("f", F_OK), 0);
	fd = (int)MUST(open("g", O_RDONLY));
	CHECK_EQ(rename("f", "g"), 0);
	CHECK_TEXT(get_file("g"), "f");
	CHECK_EQ(read(fd, &byte, 1), 1);
	CHECK_EQ(byte, 'g');
	MUST(fstat(fd, &a));
	CHECK_EQ(a.st_nlink, 0);
	CHECK_ERRNO(rename2("g", "h", RENAME_NOREPLACE), EEXIST);
	CHECK_EQ(rename2("g", "i", RENAME_NOREPLACE), 0);
	CHECK_ERRNO(rename2("i", "none", RENAME_EXCHANGE), ENOENT);
	CHECK_ERRNO(rename2("i", "d", RENAME_EXCHANGE | RENAME_NOREPLACE), EINVAL);
	CHECK_ERRNO(rename2("i", "d", 0x100), EINVAL);
	CHECK_EQ(rename2("i", "d/sub", RENAME_EXCHANGE), 0);
	MUST(stat("i", &a));
	CHECK(S_ISDIR(a.st_mode));
	CHECK_TEXT(get_file("d/sub"), "f");
	MUST(stat("d", &a));
	CHECK_EQ(a.st_nlink, 2);
	CHECK_EQ(rename("d", "i/moved"), 0);
	MUST(stat("i/moved/..", &a));
	MUST(stat("i", &b));
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(b.st_nlink, 3);
	CHECK_EQ(rename("e", "i/moved2"), 0);
	CHECK_EQ(access("e", F_OK), -1);
}
