// SPDX-License-Identifier: MIT
// Covers: SIG-25. A stopped group that becomes orphaned gets SIGHUP and SIGCONT; SIGTSTP does
// nothing to an orphaned group.
#include "contract.h"

static volatile int hangups, continues;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (number == SIGHUP)
		hangups++;
	else
		continues++;
}

CONTRACT
{
	int ends[2];
	char report[3] = {0};
	pid_t middle;

	MUST(pipe(ends));
	middle = CHILD(pid_t leaf = CHILD(catch_signal(SIGHUP, handler, 0);
					  catch_signal(SIGCONT, handler, 0); setpgid(0, 0);
					  MUST(kill(getpid(), SIGTSTP));
					  while (!hangups || !continues) sleep_ms(1);
					  // Now orphaned: the terminal's stop has no effect.
					  MUST(kill(getpid(), SIGTSTP)); report[0] = 'h';
					  report[1] = 'c'; MUST(write(ends[1], report, 2)));
		       int status; MUST(waitpid(leaf, &status, WUNTRACED));
		       CHECK(WIFSTOPPED(status)); _exit(0));
	CHECK_EXIT(middle, 0);
	CHECK_EQ(read(ends[0], report, 2), 2);
	CHECK_TEXT(report, "hc");
}
