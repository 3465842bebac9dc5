// SPDX-License-Identifier: MIT
// Covers: FILE-06 FILE-07. rename over everything, NOREPLACE, EXCHANGE, into itself; hard links.
#include "contract.h"

#define EXCHANGE  2
#define NOREPLACE 1

static long renameat2_(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

CONTRACT
{
	struct stat a, b;
	int fd;
	char byte;

	put_file("f", "f");
	put_file("g", "g");
	MUST(mkdir("d", 0755));
	MUST(mkdir("d/e", 0755));
	MUST(mkdir("empty", 0755));
	fd = (int)MUST(open("g", O_RDONLY));
	CHECK_EQ(rename("f", "g"), 0);
	CHECK_EQ(access("f", F_OK), -1);
	CHECK_TEXT(get_file("g"), "f");
	CHECK_EQ(read(fd, &byte, 1), 1);
	CHECK_EQ(byte, 'g');
	MUST(fstat(fd, &a));
	CHECK_EQ(a.st_nlink, 0);
	CHECK_ERRNO(rename("none", "g"), ENOENT);
	CHECK_ERRNO(rename("d", "g"), ENOTDIR);
	CHECK_ERRNO(rename("g", "d"), EISDIR);
	CHECK_ERRNO(rename("empty", "d"), ENOTEMPTY);
	CHECK_ERRNO(rename("d", "d/e/x"), EINVAL);
	CHECK_ERRNO(rename("d/.", "x"), EBUSY);
	CHECK_ERRNO(rename("g", "/proc/x"), EXDEV);
	CHECK_EQ(rename("d", "empty"), 0);
	CHECK_EQ(access("empty/e", F_OK), 0);
	CHECK_EQ(rename("g", "g"), 0);
	CHECK_EQ(link("g", "h"), 0);
	MUST(stat("g", &a));
	MUST(stat("h", &b));
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(a.st_nlink, 2);
	// Two names of one file: nothing happens.
	CHECK_EQ(rename("g", "h"), 0);
	CHECK_EQ(access("g", F_OK), 0);
	CHECK_ERRNO(link("g", "h"), EEXIST);
	CHECK_ERRNO(link("empty", "x"), EPERM);
	CHECK_ERRNO(link("none", "x"), ENOENT);
	MUST(symlink("g", "s"));
	CHECK_EQ(link("s", "t"), 0);
	MUST(lstat("t", &b));
	CHECK(S_ISLNK(b.st_mode));
	CHECK_EQ(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW), 0);
	MUST(lstat("u", &b));
	CHECK_EQ(b.st_ino, a.st_ino);
	CHECK_EQ(unlink("u"), 0);
	put_file("p", "p");
	CHECK_ERRNO(renameat2_("p", "g", NOREPLACE), EEXIST);
	CHECK_EQ(renameat2_("p", "q", NOREPLACE), 0);
	CHECK_EQ(renameat2_("q", "empty", EXCHANGE), 0);
	MUST(stat("q", &a));
	CHECK(S_ISDIR(a.st_mode));
	CHECK_TEXT(get_file("empty"), "p");
	CHECK_ERRNO(renameat2_("q", "none", EXCHANGE), ENOENT);
	CHECK_ERRNO(renameat2_("q", "empty", EXCHANGE | NOREPLACE), EINVAL);
	CHECK_ERRNO(renameat2_("q", "q/e", EXCHANGE), EINVAL);
	// The counts of directories follow.
	MUST(mkdir("other", 0755));
	MUST(stat(".", &a));
	CHECK_EQ(rename("q", "other/q"), 0);
	MUST(stat(".", &b));
	CHECK_EQ(b.st_nlink, a.st_nlink - 1);
	MUST(stat("other", &b));
	CHECK_EQ(b.st_nlink, 3);
}
