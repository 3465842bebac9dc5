// SPDX-License-Identifier: MIT
// Covers: PROC-13. Capabilities over changes of user: lost with the last root id, effective ones
// with the effective id, kept by PR_SET_KEEPCAPS; the bounding set.
#include "contract.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static uint64_t permitted, effective, inheritable;

static void get(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	MUST(syscall(SYS_capget, &head, data));
	permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	effective = data[0].effective | (uint64_t)data[1].effective << 32;
	inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
}

static void set(uint64_t p, uint64_t e)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{(uint32_t)e, (uint32_t)p, 0},
						 {(uint32_t)(e >> 32), (uint32_t)(p >> 32), 0}};

	MUST(syscall(SYS_capset, &head, data));
}

CONTRACT
{
	struct __user_cap_header_struct head = {0x12345, 0};

	get();
	uint64_t all = permitted;
	CHECK_EQ(all, (1UL << 41) - 1);
	CHECK_EQ(effective, all);
	CHECK_EQ(inheritable, 0);
	CHECK_ERRNO(syscall(SYS_capget, &head, &head), EINVAL);
	CHECK_EQ(head.version, _LINUX_CAPABILITY_VERSION_3);
	CHECK_EXIT(CHILD(MUST(setresuid(1, 1, 1)); get(); CHECK_EQ(permitted, 0);
			 CHECK_EQ(effective, 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresuid(-1, 1, -1)); get(); CHECK_EQ(permitted, all);
			 CHECK_EQ(effective, 0); MUST(setresuid(-1, 0, -1)); get();
			 CHECK_EQ(effective, all)),
		   0);
	CHECK_EXIT(CHILD(MUST(prctl(PR_SET_KEEPCAPS, 1)); MUST(setresuid(1, 1, 1)); get();
			 CHECK_EQ(permitted, all); CHECK_EQ(effective, 0);
			 set(1 << CAP_KILL, 1 << CAP_KILL); get();
			 CHECK_EQ(permitted, 1 << CAP_KILL); CHECK_EQ(kill(1, 0), 0);
			 CHECK_ERRNO(chown(".", 0, 0), EPERM);
			 // What has been given up does not come back.
			 struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
			 struct __user_cap_data_struct data[2] = {{1, 1, 0}, {0, 0, 0}};
			 CHECK_ERRNO(syscall(SYS_capset, &h, data), EPERM)),
		   0);
	CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1);
	CHECK_ERRNO(prctl(PR_CAPBSET_READ, 63), EINVAL);
	CHECK_EXIT(CHILD(MUST(prctl(PR_CAPBSET_DROP, CAP_CHOWN));
			 CHECK_EQ(prctl(PR_CAPBSET_READ, CAP_CHOWN), 0); MUST(setresuid(1, 1, 1));
			 CHECK_ERRNO(prctl(PR_CAPBSET_DROP, CAP_KILL), EPERM)),
		   0);
}
