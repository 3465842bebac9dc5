// SPDX-License-Identifier: MIT
// Covers: PROC-05. Which children a wait takes: one, any, my group, that group; WNOHANG with
// living ones; ECHILD; errors.
#include "contract.h"

CONTRACT
{
	int ends[2], status;
	siginfo_t info;
	pid_t a, b, c;
	char byte;

	MUST(pipe(ends));
	CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);
	CHECK_ERRNO(waitpid(1, &status, 0), ECHILD);
	CHECK_ERRNO(waitpid(-99999, &status, 0), ECHILD);
	a = CHILD(MUST(read(ends[0], &byte, 1)); _exit(1));
	b = CHILD(MUST(setpgid(0, 0)); MUST(read(ends[0], &byte, 1)); _exit(2));
	while (getpgid(b) != b)
		sleep_ms(1);
	CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
	CHECK_EQ(waitpid(0, &status, WNOHANG), 0);
	CHECK_EQ(waitpid(-b, &status, WNOHANG), 0);
	CHECK_ERRNO(waitpid(-a, &status, WNOHANG), ECHILD);
	MUST(write(ends[1], "xx", 2));
	CHECK_EQ(waitpid(-b, &status, 0), b);
	CHECK_EQ(status, 0x200);
	CHECK_ERRNO(waitpid(-b, &status, 0), ECHILD);
	CHECK_EQ(waitpid(0, &status, 0), a);
	CHECK_EQ(status, 0x100);
	CHECK_ERRNO(waitpid(0, &status, 0), ECHILD);
	c = CHILD(_exit(3));
	CHECK_ERRNO(waitpid(c, &status, 0x80), EINVAL);
	CHECK_ERRNO(waitid(P_PID, (id_t)c, &info, 0), EINVAL);
	CHECK_ERRNO(waitid(P_PID, 0, &info, WEXITED), EINVAL);
	CHECK_ERRNO(waitid((idtype_t)9, (id_t)c, &info, WEXITED), EINVAL);
	CHECK_ERRNO(waitid(P_PGID, (id_t)c, &info, WEXITED), ECHILD);
	CHECK_ERRNO(waitpid(INT_MIN, &status, 0), ESRCH);
	// A bad pointer is found after the child is gone.
	while (state_of(c) != 'Z')
		sleep_ms(1);
	CHECK_ERRNO(waitpid(c, (int *)8, 0), EFAULT);
	CHECK_ERRNO(waitpid(c, &status, 0), ECHILD);
	// A grandchild is not ours to wait for.
	c = CHILD(MUST(write(ends[1], &(pid_t) { CHILD(for (;;) pause()) }, 4)); _exit(0));
	pid_t grandchild;
	MUST(read(ends[0], &grandchild, 4));
	CHECK_ERRNO(waitpid(grandchild, &status, WNOHANG), ECHILD);
	kill(grandchild, SIGKILL);
	CHECK_EXIT(c, 0);
}
