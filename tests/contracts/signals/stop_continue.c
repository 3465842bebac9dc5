// SPDX-License-Identifier: MIT
// Covers: SIG-15. WUNTRACED and WCONTINUED statuses, SIGCHLD's codes, SIGCONT wakes even when
// blocked; stop discards a pending SIGCONT. Who dies is not reported as continued any more.
#include "contract.h"

static volatile int codes[8], count;

static void on_child(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	codes[count++] = info->si_code;
}

CONTRACT
{
	int status = 0;
	pid_t child;
	siginfo_t info;
	sigset_t cont = set_of(SIGCONT), pending;

	catch_signal(SIGCHLD, on_child, SA_RESTART);
	child = CHILD(sigprocmask(SIG_BLOCK, &cont, NULL); for (;;) pause());
	MUST(kill(child, SIGSTOP));
	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	CHECK_EQ(state_of(child), 'T');
	CHECK_EQ(waitpid(child, &status, WUNTRACED | WNOHANG), 0);
	MUST(kill(child, SIGTERM));
	sleep_ms(5);
	CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
	MUST(kill(child, SIGCONT));
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, SIGTERM);

	count = 0;
	child = CHILD(for (;;) pause());
	MUST(kill(child, SIGSTOP));
	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	while (count < 1) // else one SIGCHLD may stand for both
		sleep_ms(1);
	MUST(kill(child, SIGCONT));
	CHECK_EQ(waitpid(child, &status, WCONTINUED), child);
	CHECK_EQ(status, 0xffff);
	while (count < 2)
		sleep_ms(1);
	CHECK_EQ(waitpid(child, &status, WCONTINUED | WNOHANG), 0);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	CHECK_EQ(codes[0], CLD_STOPPED);
	CHECK_EQ(codes[1], CLD_CONTINUED);
	CHECK_EQ(codes[2], CLD_KILLED);

	// Its death makes a continuation forgotten that nobody asked about.
	child = CHILD(for (;;) pause());
	MUST(kill(child, SIGSTOP));
	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	MUST(kill(child, SIGCONT));
	MUST(kill(child, SIGKILL));
	CHECK_ERRNO(waitid(P_PID, (id_t)child, &info, WCONTINUED), ECHILD);
	CHECK_KILLED(child, SIGKILL);

	// SA_NOCLDSTOP: neither is told.
	catch_signal(SIGCHLD, on_child, SA_RESTART | SA_NOCLDSTOP);
	count = 0;
	child = CHILD(for (;;) pause());
	MUST(kill(child, SIGSTOP));
	CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	CHECK_EQ(count, 1);
	CHECK_EQ(codes[0], CLD_KILLED);

	// A stop signal throws a pending SIGCONT away, and the other way round.
	MUST(sigprocmask(SIG_BLOCK, &cont, NULL));
	sigset_t stop = set_of(SIGTSTP);
	MUST(sigprocmask(SIG_BLOCK, &stop, NULL));
	MUST(kill(getpid(), SIGCONT));
	MUST(kill(getpid(), SIGTSTP));
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGCONT), 0);
	CHECK_EQ(sigismember(&pending, SIGTSTP), 1);
	MUST(kill(getpid(), SIGCONT));
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGTSTP), 0);
}
