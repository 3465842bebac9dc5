// SPDX-License-Identifier: MIT
// Covers: PROC-11. setuid, setreuid, setresuid and their gid forms by the book, for root and for
// others; fsuid follows; capabilities go with root.
#include "contract.h"

static void ids(uid_t real, uid_t effective, uid_t saved)
{
	uid_t r, e, s;

	MUST(getresuid(&r, &e, &s));
	CHECK_EQ(r, real);
	CHECK_EQ(e, effective);
	CHECK_EQ(s, saved);
}

static void user(void)
{
	MUST(syscall(SYS_setresuid, 10, 20, 30));
	CHECK_ERRNO(syscall(SYS_setuid, 40), EPERM);
	CHECK_EQ(syscall(SYS_setuid, 10), 0);
	ids(10, 10, 30);
	CHECK_EQ(syscall(SYS_setreuid, -1, 30), 0);
	ids(10, 30, 30);
	CHECK_EQ(syscall(SYS_setreuid, 30, 10), 0);
	// The real one was set: the saved one becomes the new effective.
	ids(30, 10, 10);
	CHECK_ERRNO(syscall(SYS_setresuid, -1, -1, 40), EPERM);
	CHECK_EQ(syscall(SYS_setresuid, 10, 30, -1), 0);
	ids(10, 30, 10);
	CHECK_ERRNO(syscall(SYS_setgroups, 0, NULL), EPERM);
}

CONTRACT
{
	gid_t list[4] = {5, 3, 5, 9}, got[8];

	CHECK_EXIT(CHILD(user()), 0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_setuid, 77)); ids(77, 77, 77);
			 CHECK_ERRNO(syscall(SYS_setuid, 0), EPERM)),
		   0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_setreuid, 5, -1)); ids(5, 0, 0);
			 MUST(syscall(SYS_setreuid, 0, 5)); ids(0, 5, 5)),
		   0);
	CHECK_EXIT(CHILD(MUST(syscall(SYS_setresgid, 1, 2, 3)); gid_t r; gid_t e; gid_t s;
			 MUST(getresgid(&r, &e, &s)); CHECK_EQ(r * 100 + e * 10 + s, 123);
			 MUST(syscall(SYS_setgid, 9)); MUST(getresgid(&r, &e, &s));
			 CHECK_EQ(r * 100 + e * 10 + s, 999)),
		   0);
	// The file system's id follows the effective one, and tells its old value.
	CHECK_EXIT(CHILD(CHECK_EQ(syscall(SYS_setfsuid, -1), 0);
			 MUST(syscall(SYS_setresuid, 0, 50, 0));
			 CHECK_EQ(syscall(SYS_setfsuid, -1), 50);
			 CHECK_EQ(syscall(SYS_setfsuid, 0), 50);
			 CHECK_EQ(syscall(SYS_setfsuid, 60), 0);
			 CHECK_EQ(syscall(SYS_setfsuid, -1), 0)),
		   0);
	CHECK_EQ(syscall(SYS_setgroups, 4, list), 0);
	CHECK_EQ(syscall(SYS_getgroups, 0, NULL), 4);
	CHECK_ERRNO(syscall(SYS_getgroups, 3, got), EINVAL);
	CHECK_EQ(syscall(SYS_getgroups, 8, got), 4);
	// Sorted.
	CHECK(got[0] == 3 && got[1] == 5 && got[2] == 5 && got[3] == 9);
	CHECK_ERRNO(syscall(SYS_setgroups, 65537, list), EINVAL);
}
