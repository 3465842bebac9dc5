// SPDX-License-Identifier: MIT
// Covers: SIG-36 SIG-15. SIGCONT throws pending stops away and stops throw SIGCONT away; it
// continues even where blocked or ignored; SIGKILL kills the stopped.
#include "contract.h"

static int is_pending(int number)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, number);
}

static void wait_stopped(pid_t child)
{
	int status;

	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
}

static void wait_continued(pid_t child)
{
	int status;

	CHECK_EQ(waitpid(child, &status, WCONTINUED), child);
	CHECK_EQ(status, 0xffff);
}

CONTRACT
{
	sigset_t set = set_of(SIGTSTP), all;
	pid_t child;

	sigaddset(&set, SIGTTIN);
	sigaddset(&set, SIGCONT);
	MUST(sigprocmask(SIG_SETMASK, &set, NULL));
	raise(SIGTSTP);
	raise(SIGTTIN);
	CHECK_EQ(is_pending(SIGTSTP), 1);
	raise(SIGCONT);
	CHECK_EQ(is_pending(SIGTSTP), 0);
	CHECK_EQ(is_pending(SIGTTIN), 0);
	CHECK_EQ(is_pending(SIGCONT), 1);
	raise(SIGTSTP);
	CHECK_EQ(is_pending(SIGCONT), 0);
	raise(SIGCONT);
	sigfillset(&all);
	child = CHILD(sigprocmask(SIG_SETMASK, &all, NULL); signal(SIGCONT, SIG_IGN);
		      for (;;) sleep_ms(100));
	kill(child, SIGSTOP);
	wait_stopped(child);
	CHECK_EQ(state_of(child), 'T');
	kill(child, SIGCONT);
	wait_continued(child);
	kill(child, SIGSTOP);
	wait_stopped(child);
	// Stopped: nothing but SIGKILL and SIGCONT acts on it.
	kill(child, SIGTERM);
	sleep_ms(20);
	CHECK_EQ(state_of(child), 'T');
	kill(child, SIGKILL);
	CHECK_KILLED(child, SIGKILL);
	// A pending SIGTERM acts once it goes on.
	child = CHILD(for (;;) pause());
	kill(child, SIGSTOP);
	wait_stopped(child);
	kill(child, SIGTERM);
	sleep_ms(10);
	CHECK_EQ(waitpid(child, NULL, WNOHANG), 0);
	kill(child, SIGCONT);
	int status;
	do
		MUST(waitpid(child, &status, WCONTINUED));
	while (WIFCONTINUED(status));
	CHECK_EQ(status & 0x7f, SIGTERM);
}
