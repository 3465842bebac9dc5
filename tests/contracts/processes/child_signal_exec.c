// SPDX-License-Identifier: MIT
// Covers: PROC-04. Explicitly ignored SIGCHLD survives exec and children vanish; the default
// leaves zombies; SA_NOCLDWAIT is reset by exec with its handler.
#include "contract.h"

#define SELF "/proc/self/exe"

static void ignored_child(void)
{
	int status;
	pid_t child = CHILD(_exit(0));

	// The wait sleeps until it has ended and then says that there is none.
	CHECK_ERRNO(waitpid(child, &status, 0), ECHILD);
	while (state_of(child))
		sleep_ms(1);
}

static void default_child(void)
{
	pid_t child = CHILD(_exit(4));

	while (state_of(child) != 'Z')
		sleep_ms(1);
	CHECK_EXIT(child, 4);
}

CONTRACT
{
	const char *stage = getenv("STAGE");
	struct sigaction action = {.sa_handler = SIG_IGN}, now;

	if (stage && *stage == 'i') {
		MUST(sigaction(SIGCHLD, NULL, &now));
		CHECK(now.sa_handler == SIG_IGN);
		ignored_child();
		_exit(0);
	}
	if (stage && *stage == 'd') {
		MUST(sigaction(SIGCHLD, NULL, &now));
		CHECK(now.sa_handler == SIG_DFL);
		default_child();
		_exit(0);
	}
	default_child();
	MUST(sigaction(SIGCHLD, &action, NULL));
	ignored_child();
	action.sa_handler = SIG_DFL;
	MUST(sigaction(SIGCHLD, &action, NULL));
	CHECK_EXIT(CHILD(signal(SIGCHLD, SIG_IGN);
			 execle(SELF, "i", NULL, (char *[]){"STAGE=i", NULL})),
		   0);
	action.sa_flags = SA_NOCLDWAIT;
	MUST(sigaction(SIGCHLD, &action, NULL));
	ignored_child();
	// SA_NOCLDWAIT is not kept over exec.
	action.sa_flags = 0;
	MUST(sigaction(SIGCHLD, &action, NULL));
	CHECK_EXIT(CHILD(action.sa_flags = SA_NOCLDWAIT; sigaction(SIGCHLD, &action, NULL);
			 execle(SELF, "d", NULL, (char *[]){"STAGE=d", NULL})),
		   0);
}
