// SPDX-License-Identifier: MIT
// Covers: SIG-10. sigtimedwait: takes a blocked signal with its siginfo, EAGAIN after its time,
// EINTR by another, lowest first, errors; what came along with the one that was taken is handed on.
#include "contract.h"

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

static volatile int handled;

static void count(int number, siginfo_t *info, void *context)
{
	handler(number, info, context);
	handled++;
}

static void *open_to_second(void *argument)
{
	sigset_t second = set_of(SIGUSR2);

	pthread_sigmask(SIG_UNBLOCK, &second, NULL);
	tell(argument);
	while (!handled)
		pause();
	return NULL;
}

// Two signals before the waiting thread runs: it takes its own, the process's is the other thread's.
static void handed_on(void)
{
	struct sched_param high = {.sched_priority = 5};
	sigset_t both = set_of(SIGUSR1);
	pid_t waiter = getpid(), sender;
	pthread_t other;
	cpu_set_t first;
	int ends[2];

	sigaddset(&both, SIGUSR2);
	MUST(sigprocmask(SIG_BLOCK, &both, NULL));
	catch_signal(SIGUSR2, count, 0);
	MUST(pipe(ends));
	CHECK_EQ(pthread_create(&other, NULL, open_to_second, ends), 0);
	hear(ends);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	MUST(sched_setaffinity(0, sizeof(first), &first));
	sender = CHILD(MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high));
		       wait_until_asleep(waiter); kill(waiter, SIGUSR2);
		       syscall(SYS_tgkill, waiter, waiter, SIGUSR1));
	CHECK_EQ(sigwaitinfo(&both, NULL), SIGUSR1);
	CHECK_EQ(pthread_join(other, NULL), 0);
	CHECK_EQ(handled, 1);
	CHECK_EXIT(sender, 0);
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
	handed_on();
}
