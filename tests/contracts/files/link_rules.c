// SPDX-License-Identifier: MIT
// Covers: FILE-07. link, symlink, unlink, rmdir, mknod, mkdir: counts and times, what may be
// linked, trailing slashes, dots, AT_REMOVEDIR, long names.
#include "contract.h"
#include <sys/sysmacros.h>

CONTRACT
{
	struct stat info;
	char name[300], target[16];

	put_file("f", "x");
	MUST(mkdir("d", 0700));
	CHECK_EQ(link("f", "g"), 0);
	MUST(stat("g", &info));
	CHECK_EQ(info.st_nlink, 2);
	CHECK_ERRNO(link("f", "g"), EEXIST);
	CHECK_ERRNO(link("d", "e"), EPERM);
	CHECK_ERRNO(link("none", "e"), ENOENT);
	CHECK_ERRNO(link("f", "/dev/f"), EXDEV);
	MUST(symlink("f", "s"));
	CHECK_EQ(linkat(AT_FDCWD, "s", AT_FDCWD, "t", 0), 0);
	MUST(lstat("t", &info));
	CHECK(S_ISLNK(info.st_mode));
	CHECK_EQ(info.st_nlink, 2);
	CHECK_EQ(info.st_size, 1);
	CHECK_EQ(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW), 0);
	MUST(lstat("u", &info));
	CHECK_EQ(info.st_nlink, 3);
	CHECK_ERRNO(linkat(AT_FDCWD, "s", AT_FDCWD, "v", 0x80), EINVAL);
	CHECK_ERRNO(symlink("", "w"), ENOENT);
	CHECK_ERRNO(symlink("x", "s"), EEXIST);
	CHECK_EQ(readlink("s", target, 1), 1);
	CHECK_ERRNO(readlink("f", target, 16), EINVAL);
	CHECK_ERRNO(syscall(SYS_readlinkat, AT_FDCWD, "s", target, 0), EINVAL);
	CHECK_ERRNO(unlink("d"), EISDIR);
	CHECK_ERRNO(rmdir("f"), ENOTDIR);
	CHECK_ERRNO(rmdir("."), EINVAL);
	CHECK_ERRNO(rmdir("d/.."), ENOTEMPTY);
	CHECK_ERRNO(unlink("f/"), ENOTDIR);
	CHECK_ERRNO(unlinkat(AT_FDCWD, "d", 0), EISDIR);
	CHECK_ERRNO(unlinkat(AT_FDCWD, "d", 1), EINVAL);
	CHECK_EQ(mkdir("d/sub/", 0700), 0);
	MUST(stat("d", &info));
	CHECK_EQ(info.st_nlink, 3);
	CHECK_ERRNO(rmdir("d"), ENOTEMPTY);
	CHECK_EQ(rmdir("d/sub/"), 0);
	CHECK_EQ(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR), 0);
	CHECK_ERRNO(mkdir("f", 0700), EEXIST);
	CHECK_ERRNO(mkdir("none/x", 0700), ENOENT);
	CHECK_ERRNO(mkdir("f/x", 0700), ENOTDIR);
	memset(name, 'n', sizeof(name));
	name[256] = 0;
	CHECK_ERRNO(mkdir(name, 0700), ENAMETOOLONG);
	name[255] = 0;
	CHECK_EQ(mkdir(name, 0700), 0);
	CHECK_EQ(mknod("c", S_IFCHR | 0600, makedev(1, 3)), 0);
	MUST(stat("c", &info));
	CHECK_EQ(info.st_rdev, makedev(1, 3));
	CHECK_EQ(write(open("c", O_WRONLY), "x", 1), 1);
	CHECK_EQ(mknod("r", 0600, 0), 0);
	MUST(stat("r", &info));
	CHECK(S_ISREG(info.st_mode));
	CHECK_ERRNO(mknod("dd", S_IFDIR | 0600, 0), EPERM);
	CHECK_EXIT(CHILD(MUST(chmod(".", 0777)); MUST(setresuid(7, 7, 7));
			 CHECK_ERRNO(mknod("c2", S_IFCHR | 0600, makedev(1, 3)), EPERM);
			 CHECK_EQ(mknod("p2", S_IFIFO | 0600, 0), 0)),
		   0);
}
