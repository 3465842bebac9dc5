// SPDX-License-Identifier: MIT
// Covers: PROC-13. Capabilities follow the effective id; dropping one takes its power away; the
// bounding set.
#include "contract.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static uint64_t effective(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	MUST(syscall(SYS_capget, &header, data));
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

CONTRACT
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0}, wrong = {1, 0};
	struct __user_cap_data_struct data[2] = {{0}};
	pid_t child;

	CHECK((effective() & 1ULL << CAP_KILL) != 0);
	CHECK((effective() & 1ULL << CAP_SYS_ADMIN) != 0);
	CHECK_ERRNO(syscall(SYS_capget, &wrong, data), EINVAL);
	CHECK_EQ(wrong.version, _LINUX_CAPABILITY_VERSION_3);
	put_file("f", "x");
	MUST(chmod("f", 0));
	CHECK(open("f", O_RDONLY) >= 0);
	child = CHILD(MUST(setresuid(-1, 1000, 0)); CHECK_EQ(effective(), 0);
		      CHECK_ERRNO(open("f", O_RDONLY), EACCES); MUST(setresuid(-1, 0, -1));
		      CHECK((effective() & 1ULL << CAP_KILL) != 0));
	CHECK_EXIT(child, 0);
	child = CHILD(MUST(prctl(PR_SET_KEEPCAPS, 1)); MUST(setuid(1000)); CHECK_EQ(effective(), 0);
		      data[0].permitted = data[0].effective = 1U << CAP_KILL;
		      MUST(syscall(SYS_capset, &header, data));
		      CHECK_EQ(effective(), 1ULL << CAP_KILL); CHECK_EQ(kill(getppid(), 0), 0);
		      data[0].permitted |= 1U << CAP_CHOWN;
		      CHECK_ERRNO(syscall(SYS_capset, &header, data), EPERM));
	CHECK_EXIT(child, 0);
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 1);
	MUST(prctl(PR_CAPBSET_DROP, CAP_KILL));
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 0);
	CHECK_ERRNO(prctl(PR_CAPBSET_READ, 200), EINVAL);
}
