// SPDX-License-Identifier: MIT
// Covers: PROC-01. What execve keeps: pid, parent, group, session, cwd, umask, nice, limits,
// mask, pending signals, timers' remaining time, children; what it drops.
#include "contract.h"
#include <sys/times.h>

CONTRACT
{
	struct itimerspec at_once = {{0, 0}, {0, 1}};
	sigset_t set = set_of(SIGUSR1), now;
	char text[128], folder[128];
	struct rlimit limit = {100, 200};

	if (getenv("WHO")) {
		snprintf(text, sizeof(text), "%d %d %d %d", getpid(), getppid(), getpgrp(),
			 getsid(0));
		CHECK_TEXT(text, getenv("WHO"));
		CHECK(getcwd(folder, sizeof(folder)) != NULL);
		CHECK_TEXT(folder, "/tmp/contract/sub");
		CHECK_EQ(umask(0), 027);
		CHECK_EQ(getpriority(PRIO_PROCESS, 0), 5);
		MUST(getrlimit(RLIMIT_NOFILE, &limit));
		CHECK_EQ(limit.rlim_cur, 100);
		MUST(sigprocmask(SIG_SETMASK, NULL, &now));
		CHECK_EQ(sigismember(&now, SIGUSR1), 1);
		MUST(sigpending(&now));
		CHECK_EQ(sigismember(&now, SIGUSR1), 1);
		CHECK_EQ(sigismember(&now, SIGALRM), 0); // its timer is no more
		struct itimerval left;
		MUST(getitimer(ITIMER_REAL, &left));
		CHECK(left.it_value.tv_sec > 900);
		timer_t none = 0;
		struct itimerspec value;
		CHECK_ERRNO(syscall(SYS_timer_gettime, none, &value), EINVAL);
		CHECK_EXIT(atoi(getenv("CHILD")), 3);
		CHECK_EQ(fcntl(50, F_GETFD), 0);
		CHECK_ERRNO(fcntl(51, F_GETFD), EBADF);
		char name[16];
		CHECK_EQ(syscall(SYS_prctl, 16, name, 0, 0, 0), 0);
		// The last part of the path that was given.
		CHECK_TEXT(name, "exe");
		_exit(0);
	}
	sigaddset(&set, SIGALRM);
	pid_t child = CHILD(
		MUST(mkdir("sub", 0755)); MUST(chdir("sub")); umask(027);
		setpriority(PRIO_PROCESS, 0, 5); MUST(setrlimit(RLIMIT_NOFILE, &limit));
		sigprocmask(SIG_BLOCK, &set, NULL); raise(SIGUSR1);
		struct itimerval timer = {{0, 0}, {1000, 0}};
		MUST(setitimer(ITIMER_REAL, &timer, NULL)); int id;
		MUST(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id));
		MUST(syscall(SYS_timer_settime, id, 0, &at_once, NULL)); do MUST(sigpending(&now));
		while (!sigismember(&now, SIGALRM)); pid_t grandchild = CHILD(_exit(3));
		char who[128]; char kid[32]; snprintf(who, sizeof(who), "WHO=%d %d %d %d", getpid(),
						      getppid(), getpgrp(), getsid(0));
		snprintf(kid, sizeof(kid), "CHILD=%d", grandchild); MUST(dup2(1, 50));
		MUST(dup3(1, 51, O_CLOEXEC)); syscall(SYS_prctl, 15, "other", 0, 0, 0);
		execle("/proc/self/exe", "x", NULL, (char *[]){who, kid, NULL}); _exit(8));
	CHECK_EXIT(child, 0);
}
