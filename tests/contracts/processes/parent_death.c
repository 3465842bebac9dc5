// SPDX-License-Identifier: MIT
// Covers: PROC-06. The parent-death signal comes when the parent thread ends; orphans go to the
// nearest sub-reaper, who gets SIGCHLD and can wait for them. A parent that may not signal its
// child sends it none.
#include "contract.h"
#include <sys/prctl.h>

CONTRACT
{
	int ends[2], status;
	pid_t middle, orphan = 0, got;

	MUST(pipe(ends));
	CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	middle = CHILD(
		pid_t mine = CHILD(prctl(PR_SET_PDEATHSIG, SIGUSR2); tell(ends); for (;;) pause());
		hear(ends); MUST(write(ends[1], &mine, sizeof(mine))); _exit(2));
	CHECK_EXIT(middle, 2);
	MUST(read(ends[0], &orphan, sizeof(orphan)));
	got = (pid_t)MUST(waitpid(-1, &status, 0));
	CHECK_EQ(got, orphan);
	CHECK_EQ(status, SIGUSR2);
	// Without the signal it lives on, with us as its parent.
	middle = CHILD(pid_t first = getpid();
		       CHILD(while (getppid() == first) sleep_ms(1); pid_t now = getppid();
			     MUST(write(ends[1], &now, sizeof(now))); _exit(3)));
	CHECK_EXIT(middle, 0);
	MUST(read(ends[0], &got, sizeof(got)));
	CHECK_EQ(got, getpid());
	MUST(waitpid(-1, &status, 0));
	CHECK_EQ(status, 0x300);
	// It does not come from a parent that may not signal its child any more.
	middle = CHILD(pid_t first = getpid();
		       CHILD(prctl(PR_SET_PDEATHSIG, SIGUSR2); tell(ends);
			     while (getppid() == first) sleep_ms(1); sleep_ms(5); _exit(6));
		       hear(ends); MUST(setuid(1000)));
	CHECK_EXIT(middle, 0);
	MUST(waitpid(-1, &status, 0));
	CHECK_EQ(status, 0x600);
	// Zombies too: one whose parent never waited.
	middle = CHILD(pid_t zombie = CHILD(_exit(4)); while (state_of(zombie) != 'Z') sleep_ms(1);
		       _exit(5));
	CHECK_EXIT(middle, 5);
	MUST(waitpid(-1, &status, 0));
	CHECK_EQ(status, 0x400);
}
