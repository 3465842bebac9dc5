// SPDX-License-Identifier: MIT
// Covers: SIG-24. Who may signal whom: real and effective of the sender against real and saved
// of the receiver, SIGCONT within a session, signal 0.
#include "contract.h"

static pid_t target(uid_t real, uid_t effective, uid_t saved)
{
	int ends[2];
	pid_t child;

	MUST(pipe(ends));
	child = CHILD(MUST(setresuid(real, effective, saved)); tell(ends); for (;;) pause());
	hear(ends);
	close(ends[0]);
	close(ends[1]);
	return child;
}

static int result_of(uid_t real, uid_t effective, pid_t pid, int number)
{
	pid_t child = CHILD(MUST(setresuid(real, effective, effective));
			    _exit(kill(pid, number) == 0 ? 0 : errno));

	return child_wait(child) >> 8;
}

CONTRACT
{
	pid_t child = target(1000, 1001, 1002), other;

	CHECK_EQ(result_of(1000, 2000, child, 0), 0);
	CHECK_EQ(result_of(2000, 1000, child, 0), 0);
	CHECK_EQ(result_of(1002, 2000, child, 0), 0);
	CHECK_EQ(result_of(1001, 1001, child, 0), EPERM);
	CHECK_EQ(result_of(2000, 2000, child, SIGTERM), EPERM);
	CHECK_EQ(result_of(2000, 2000, child, SIGCONT), 0);
	CHECK_EQ(result_of(2000, 2000, 99999999, 0), ESRCH);
	CHECK_EQ(result_of(2000, 2000, child, 65), EINVAL);
	// Another session: SIGCONT needs the right user too.
	int ends[2];
	MUST(pipe(ends));
	other = CHILD(setsid(); MUST(setresuid(1000, 1000, 1000)); tell(ends); for (;;) pause());
	hear(ends);
	CHECK_EQ(result_of(2000, 2000, other, SIGCONT), EPERM);
	CHECK_EQ(result_of(1000, 1000, other, SIGTERM), 0);
	CHECK_KILLED(other, SIGTERM);
	CHECK_EQ(result_of(0, 0, child, SIGKILL), 0);
	CHECK_KILLED(child, SIGKILL);
}
