// SPDX-License-Identifier: MIT
// Covers: SIG-10. sigtimedwait: takes a blocked signal with its siginfo, EAGAIN after its time,
// EINTR by another, lowest first, errors.
#include "contract.h"

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

CONTRACT
{
	sigset_t set = set_of(SIGUSR1);
	struct timespec none = {0, 0}, little = {0, 20000000}, bad = {0, 1000000000},
			longer = {30, 0};
	siginfo_t info;
	long long before;
	pid_t parent = getpid(), child;

	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGRTMIN + 1);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_ERRNO(sigtimedwait(&set, &info, &none), EAGAIN);
	before = now_ns(CLOCK_MONOTONIC);
	CHECK_ERRNO(sigtimedwait(&set, &info, &little), EAGAIN);
	CHECK(now_ns(CLOCK_MONOTONIC) - before >= 20000000);
	CHECK_ERRNO(sigtimedwait(&set, &info, &bad), EINVAL);
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 5});
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 6});
	kill(getpid(), SIGUSR1);
	CHECK_EQ(sigtimedwait(&set, &info, &none), SIGUSR1);
	CHECK_EQ(info.si_code, SI_USER);
	CHECK_EQ(sigtimedwait(&set, &info, &none), SIGRTMIN);
	CHECK_EQ(info.si_value.sival_int, 6);
	CHECK_EQ(sigtimedwait(&set, NULL, &none), SIGRTMIN + 1);
	CHECK_ERRNO(sigtimedwait(&set, &info, &none), EAGAIN);
	// Another signal with a handler ends the wait; the waited-for one is taken asleep.
	catch_signal(SIGALRM, handler, SA_RESTART);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGALRM));
	// By number: musl begins again by itself.
	CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, &info, &longer, 8), EINTR);
	CHECK_EXIT(child, 0);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	CHECK_EQ(sigtimedwait(&set, &info, &longer), SIGUSR1);
	CHECK_EQ(info.si_pid, child);
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 4), EINVAL);
}
