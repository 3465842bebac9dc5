// SPDX-License-Identifier: MIT
// Covers: MEM-04. MAP_FIXED replaces what was there, whole and in part; FIXED_NOREPLACE refuses;
// hints are taken when free; lengths round up; zero and overflow err.
#include "contract.h"

CONTRACT
{
	char *area = MAP(NULL, 6 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0),
	     *got;

	memset(area, 'x', 6 * PAGE);
	CHECK(mmap(area + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area + PAGE);
	CHECK_EQ(area[PAGE - 1], 'x');
	CHECK_EQ(area[PAGE], 0);
	CHECK_EQ(area[3 * PAGE - 1], 0);
	CHECK_EQ(area[3 * PAGE], 'x');
	CHECK_ERRNO((long)mmap(area + 5 * PAGE, 2 * PAGE, PROT_READ,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
		    EEXIST);
	MUST(munmap(area + 4 * PAGE, 2 * PAGE));
	CHECK(mmap(area + 4 * PAGE, PAGE, PROT_READ,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == area + 4 * PAGE);
	CHECK(mmap(area + 5 * PAGE + 100, 10, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      area + 5 * PAGE);
	got = mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(got != MAP_FAILED && got != area);
	CHECK_EQ(area[0], 'x');
	CHECK_ERRNO((long)mmap(area + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			       -1, 0),
		    EINVAL);
	CHECK_ERRNO((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
	CHECK_ERRNO((long)mmap(NULL, SIZE_MAX - 100, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		    ENOMEM);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	CHECK_ERRNO((long)syscall(SYS_mmap, 0xffffffffff000000, PAGE, PROT_READ,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		    ENOMEM);
	CHECK_ERRNO(munmap(area + 1, PAGE), EINVAL);
	CHECK_ERRNO(munmap(area, 0), EINVAL);
}
