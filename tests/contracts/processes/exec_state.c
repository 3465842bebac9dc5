// SPDX-License-Identifier: MIT
// Covers: PROC-01. What execve keeps and what it resets: handlers, ignored signals, mask,
// pending, alternate stack, CLOEXEC, pid.
#include "contract.h"

static void handler(int number)
{
	(void)number;
}

static void after(void)
{
	struct sigaction action;
	sigset_t now, pending;
	stack_t stack;

	MUST(sigaction(SIGUSR1, NULL, &action));
	CHECK(action.sa_handler == SIG_DFL);
	MUST(sigaction(SIGUSR2, NULL, &action));
	CHECK(action.sa_handler == SIG_IGN);
	MUST(sigaction(SIGCHLD, NULL, &action));
	CHECK(action.sa_handler == SIG_IGN);
	MUST(sigaction(SIGURG, NULL, &action));
	CHECK(action.sa_handler == SIG_DFL);
	MUST(sigprocmask(SIG_BLOCK, NULL, &now));
	CHECK_EQ(sigismember(&now, SIGHUP), 1);
	CHECK_EQ(sigismember(&now, SIGTERM), 0);
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGHUP), 1);
	MUST(sigaltstack(NULL, &stack));
	CHECK_EQ(stack.ss_flags, SS_DISABLE);
	CHECK_EQ(atoi(getenv("SELF")), getpid());
	CHECK_ERRNO(fcntl(10, F_GETFD), EBADF);
	CHECK_EQ(fcntl(11, F_GETFD), 0);
	CHECK_EQ(umask(0), 027);
	CHECK(getenv("HOME") == NULL);
}

CONTRACT
{
	static char stack[65536];
	stack_t new = {.ss_sp = stack, .ss_size = sizeof(stack)};
	sigset_t block = set_of(SIGHUP);
	char self[32], path[4096];
	char *arguments[] = {"x", NULL}, *environment[] = {self, NULL};

	if (getenv("SELF")) {
		after();
		return;
	}
	MUST(syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", memset(path, 0, sizeof(path)),
		     sizeof(path) - 1));
	snprintf(self, sizeof(self), "SELF=%d", getpid());
	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGURG, SIG_DFL);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	raise(SIGHUP);
	MUST(sigaltstack(&new, NULL));
	MUST(dup3(1, 10, O_CLOEXEC));
	MUST(dup2(1, 11));
	umask(027);
	execve(path, arguments, environment);
	CHECK(!"execve worked");
}
