// SPDX-License-Identifier: MIT
// Covers: PROC-24. unshare parts what a clone shares: descriptors and the folder; what a process
// cannot part alone is EINVAL, what needs rights EPERM.
#include "contract.h"

CONTRACT
{
	char folder[64];
	pid_t child;

	child = (pid_t)syscall(SYS_clone, CLONE_FILES | CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		MUST(syscall(SYS_unshare, CLONE_FILES | CLONE_FS));
		MUST(dup2(0, 50));
		MUST(chdir("/"));
		_exit(0);
	}
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(fcntl(50, F_GETFD), EBADF);
	CHECK(getcwd(folder, sizeof(folder)) != NULL);
	CHECK_TEXT(folder, "/tmp/contract");
	CHECK_EQ(syscall(SYS_unshare, 0), 0);
	CHECK_ERRNO(syscall(SYS_unshare, 0xff), EINVAL);
	CHECK_ERRNO(syscall(SYS_unshare, CLONE_VFORK), EINVAL);
	// Alone, one shares nothing that these would part.
	CHECK_EQ(syscall(SYS_unshare, CLONE_SIGHAND), 0);
	CHECK_EQ(syscall(SYS_unshare, CLONE_VM), 0);
	CHECK_EQ(syscall(SYS_unshare, CLONE_THREAD), 0);
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5));
			 CHECK_ERRNO(syscall(SYS_unshare, CLONE_NEWNS), EPERM)),
		   0);
}
