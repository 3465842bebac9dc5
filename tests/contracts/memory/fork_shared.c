// SPDX-License-Identifier: MIT
// Covers: MEM-17 MEM-01. After fork: private pages part at the first write on either side, in
// any order of three processes; shared anonymous ones never do.
#include "contract.h"

CONTRACT
{
	char *private =
		MAP(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int to[2], back[2];

	MUST(pipe(to));
	MUST(pipe(back));
	memset(private, 'a', 16 * PAGE);
	pid_t child =
		CHILD(private[0] = 'c';
		      pid_t second = CHILD(private[0] = 'g'; private[PAGE] = 'g';
					   CHECK_EQ(private[2 * PAGE], 'a'); shared[2] = 'g');
		      CHECK_EXIT(second, 0); CHECK_EQ(private[0], 'c');
		      CHECK_EQ(private[PAGE], 'a'); tell(back); hear(to);
		      CHECK_EQ(private[3 * PAGE], 'a'); CHECK_EQ(shared[0], 'p'); shared[1] = 'c');
	hear(back);
	CHECK_EQ(private[0], 'a');
	private[3 * PAGE] = 'p';
	shared[0] = 'p';
	tell(to);
	CHECK_EXIT(child, 0);
	CHECK_EQ(shared[1], 'c');
	CHECK_EQ(shared[2], 'g');
	for (size_t i = 0; i < 16; i++)
		if (private[i * PAGE] != (i == 3 ? 'p' : 'a')) {
			say("FAIL: page %zu is '%c'", i, private[i * PAGE]);
			_exit(1);
		}
	// The zero page is not shared writable either.
	char *fresh = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(fresh[0], 0);
	CHECK_EXIT(CHILD(fresh[0] = 1), 0);
	CHECK_EQ(fresh[0], 0);
	// A system call's store into a page not yet parted.
	int fd = (int)MUST(open("/dev/zero", O_RDONLY));
	CHECK_EXIT(CHILD(CHECK_EQ(read(fd, private, PAGE), PAGE); CHECK_EQ(private[0], 0)), 0);
	CHECK_EQ(private[0], 'a');
}
