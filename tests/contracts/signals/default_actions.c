// SPDX-License-Identifier: MIT
// Covers: SIG-14. The default action of every signal: ends, ends with core, ignored, stops.
#include "contract.h"

CONTRACT
{
	for (int number = 1; number <= 64; number++) {
		siginfo_t info = {0};
		int expected = CLD_KILLED;
		pid_t child;

		if (number == 32 || number == 33 || number == 34)
			continue; // musl keeps these to itself
		switch (number) {
		case SIGCHLD:
		case SIGCONT:
		case SIGURG:
		case SIGWINCH:
			expected = CLD_EXITED;
			break;
		case SIGSTOP:
		case SIGTSTP:
		case SIGTTIN:
		case SIGTTOU:
			expected = CLD_STOPPED;
			break;
		case SIGQUIT:
		case SIGILL:
		case SIGTRAP:
		case SIGABRT:
		case SIGBUS:
		case SIGFPE:
		case SIGSEGV:
		case SIGXCPU:
		case SIGXFSZ:
		case SIGSYS:
			expected = CLD_DUMPED;
			break;
		}
		// A group whose parent is in the session and outside the group is not orphaned: it
		// may be stopped.
		child = CHILD(setpgid(0, 0); kill(getpid(), number); _exit(7));
		MUST(waitid(P_PID, (id_t)child, &info, WEXITED | WSTOPPED));
		if (expected == CLD_DUMPED && info.si_code == CLD_KILLED)
			expected = CLD_KILLED; // whether there is a core depends on the folder
		if (info.si_code != expected ||
		    info.si_status != (expected == CLD_EXITED ? 7 : number))
			say("signal %d:", number);
		CHECK_EQ(info.si_code, expected);
		CHECK_EQ(info.si_status, expected == CLD_EXITED ? 7 : number);
		if (expected == CLD_STOPPED) {
			MUST(kill(child, SIGKILL));
			CHECK_KILLED(child, SIGKILL);
		}
	}
}
