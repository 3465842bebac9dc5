// SPDX-License-Identifier: MIT
// Covers: FILE-05 FILE-03. Path walk: symlinks, .. , trailing slashes, limits, search
// permission, *at calls.
#include "contract.h"

CONTRACT
{
	char path[5000], got[64] = {0}, name[32];
	struct stat info;
	int dir;

	MUST(mkdir("a", 0755));
	MUST(mkdir("a/b", 0755));
	put_file("a/f", "x");
	MUST(symlink("a/b", "to_b"));
	MUST(symlink("../f", "a/b/up"));
	MUST(symlink("a/", "slash"));
	MUST(symlink("gone", "dangling"));
	CHECK_EQ(stat("to_b/up", &info), 0);
	CHECK_EQ(stat("to_b/../f", &info), 0);
	CHECK_EQ(stat("a//.///f", &info), 0);
	CHECK_EQ(stat("slash/f", &info), 0);
	CHECK_ERRNO(stat("a/f/", &info), ENOTDIR);
	CHECK_ERRNO(stat("a/f/..", &info), ENOTDIR);
	CHECK_EQ(stat("/../../..", &info), 0);
	MUST(lstat("to_b", &info));
	CHECK(S_ISLNK(info.st_mode));
	MUST(lstat("to_b/", &info));
	CHECK(S_ISDIR(info.st_mode));
	CHECK_ERRNO(unlink("to_b/"), ENOTDIR);
	CHECK_ERRNO(rmdir("to_b"), ENOTDIR);
	CHECK_ERRNO(rmdir("a/."), EINVAL);
	CHECK_ERRNO(rmdir("a/b/.."), ENOTEMPTY);
	CHECK_ERRNO(rmdir("a"), ENOTEMPTY);
	CHECK_ERRNO(unlink("a"), EISDIR);
	CHECK_ERRNO(unlink("/"), EISDIR);
	CHECK_ERRNO(rmdir("/"), EBUSY);
	CHECK_ERRNO(mkdir("a", 0755), EEXIST);
	CHECK_ERRNO(mkdir("dangling", 0755), EEXIST);
	CHECK_ERRNO(mkdir("x/y", 0755), ENOENT);
	CHECK_EQ(mkdir("c/", 0755), 0);
	CHECK_ERRNO(symlink("", "e"), ENOENT);
	CHECK_EQ(readlink("to_b", got, sizeof(got)), 3);
	CHECK_TEXT(got, "a/b");
	CHECK_EQ(readlink("to_b", got, 2), 2);
	CHECK_ERRNO(readlink("a/f", got, sizeof(got)), EINVAL);
	CHECK_ERRNO(syscall(SYS_readlinkat, AT_FDCWD, "to_b", got, 0), EINVAL);
	// 40 links are followed, 41 are not.
	put_file("l0", "end");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		snprintf(got, sizeof(got), "l%d", i - 1);
		MUST(symlink(got, name));
	}
	CHECK_EQ(stat("l40", &info), 0);
	CHECK_ERRNO(stat("l41", &info), ELOOP);
	memset(path, '/', sizeof(path));
	path[4094] = '.';
	path[4095] = 0;
	CHECK_EQ(stat(path, &info), 0);
	path[4095] = '.';
	path[4096] = 0;
	CHECK_ERRNO(stat(path, &info), ENAMETOOLONG);
	dir = (int)MUST(open("a", O_RDONLY | O_DIRECTORY));
	CHECK_EQ(faccessat(dir, "f", R_OK, 0), 0);
	CHECK_ERRNO(unlinkat(dir, "b", 0), EISDIR);
	CHECK_ERRNO(unlinkat(dir, "f", AT_REMOVEDIR), ENOTDIR);
	CHECK_ERRNO(unlinkat(dir, "f", 0x8000), EINVAL);
	CHECK_EQ(mkdirat(dir, "m", 0700), 0);
	CHECK_EQ(unlinkat(dir, "m", AT_REMOVEDIR), 0);
	CHECK_EQ(fchdir(dir), 0);
	CHECK_EQ(access("f", F_OK), 0);
	MUST(chdir(".."));
	MUST(chmod("a", 0700));
	MUST(chmod(".", 0755));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); CHECK_ERRNO(stat("a/f", &info), EACCES);
			 CHECK_ERRNO(chdir("a"), EACCES);
			 CHECK_ERRNO(open("n", O_CREAT | O_WRONLY, 0600), EACCES);
			 CHECK_ERRNO(stat("a/none", &info), EACCES)),
		   0);
}
