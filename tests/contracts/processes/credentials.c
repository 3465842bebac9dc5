// SPDX-License-Identifier: MIT
// Covers: PROC-11. Real, effective, saved and file-system ids; supplementary groups; losing
// privilege for good.
#include "contract.h"
#include <grp.h>
#include <sys/fsuid.h>

CONTRACT
{
	uid_t r, e, s;
	gid_t groups[4] = {7, 3, 9, 3}, back[8] = {0};
	pid_t child = CHILD(
		CHECK_EQ(setresuid(1000, 1001, 1002), 0); getresuid(&r, &e, &s); CHECK_EQ(r, 1000);
		CHECK_EQ(e, 1001); CHECK_EQ(s, 1002); CHECK_EQ(setfsuid((uid_t)-1), 1001);
		CHECK_ERRNO(syscall(SYS_setuid, 0), EPERM); CHECK_EQ(syscall(SYS_setuid, 1002), 0);
		getresuid(&r, &e, &s); CHECK_EQ(r, 1000); CHECK_EQ(e, 1002); CHECK_EQ(s, 1002);
		// setreuid with a real id sets the saved id to the new effective one.
		CHECK_EQ(syscall(SYS_setreuid, -1, 1000), 0); getresuid(&r, &e, &s);
		CHECK_EQ(e, 1000); CHECK_EQ(s, 1002);
		CHECK_ERRNO(syscall(SYS_setreuid, 5, -1), EPERM);
		CHECK_ERRNO(syscall(SYS_setresuid, -1, -1, 5), EPERM);
		CHECK_ERRNO(syscall(SYS_setgroups, 0, NULL), EPERM);
		CHECK_EQ(syscall(SYS_setresuid, 1000, 1000, 1000), 0);
		CHECK_ERRNO(syscall(SYS_setuid, 1002), EPERM));

	CHECK_EXIT(child, 0);
	child = CHILD(
		CHECK_EQ(setgroups(4, groups), 0); CHECK_EQ(getgroups(0, NULL), 4);
		CHECK_ERRNO(getgroups(3, back), EINVAL); CHECK_EQ(getgroups(8, back), 4);
		CHECK_EQ(back[0] + back[1] + back[2] + back[3], 22);
		CHECK_EQ(setresgid(5, 6, 7), 0); CHECK_EQ(getgid(), 5); CHECK_EQ(getegid(), 6);
		// root sets all three.
		CHECK_EQ(syscall(SYS_setuid, 1234), 0); getresuid(&r, &e, &s); CHECK_EQ(r, 1234);
		CHECK_EQ(e, 1234); CHECK_EQ(s, 1234); CHECK_ERRNO(syscall(SYS_setuid, 0), EPERM);
		CHECK_EQ(syscall(SYS_setgid, 7), 0); CHECK_EQ(getegid(), 7); CHECK_EQ(getgid(), 5));
	CHECK_EXIT(child, 0);
}
