// SPDX-License-Identifier: MIT
// Covers: PROC-11. geteuid and getegid, setregid, setfsgid: the group's half of credentials
// follows the user's rules; files get the file system's group.
#include "contract.h"

static void ids(gid_t real, gid_t effective, gid_t saved)
{
	gid_t r, e, s;

	MUST(getresgid(&r, &e, &s));
	CHECK_EQ(r, real);
	CHECK_EQ(e, effective);
	CHECK_EQ(s, saved);
	CHECK_EQ(syscall(SYS_getegid), effective);
	CHECK_EQ(syscall(SYS_getgid), real);
}

CONTRACT
{
	struct stat info;

	CHECK_EQ(syscall(SYS_geteuid), 0);
	CHECK_EXIT(CHILD(MUST(setresuid(0, 44, 0)); CHECK_EQ(syscall(SYS_geteuid), 44);
			 CHECK_EQ(syscall(SYS_getuid), 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_setregid, 10, 20)); ids(10, 20, 20);
			 MUST(syscall(SYS_setregid, -1, 30)); ids(10, 30, 30);
			 MUST(setresuid(5, 5, 5));
			 CHECK_ERRNO(syscall(SYS_setregid, 40, -1), EPERM);
			 CHECK_EQ(syscall(SYS_setregid, -1, 10), 0); ids(10, 10, 30);
			 CHECK_EQ(syscall(SYS_setregid, -1, 30), 0);
			 CHECK_EQ(syscall(SYS_setregid, 30, 10), 0); ids(30, 10, 10)),
		   0);
	CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_setfsgid, 77), 0);
			 CHECK_EQ(syscall(SYS_setfsgid, -1), 77); put_file("f", "");
			 MUST(stat("f", &info)); CHECK_EQ(info.st_gid, 77);
			 MUST(setresgid(1, 2, 3)); CHECK_EQ(syscall(SYS_setfsgid, -1), 2)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresgid(1, 2, 3)); MUST(setresuid(5, 5, 5));
			 CHECK_EQ(syscall(SYS_setfsgid, 9), 2);
			 CHECK_EQ(syscall(SYS_setfsgid, 3), 2);
			 CHECK_EQ(syscall(SYS_setfsgid, -1), 3)),
		   0);
}
