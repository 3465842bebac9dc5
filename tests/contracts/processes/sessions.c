// SPDX-License-Identifier: MIT
// Covers: PROC-10. setsid, setpgid, getsid: who may join which group; a child that has executed
// cannot be moved.
#include "contract.h"

CONTRACT
{
	int ends[2];
	char byte;
	pid_t child;

	MUST(pipe2(ends, O_CLOEXEC));
	child = CHILD(CHECK_EQ(getpgrp(), getpgid(getppid())); CHECK_EQ(setsid(), getpid());
		      CHECK_EQ(getsid(0), getpid()); CHECK_EQ(getpgrp(), getpid());
		      CHECK_ERRNO(setsid(), EPERM); CHECK_ERRNO(setpgid(0, 0), EPERM));
	CHECK_EXIT(child, 0);
	child = CHILD(execl("/bin/sleep", "sleep", "10", (char *)NULL));
	close(ends[1]);
	CHECK_EQ(read(ends[0], &byte, 1), 0);
	CHECK_ERRNO(setpgid(child, child), EACCES);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	child = CHILD(setsid(); for (;;) pause());
	while (getsid(child) != child)
		sleep_ms(1);
	CHECK_ERRNO(setpgid(child, 0), EPERM);
	CHECK_ERRNO(setpgid(0, child), EPERM);
	CHECK_ERRNO(setpgid(0, -1), EINVAL);
	CHECK_ERRNO(getpgid(-1), ESRCH);
	CHECK_ERRNO(getsid(99999999), ESRCH);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
