// SPDX-License-Identifier: MIT
// Covers: FILE-05. Forty symlinks in a walk and no more, names of 255 bytes, paths of 4095, ..
// above the root, // and /./, an empty link target's folder gone.
#include "contract.h"

CONTRACT
{
	char name[64], target[64];
	static char path[5000];
	struct stat info, root;

	put_file("f", "end");
	MUST(symlink("f", "l1"));
	for (int i = 2; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		MUST(symlink(target, name));
	}
	CHECK_EQ(stat("l40", &info), 0);
	CHECK_EQ(info.st_size, 3);
	CHECK_ERRNO(stat("l41", &info), ELOOP);
	MUST(symlink("loop", "loop"));
	CHECK_ERRNO(stat("loop", &info), ELOOP);
	CHECK_ERRNO(open("loop", O_RDWR | O_CREAT, 0600), ELOOP);
	CHECK_EQ(lstat("loop", &info), 0);
	memset(path, '/', sizeof(path));
	path[4095] = 0;
	CHECK_EQ(stat(path, &root), 0);
	path[4095] = '/';
	path[4096] = 0;
	CHECK_ERRNO(stat(path, &info), ENAMETOOLONG);
	CHECK_EQ(stat("/../../..", &info), 0);
	CHECK_EQ(info.st_ino, root.st_ino);
	CHECK_EQ(stat(".//././f", &info), 0);
	CHECK_ERRNO(stat("f/.", &info), ENOTDIR);
	CHECK_ERRNO(stat("f/..", &info), ENOTDIR);
	CHECK_ERRNO(stat("none/..", &info), ENOENT);
	MUST(mkdir("d", 0700));
	MUST(symlink("d", "ld"));
	CHECK_EQ(lstat("ld/", &info), 0);
	CHECK(S_ISDIR(info.st_mode));
	CHECK_EQ(lstat("ld", &info), 0);
	CHECK(S_ISLNK(info.st_mode));
	CHECK_ERRNO(rmdir("ld/"), ENOTDIR);
	CHECK_ERRNO(unlink("ld/"), ENOTDIR);
	// A working folder that is gone.
	MUST(mkdir("gone", 0700));
	CHECK_EXIT(CHILD(MUST(chdir("gone")); MUST(rmdir("../gone"));
			 CHECK_ERRNO(syscall(SYS_getcwd, path, 4096), ENOENT);
			 CHECK_ERRNO(open("x", O_CREAT | O_RDWR, 0600), ENOENT);
			 CHECK_ERRNO(mkdir("x", 0700), ENOENT); CHECK_EQ(stat(".", &info), 0);
			 CHECK_EQ(info.st_nlink, 0); CHECK_EQ(stat("../f", &info), 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(chdir("d")); MUST(rename("../d", "../e"));
			 CHECK(syscall(SYS_getcwd, path, 4096) > 0);
			 CHECK_TEXT(path, "/tmp/contract/e");
			 CHECK_ERRNO(syscall(SYS_getcwd, path, 5), ERANGE)),
		   0);
}
