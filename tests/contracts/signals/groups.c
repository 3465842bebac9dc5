// SPDX-License-Identifier: MIT
// Covers: SIG-24. Signals to process groups; kill's errors and permissions.
#include "contract.h"

CONTRACT
{
	pid_t a = CHILD(setpgid(0, 0); for (;;) pause()), b;
	int status;

	setpgid(a, a);
	b = CHILD(setpgid(0, a); for (;;) pause());
	setpgid(b, a);
	CHECK_EQ(getpgid(b), a);
	CHECK_EQ(kill(-a, SIGTERM), 0);
	CHECK_EQ(waitpid(-a, &status, 0) > 0, 1);
	CHECK_EQ(status, SIGTERM);
	CHECK_EQ(waitpid(-a, &status, 0) > 0, 1);
	CHECK_EQ(status, SIGTERM);
	CHECK_ERRNO(waitpid(-a, &status, 0), ECHILD);
	CHECK_ERRNO(kill(-a, SIGTERM), ESRCH);
	CHECK_ERRNO(kill(a, 0), ESRCH);
	CHECK_ERRNO(kill(a, 65), ESRCH); // nobody is there whom a wrong number could reach
	CHECK_ERRNO(kill(getpid(), 65), EINVAL);
	CHECK_ERRNO(kill(-a, 65), ESRCH);
	CHECK_ERRNO(kill(getpid(), 65), EINVAL);
	CHECK_ERRNO(kill(getpid(), -1), EINVAL);
	CHECK_ERRNO(setpgid(1, 1), ESRCH);
	a = CHILD(setuid(1000); CHECK_ERRNO(kill(getppid(), 0), EPERM);
		  CHECK_ERRNO(kill(1, SIGTERM), EPERM); CHECK_EQ(kill(getpid(), 0), 0));
	CHECK_EXIT(a, 0);
	CHECK_EQ(getsid(0), getpid());
	CHECK_ERRNO(setsid(), EPERM);
}
