// SPDX-License-Identifier: MIT
// Covers: MEM-14. PR_SET_THP_DISABLE: no 2 MiB pages for this process, its children, and the
// programs they become, whatever they advise; those it has stay.
#include "thp_helpers.h"

#include <sys/prctl.h>

static long fresh(void)
{
	char *map = blocks(3);

	for (size_t i = 0; i < 3; i++)
		map[i * BIG] = 1;
	return smaps_number(map, "AnonHugePages:");
}

CONTRACT
{
	policy_madvise();
	char *early = blocks(2);

	early[0] = early[BIG] = 1;
	CHECK(smaps_number(early, "AnonHugePages:") >= 2048);
	CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
	CHECK_EQ(field_of("/proc/self/status", "THP_enabled:"), 1);
	CHECK_ERRNO(prctl(PR_GET_THP_DISABLE, 1, 0, 0, 0), EINVAL);
	CHECK_ERRNO(prctl(PR_SET_THP_DISABLE, 1, 1, 0, 0), EINVAL);
	CHECK_ERRNO(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 1), EINVAL);
	CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);

	CHECK_EQ(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1);
	CHECK_EQ(field_of("/proc/self/status", "THP_enabled:"), 0);
	CHECK_EQ(smaps_number(early, "THPeligible:"), 0);
	CHECK(smaps_number(early, "AnonHugePages:") >= 2048);
	CHECK_EQ(fresh(), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1); CHECK_EQ(fresh(), 0)),
		   0);
	CHECK_EXIT(CHILD(execl("/bin/grep", "grep", "-q", "^THP_enabled:.*0$", "/proc/self/status",
			       NULL);
			 _exit(9)),
		   0);

	CHECK_EQ(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
	CHECK(fresh() >= 2048);
}
