// SPDX-License-Identifier: MIT
// Covers: MEM-18 MEM-09. mlock, mlock2, mlockall, MAP_LOCKED: pages are there at once, VmLck
// counts, RLIMIT_MEMLOCK for users, munlock, fork drops it.
#include "contract.h"

static long locked(void)
{
	return (long)field_of("/proc/self/status", "VmLck:");
}

CONTRACT
{
	struct rlimit limit = {2 * PAGE, 2 * PAGE};
	unsigned char present[4];
	char *area =
		MAP(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(locked(), 0);
	CHECK_EQ(mlock(area + 10, PAGE), 0);
	CHECK_EQ(locked(), 8);
	MUST(mincore(area, 4 * PAGE, present));
	CHECK_EQ(present[0] & present[1] & 1, 1);
	CHECK_EQ(present[2] & 1, 0);
	CHECK_EQ(mlock(area, 2 * PAGE), 0);
	CHECK_EQ(locked(), 8);
	CHECK_EQ(munlock(area, PAGE), 0);
	CHECK_EQ(locked(), 4);
	CHECK_EQ(syscall(SYS_mlock2, area + 2 * PAGE, PAGE, 1), 0);
	CHECK_EQ(locked(), 8);
	MUST(mincore(area, 4 * PAGE, present));
	CHECK_EQ(present[2] & 1, 0);
	CHECK_ERRNO(syscall(SYS_mlock2, area, PAGE, 2), EINVAL);
	MUST(munmap(area + PAGE, PAGE));
	CHECK_EQ(locked(), 4);
	CHECK_ERRNO(mlock(area, 4 * PAGE), ENOMEM);
	MUST(munlock(area, PAGE));
	MUST(munlock(area + 2 * PAGE, 2 * PAGE));
	CHECK_EQ(locked(), 0);
	char *map = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	MUST(mincore(map, 2 * PAGE, present));
	CHECK_EQ(present[1] & 1, 1);
	CHECK_EQ(locked(), 8);
	CHECK_EXIT(CHILD(CHECK_EQ(locked(), 0)), 0);
	MUST(munlock(map, 2 * PAGE));
	CHECK_EXIT(CHILD(MUST(setrlimit(RLIMIT_MEMLOCK, &limit)); MUST(setresuid(7, 7, 7));
			 CHECK_EQ(mlock(map, 2 * PAGE), 0); CHECK_ERRNO(mlock(area, PAGE), ENOMEM);
			 MUST(munlock(map, PAGE)); CHECK_EQ(mlock(area, PAGE), 0);
			 CHECK_ERRNO((long)mmap(NULL, 2 * PAGE, PROT_READ,
						MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
				     EAGAIN);
			 limit.rlim_cur = 0; MUST(setrlimit(RLIMIT_MEMLOCK, &limit));
			 CHECK_ERRNO(mlock(area + 2 * PAGE, PAGE), EPERM)),
		   0);
	CHECK_EXIT(CHILD(CHECK_EQ(mlockall(MCL_FUTURE), 0); long before = locked();
			 MAP(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
			 CHECK_EQ(locked() - before, 20); CHECK_EQ(munlockall(), 0);
			 CHECK_EQ(locked(), 0)),
		   0);
	// With MCL_ONFAULT what comes later is locked and not there; it is another kind of mapping.
	CHECK_EXIT(CHILD(CHECK_EQ(mlockall(MCL_FUTURE | 4), 0);
			 map = MAP(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			 MUST(mincore(map, 4 * PAGE, present)); CHECK_EQ(present[0] & 1, 0);
			 CHECK_EQ(locked(), 16); CHECK_EQ(mlock(map + PAGE, PAGE), 0);
			 MUST(mincore(map, 4 * PAGE, present)); CHECK_EQ(present[0] & 1, 0);
			 CHECK_EQ(present[1] & 1, 1); CHECK_ERRNO(
				 (long)mremap(map, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE), EFAULT)),
		   0);
	// Locked before it could be written: it is there when it can.
	map = MAP(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	MUST(mincore(map, 4 * PAGE, present));
	CHECK_EQ(present[1] & 1, 0);
	MUST(mprotect(map + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
	MUST(mincore(map, 4 * PAGE, present));
	CHECK_EQ(present[0] & 1, 0);
	CHECK_EQ(present[1] & present[2] & 1, 1);
	CHECK_EQ(present[3] & 1, 0);
	// What is shared is not filled by that.
	map = MAP(NULL, 2 * PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	MAP(map + PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1,
	    0);
	MUST(mprotect(map, 2 * PAGE, PROT_READ | PROT_WRITE));
	MUST(mincore(map, 2 * PAGE, present));
	CHECK_EQ(present[0] & 1, 0);
	CHECK_EQ(present[1] & 1, 1);
	CHECK_ERRNO(mlockall(0), EINVAL);
	CHECK_ERRNO(mlockall(64), EINVAL);
}
