// SPDX-License-Identifier: MIT
// Covers: PROC-05 PROC-21. waitpid and waitid tell the same story: exits, signals, stops,
// continues; WNOWAIT leaves it; rusage of the child.
#include "contract.h"

static void expect(pid_t child, int code, int status)
{
	siginfo_t info = {0};

	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_signo, SIGCHLD);
	CHECK_EQ(info.si_code, code);
	CHECK_EQ(info.si_status, status);
	CHECK_EQ(info.si_pid, child);
	CHECK_EQ(info.si_uid, 0);
	CHECK_EQ(info.si_errno, 0);
	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | WNOHANG), 0);
	CHECK_EQ(info.si_pid, child);
}

CONTRACT
{
	struct rlimit none = {0, 0};
	siginfo_t info;
	struct rusage usage;
	pid_t child;
	int status;

	MUST(setrlimit(RLIMIT_CORE, &none));
	child = CHILD(_exit(0x1ff));
	expect(child, CLD_EXITED, 0xff);
	CHECK_EXIT(child, 0xff);
	child = CHILD(raise(SIGKILL));
	expect(child, CLD_KILLED, SIGKILL);
	CHECK_EQ(child_wait(child), SIGKILL);
	child = CHILD(raise(SIGRTMAX));
	expect(child, CLD_KILLED, SIGRTMAX);
	CHECK_EQ(child_wait(child), SIGRTMAX);
	child = CHILD(for (;;) pause());
	kill(child, SIGSTOP);
	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WSTOPPED), 0);
	CHECK_EQ(info.si_code, CLD_STOPPED);
	CHECK_EQ(info.si_status, SIGSTOP);
	// Told once.
	info.si_pid = 77;
	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	kill(child, SIGCONT);
	CHECK_EQ(waitid(P_PID, (id_t)child, &info, WCONTINUED), 0);
	CHECK_EQ(info.si_code, CLD_CONTINUED);
	CHECK_EQ(info.si_status, SIGCONT);
	kill(child, SIGTERM);
	CHECK_EQ(wait4(child, &status, 0, &usage), child);
	CHECK_EQ(status, SIGTERM);
	CHECK(usage.ru_minflt > 0);
	CHECK_ERRNO(wait4(child, &status, 0, NULL), ECHILD);
}
