// SPDX-License-Identifier: MIT
// Covers: SIG-34. rt_sigqueueinfo: a made-up code is refused for another process and allowed for
// oneself, which is the thread that calls; values arrive unchanged.
#include "contract.h"

static siginfo_t seen;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	seen = *info;
}

// One's own number is the thread's, not the process's.
static void *from_thread(void *argument)
{
	siginfo_t info = {.si_code = SI_USER};
	int pidfd = (int)MUST(syscall(SYS_pidfd_open, getpid(), 0));

	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), SIGCHLD, &info), EPERM);
	CHECK_EQ(syscall(SYS_rt_sigqueueinfo, gettid(), SIGCHLD, &info), 0);
	CHECK_ERRNO(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGCHLD, &info), EPERM);
	CHECK_EQ(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGCHLD, &info), 0);
	CHECK_ERRNO(syscall(SYS_rt_tgsigqueueinfo, getpid(), -1, SIGCHLD, &info), EINVAL);
	info.si_signo = SIGCHLD;
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, pidfd, SIGCHLD, &info, 0), EPERM);
	close(pidfd);
	return argument;
}

CONTRACT
{
	pthread_t thread;
	siginfo_t info = {.si_signo = 99, .si_code = SI_QUEUE};
	pid_t child;

	info.si_pid = 4711;
	info.si_uid = 815;
	info.si_value.sival_int = 42;
	catch_signal(SIGRTMIN + 1, handler, 0);
	CHECK_EQ(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &info), 0);
	CHECK_EQ(seen.si_signo, SIGRTMIN + 1);
	CHECK_EQ(seen.si_pid, 4711);
	CHECK_EQ(seen.si_uid, 815);
	CHECK_EQ(seen.si_value.sival_int, 42);
	info.si_code = SI_USER;
	CHECK_EQ(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN + 1, &info), 0);
	CHECK_EQ(seen.si_code, SI_USER);
	signal(SIGRTMIN + 1, SIG_DFL);
	child = CHILD(for (;;) pause());
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, child, SIGRTMIN + 1, &info), EPERM);
	info.si_code = SI_TKILL;
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, child, SIGRTMIN + 1, &info), EPERM);
	info.si_code = 5;
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, child, SIGRTMIN + 1, &info), EPERM);
	info.si_code = SI_QUEUE;
	CHECK_EQ(syscall(SYS_rt_tgsigqueueinfo, child, child, SIGRTMIN + 1, &info), 0);
	CHECK_KILLED(child, SIGRTMIN + 1);
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, child, SIGRTMIN + 1, &info), ESRCH);
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), 65, &info), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, (void *)8), EFAULT);
	CHECK_ERRNO(syscall(SYS_rt_tgsigqueueinfo, 0, getpid(), SIGRTMIN, &info), EINVAL);
	CHECK_EQ(syscall(SYS_rt_sigqueueinfo, getpid(), 0, &info), 0);
	MUST(pthread_create(&thread, NULL, from_thread, NULL));
	MUST(pthread_join(thread, NULL));
}
