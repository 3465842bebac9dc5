// SPDX-License-Identifier: MIT
// Covers: PROC-06. Orphans go to the nearest living sub-reaper; PR_SET_PDEATHSIG tells a child.
#include "contract.h"
#include <sys/prctl.h>

CONTRACT
{
	int ends[2], status, on = 0;
	pid_t numbers[2], middle;

	MUST(pipe(ends));
	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
	MUST(prctl(PR_GET_CHILD_SUBREAPER, &on));
	CHECK_EQ(on, 1);
	middle = CHILD(pid_t mine = getpid();
		       CHILD(while (getppid() == mine) sleep_ms(1); numbers[0] = getpid();
			     numbers[1] = getppid(); MUST(write(ends[1], numbers, sizeof(numbers)));
			     _exit(9)));
	CHECK_EXIT(middle, 0);
	CHECK_EQ(read(ends[0], numbers, sizeof(numbers)), sizeof(numbers));
	CHECK_EQ(numbers[1], getpid());
	CHECK_EQ(waitpid(-1, &status, 0), numbers[0]);
	CHECK_EQ(status, 9 << 8);

	middle = CHILD(pid_t leaf = CHILD(prctl(PR_SET_PDEATHSIG, SIGUSR1);
					  MUST(write(ends[1], "", 1)); for (;;) pause());
		       MUST(read(ends[0], &status, 1)); numbers[0] = leaf;
		       MUST(write(ends[1], numbers, sizeof(numbers))));
	CHECK_EXIT(middle, 0);
	CHECK_EQ(read(ends[0], numbers, sizeof(numbers)), sizeof(numbers));
	CHECK_KILLED(numbers[0], SIGUSR1);
}
