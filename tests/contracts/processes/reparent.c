// SPDX-License-Identifier: MIT
// Covers: PROC-06. Orphans go to the nearest living sub-reaper, to a living thread of it;
// PR_SET_PDEATHSIG tells a child.
#include "contract.h"
#include <sys/prctl.h>

// The sub-reaper's leader has ended: its other thread gets the orphan.
static void *reaps(void *argument)
{
	pid_t middle, orphan;
	int ends[2], status;

	MUST(pipe(ends));
	while (state_of(getpid()) != 'Z')
		sleep_ms(1);
	middle = CHILD(orphan = CHILD(hear(ends); _exit(8)); _exit(orphan == 0));
	CHECK_EXIT(middle, 0);
	tell(ends);
	CHECK(waitpid(-1, &status, __WNOTHREAD) > 0);
	CHECK_EQ(status, 8 << 8);
	_exit(7);
	return argument;
}

static void reap_without_leader(void)
{
	pthread_t thread;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
	MUST(pthread_create(&thread, NULL, reaps, NULL));
	syscall(SYS_exit, 0);
}

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
	CHECK_EXIT(CHILD(reap_without_leader()), 7);
}
