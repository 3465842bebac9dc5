// SPDX-License-Identifier: MIT
// Covers: PROC-17. prctl: names, dumpable, parent-death signal, no_new_privs, subreaper, timer
// slack; what does not fit is EINVAL.
#include "contract.h"
#include <sys/prctl.h>

CONTRACT
{
	char name[17] = {0};
	int value = -1;

	CHECK_EQ(prctl(PR_SET_NAME, "a-name-that-is-too-long"), 0);
	CHECK_EQ(prctl(PR_GET_NAME, name), 0);
	CHECK_TEXT(name, "a-name-that-is-");
	CHECK_TEXT(get_file("/proc/self/comm"), "a-name-that-is-\n");
	put_file("/proc/self/comm", "written");
	MUST(prctl(PR_GET_NAME, name));
	CHECK_TEXT(name, "written");
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
	CHECK_EQ(prctl(PR_SET_DUMPABLE, 0), 0);
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
	CHECK_ERRNO(prctl(PR_SET_DUMPABLE, 2), EINVAL);
	MUST(prctl(PR_SET_DUMPABLE, 1));
	CHECK_EQ(prctl(PR_SET_PDEATHSIG, SIGUSR1), 0);
	CHECK_EQ(prctl(PR_GET_PDEATHSIG, &value), 0);
	CHECK_EQ(value, SIGUSR1);
	CHECK_ERRNO(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	CHECK_EXIT(CHILD(MUST(prctl(PR_GET_PDEATHSIG, &value)); CHECK_EQ(value, 0)), 0);
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
			 CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
			 CHECK_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
			 CHECK_EXIT(CHILD(CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1)), 0)),
		   0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 50000);
	CHECK_EQ(prctl(PR_SET_TIMERSLACK, 1000), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1000);
	CHECK_EXIT(CHILD(CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1000); prctl(PR_SET_TIMERSLACK, 0);
			 CHECK_EQ(prctl(PR_GET_TIMERSLACK), 1000)),
		   0);
	CHECK_ERRNO(prctl(987654, 0, 0, 0, 0), EINVAL);
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	CHECK_EQ(prctl(PR_GET_CHILD_SUBREAPER, &value), 0);
	CHECK_EQ(value, 1);
	CHECK_EXIT(CHILD(MUST(prctl(PR_GET_CHILD_SUBREAPER, &value)); CHECK_EQ(value, 0)), 0);
}
