// SPDX-License-Identifier: MIT
// Covers: PROC-17 PROC-18. umask, chroot, nice, priorities, personality and process names.
#include "contract.h"
#include <sys/personality.h>
#include <sys/prctl.h>

CONTRACT
{
	char name[17] = "too long a name!", got[17] = {0};
	struct stat info;
	pid_t child;

	CHECK_EQ(umask(0777777), 022);
	CHECK_EQ(umask(027), 0777);
	close((int)MUST(open("f", O_CREAT | O_WRONLY, 0777)));
	MUST(stat("f", &info));
	CHECK_EQ(info.st_mode, S_IFREG | 0750);
	MUST(mkdir("d", 0777));
	MUST(stat("d", &info));
	CHECK_EQ(info.st_mode, S_IFDIR | 0750);
	CHECK_EQ(info.st_nlink, 2);

	MUST(prctl(PR_SET_NAME, name));
	MUST(prctl(PR_GET_NAME, got));
	CHECK_TEXT(got, "too long a name");
	CHECK_TEXT(get_file("/proc/self/comm"), "too long a name\n");
	MUST(mkdir("d/inner", 0755));
	child = CHILD(MUST(chroot("d")); CHECK_EQ(access("/inner", F_OK), 0);
		      CHECK_EQ(access("/f", F_OK), -1); MUST(chdir("/")); CHECK_EQ(chdir(".."), 0);
		      CHECK_EQ(access("inner", F_OK), 0); CHECK_EQ(access("../../f", F_OK), -1));
	CHECK_EXIT(child, 0);
	child = CHILD(MUST(setuid(1000)); CHECK_ERRNO(chroot("/"), EPERM));
	CHECK_EXIT(child, 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0);
	child = CHILD(errno = 0; CHECK_EQ(nice(5), 5); CHECK_EQ(getpriority(PRIO_PROCESS, 0), 5);
		      CHECK_EQ(setpriority(PRIO_PROCESS, 0, 100), 0);
		      CHECK_EQ(getpriority(PRIO_PROCESS, 0), 19);
		      CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 1);
		      MUST(setpriority(PRIO_PROCESS, 0, -20));
		      CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 40);
		      MUST(setpriority(PRIO_PROCESS, 0, 3)); MUST(setuid(1000));
		      CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, 2), EACCES);
		      CHECK_ERRNO(setpriority(PRIO_PROCESS, getppid(), 2), EPERM));
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(setpriority(9, 0, 0), EINVAL);
	CHECK_ERRNO(getpriority(PRIO_PROCESS, 99999999), ESRCH);
	CHECK_EQ(personality(0xffffffff), 0);
	CHECK_EQ(personality(ADDR_NO_RANDOMIZE), 0);
	CHECK_EQ(personality(0xffffffff), ADDR_NO_RANDOMIZE);
}
