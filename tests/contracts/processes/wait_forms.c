// SPDX-License-Identifier: MIT
// Covers: PROC-05. wait4 and waitid: by pid, group, any; WNOHANG, WNOWAIT, WEXITED; errors;
// rusage of the child.
#include "contract.h"

CONTRACT
{
	int status = -1;
	pid_t a, b;
	siginfo_t info;
	struct rusage usage = {0};

	CHECK_ERRNO(wait(&status), ECHILD);
	CHECK_ERRNO(waitpid(1, &status, 0), ECHILD);
	a = CHILD(sleep_ms(30); _exit(258));
	CHECK_EQ(waitpid(a, &status, WNOHANG), 0);
	memset(&info, 0xff, sizeof(info));
	CHECK_EQ(waitid(P_PID, (id_t)a, &info, WEXITED | WNOHANG), 0);
	CHECK_EQ(info.si_pid, 0);
	CHECK_EQ(info.si_signo, 0);
	CHECK_EQ(waitid(P_PID, (id_t)a, &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_pid, a);
	CHECK_EQ(info.si_signo, SIGCHLD);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(info.si_status, 2);
	CHECK_EQ(state_of(a), 'Z');
	CHECK_EQ(wait4(a, &status, 0, &usage), a);
	CHECK_EQ(status, 2 << 8);
	CHECK_ERRNO(waitpid(a, &status, 0), ECHILD);

	a = CHILD(setpgid(0, 0); _exit(1));
	b = CHILD(_exit(2));
	setpgid(a, a);
	CHECK_EQ(waitpid(0, &status, 0), b);
	CHECK_EQ(waitpid(-a, &status, 0), a);
	CHECK_ERRNO(waitpid(-a, &status, 0), ECHILD);
	CHECK_ERRNO(waitid(P_PID, 5, &info, 0), EINVAL);
	CHECK_ERRNO(waitid((idtype_t)9, 5, &info, WEXITED), EINVAL);
	CHECK_ERRNO(wait4(-1, &status, 0x100, NULL), EINVAL);
	CHECK_ERRNO(waitpid(INT_MIN, &status, 0), ESRCH);
	a = CHILD(_exit(0));
	while (state_of(a) != 'Z')
		sleep_ms(1);
	CHECK_ERRNO(wait4(a, (int *)8, 0, NULL), EFAULT);
	// Whether it is gone after that: it is, the status was lost.
	CHECK_ERRNO(waitpid(a, &status, WNOHANG), ECHILD);
}
