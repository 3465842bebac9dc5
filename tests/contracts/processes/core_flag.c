// SPDX-License-Identifier: MIT
// Covers: PROC-20. A signal that dumps core sets the flag in the wait status only if a dump was
// made: not with RLIMIT_CORE 0, not for one that only kills.
#include "contract.h"

CONTRACT
{
	struct rlimit none = {0, 0};
	siginfo_t info;
	int status;
	pid_t child;

	MUST(setrlimit(RLIMIT_CORE, &none));
	child = CHILD(abort());
	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_code, CLD_KILLED);
	status = child_wait(child);
	CHECK_EQ(status, SIGABRT);
	CHECK(!WCOREDUMP(status));
	CHECK_EQ(child_wait(CHILD(raise(SIGQUIT))), SIGQUIT);
	CHECK_EQ(child_wait(CHILD(raise(SIGTERM))), SIGTERM);
	CHECK_EQ(child_wait(CHILD(*(volatile char *)8 = 1)), SIGSEGV);
	CHECK_ERRNO(access("core", F_OK), ENOENT);
}
