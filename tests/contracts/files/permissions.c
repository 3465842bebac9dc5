// SPDX-License-Identifier: MIT
// Covers: FILE-12. Permissions, sticky folders, set-id bits that writing and chown clear, who
// may chmod.
#include "contract.h"

CONTRACT
{
	struct stat info;
	int fd;

	MUST(chmod(".", 01777));
	put_file("f", "x");
	MUST(chmod("f", 0640));
	MUST(chown("f", 1000, 500));
	CHECK_EXIT(CHILD(MUST(setgid(500)); MUST(setuid(1001)); CHECK(open("f", O_RDONLY) >= 0);
			 CHECK_ERRNO(open("f", O_WRONLY), EACCES);
			 CHECK_ERRNO(chmod("f", 0777), EPERM);
			 CHECK_ERRNO(chown("f", 1001, -1), EPERM); CHECK_ERRNO(unlink("f"), EPERM);
			 CHECK_ERRNO(rename("f", "g"), EPERM)),
		   0);
	CHECK_EXIT(CHILD(MUST(setgid(501)); MUST(setuid(1001));
			 CHECK_ERRNO(open("f", O_RDONLY), EACCES);
			 CHECK_ERRNO(access("f", R_OK), EACCES); CHECK_EQ(access("f", F_OK), 0)),
		   0);
	// The owner's bits bind the owner even when the group's would do.
	MUST(chmod("f", 0077));
	CHECK_EXIT(CHILD(MUST(setgid(500)); MUST(setuid(1000));
			 CHECK_ERRNO(open("f", O_RDONLY), EACCES); CHECK_EQ(chmod("f", 0600), 0);
			 CHECK(open("f", O_RDWR) >= 0); CHECK_ERRNO(chown("f", 1000, 7), EPERM);
			 CHECK_EQ(unlink("f"), 0)),
		   0);
	// access asks for the real id.
	put_file("f", "x");
	MUST(chmod("f", 0600));
	CHECK_EXIT(CHILD(MUST(setresuid(1000, 0, 0)); CHECK_ERRNO(access("f", R_OK), EACCES);
			 CHECK_EQ(faccessat(AT_FDCWD, "f", R_OK, AT_EACCESS), 0)),
		   0);
	CHECK_ERRNO(access("f", X_OK), EACCES);
	// Writing drops the set-id bits of others' files.
	put_file("s", "x");
	MUST(chown("s", 1000, 1000));
	MUST(chmod("s", 06777));
	CHECK_EXIT(CHILD(MUST(setuid(1001)); fd = (int)MUST(open("s", O_WRONLY));
			 MUST(write(fd, "y", 1)); MUST(fstat(fd, &info));
			 CHECK_EQ(info.st_mode & 07777, 0777)),
		   0);
	// A set-gid folder gives its group to what is made in it.
	MUST(mkdir("d", 0755));
	MUST(chown("d", 0, 777));
	MUST(chmod("d", 02777));
	put_file("d/f", "x");
	MUST(mkdir("d/e", 0755));
	MUST(stat("d/f", &info));
	CHECK_EQ(info.st_gid, 777);
	MUST(stat("d/e", &info));
	CHECK_EQ(info.st_gid, 777);
	CHECK_EQ(info.st_mode & 07777, 02755);
	CHECK_ERRNO(fchmodat(AT_FDCWD, "none", 0600, 0), ENOENT);
	CHECK_ERRNO(fchownat(AT_FDCWD, "f", 1, 1, 0x8000), EINVAL);
}
