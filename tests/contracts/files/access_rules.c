// SPDX-License-Identifier: MIT
// Covers: FILE-03. access uses the real id, faccessat2 with AT_EACCESS the effective one; X_OK
// of root; fchmodat, fchownat and their AT_ flags.
#include "contract.h"

CONTRACT
{
	struct stat info;
	int folder;

	put_file("f", "x");
	MUST(chmod("f", 0600));
	CHECK_EQ(access("f", R_OK | W_OK), 0);
	CHECK_ERRNO(access("f", X_OK), EACCES);
	CHECK_ERRNO(access("f", 8), EINVAL);
	CHECK_ERRNO(access("none", F_OK), ENOENT);
	MUST(chmod("f", 0601));
	CHECK_EQ(access("f", X_OK), 0);
	MUST(chmod("f", 0600));
	CHECK_EXIT(CHILD(MUST(setresuid(9, 0, 0)); CHECK_ERRNO(access("f", R_OK), EACCES);
			 CHECK_EQ(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS), 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresuid(0, 9, 0)); CHECK_EQ(access("f", R_OK), 0); CHECK_ERRNO(
				 syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS), EACCES)),
		   0);
	CHECK_ERRNO(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, 0x8000), EINVAL);
	MUST(symlink("nowhere", "l"));
	CHECK_ERRNO(access("l", F_OK), ENOENT);
	CHECK_EQ(syscall(SYS_faccessat2, AT_FDCWD, "l", F_OK, AT_SYMLINK_NOFOLLOW), 0);
	folder = (int)MUST(open(".", O_PATH));
	CHECK_EQ(fchmodat(folder, "f", 0751, 0), 0);
	MUST(fstatat(folder, "f", &info, 0));
	CHECK_EQ(info.st_mode & 07777, 0751);
	CHECK_EQ(fchownat(folder, "l", 5, 6, AT_SYMLINK_NOFOLLOW), 0);
	MUST(fstatat(folder, "l", &info, AT_SYMLINK_NOFOLLOW));
	CHECK_EQ(info.st_uid * 10 + info.st_gid, 56);
	CHECK_ERRNO(fchownat(folder, "l", 5, 6, 0), ENOENT);
	CHECK_ERRNO(fchownat(folder, "f", 5, 6, 0x8000), EINVAL);
	CHECK_EQ(fchownat(folder, "f", (uid_t)-1, 7, 0), 0);
	MUST(fstatat(folder, "f", &info, 0));
	CHECK_EQ(info.st_uid * 10 + info.st_gid, 7);
	CHECK_ERRNO(fstatat(folder, "", &info, 0), ENOENT);
	CHECK_EQ(fstatat(folder, "", &info, AT_EMPTY_PATH), 0);
	CHECK(S_ISDIR(info.st_mode));
}
