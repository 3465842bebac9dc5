// SPDX-License-Identifier: MIT
// Covers: PROC-10. setpgid and setsid: who may, ESRCH, EPERM, EACCES after exec, a leader cannot
// leave its session.
#include "contract.h"

CONTRACT
{
	int ends[2];
	pid_t a, b, session;

	MUST(pipe(ends));
	CHECK_ERRNO(setsid(), EPERM);
	CHECK_EQ(getsid(0), getpid());
	CHECK_EQ(getpgrp(), getpid());
	a = CHILD(for (;;) pause());
	b = CHILD(for (;;) pause());
	CHECK_EQ(setpgid(a, a), 0);
	CHECK_EQ(getpgid(a), a);
	CHECK_EQ(setpgid(b, a), 0);
	CHECK_EQ(getpgid(b), a);
	CHECK_EQ(setpgid(b, getpid()), 0);
	CHECK_ERRNO(setpgid(b, 99999), EPERM);
	CHECK_ERRNO(setpgid(b, -1), EINVAL);
	CHECK_ERRNO(setpgid(-1, 0), EINVAL);
	CHECK_ERRNO(setpgid(-1, 5), ESRCH);
	CHECK_ERRNO(setpgid(1, 1), ESRCH);
	CHECK_ERRNO(setpgid(0, a), EPERM);
	CHECK_ERRNO(getpgid(99999999), ESRCH);
	CHECK_ERRNO(getsid(99999999), ESRCH);
	// A child in another session, or one that has executed, is out of reach.
	session = CHILD(MUST(setsid()); tell(ends); for (;;) pause());
	hear(ends);
	CHECK_ERRNO(setpgid(session, getpid()), EPERM);
	CHECK_EQ(getsid(session), session);
	pid_t executed = CHILD(dup2(ends[1], 1);
			       execl("/bin/sh", "sh", "-c", "echo; read x < /dev/ptmx", NULL));
	hear(ends);
	CHECK_ERRNO(setpgid(executed, executed), EACCES);
	kill(executed, SIGKILL);
	CHECK_EXIT(CHILD(pid_t me = getpid(); CHECK_EQ(setsid(), me); CHECK_EQ(getpgrp(), me);
			 CHECK_ERRNO(setpgid(0, 0), EPERM)),
		   0);
	// A group outlives its leader, and its number is not given to a new session meanwhile.
	setpgid(a, a);
	setpgid(b, a);
	kill(a, SIGKILL);
	child_wait(a);
	CHECK_EQ(getpgid(b), a);
	CHECK_EQ(kill(-a, 0), 0);
	kill(-a, SIGTERM);
	CHECK_KILLED(b, SIGTERM);
	CHECK_ERRNO(kill(-a, 0), ESRCH);
	kill(session, SIGKILL);
}
