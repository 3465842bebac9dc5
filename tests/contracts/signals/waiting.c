// SPDX-License-Identifier: MIT
// Covers: SIG-10. sigwaitinfo, sigtimedwait, signalfd and ppoll: what was pending counts, the
// mask is atomic.
#include "contract.h"
#include <sys/signalfd.h>

static volatile int runs;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	runs++;
}

CONTRACT
{
	sigset_t block = set_of(SIGUSR1), none, now;
	struct timespec second = {5, 0}, zero = {0, 0}, bit = {0, 20000000};
	struct signalfd_siginfo record;
	siginfo_t info;
	long long start;
	int fd;

	sigemptyset(&none);
	catch_signal(SIGUSR1, handler, 0);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	MUST(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 5}));
	CHECK_EQ(sigwaitinfo(&block, &info), SIGUSR1);
	CHECK_EQ(info.si_value.sival_int, 5);
	CHECK_EQ(runs, 0);
	start = now_ns(CLOCK_MONOTONIC);
	CHECK_ERRNO(sigtimedwait(&block, &info, &bit), EAGAIN);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20000000);

	// ppoll with the signal pending and its mask open: EINTR at once, the handler has run, the
	// mask is back.
	raise(SIGUSR1);
	CHECK_ERRNO(ppoll(NULL, 0, &second, &none), EINTR);
	CHECK_EQ(runs, 1);
	MUST(sigprocmask(SIG_BLOCK, NULL, &now));
	CHECK_EQ(sigismember(&now, SIGUSR1), 1);

	fd = (int)MUST(signalfd(-1, &block, SFD_NONBLOCK | SFD_CLOEXEC));
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(read(fd, &record, sizeof(record)), EAGAIN);
	MUST(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77}));
	CHECK_EQ(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 1);
	CHECK_ERRNO(read(fd, &record, sizeof(record) - 1), EINVAL);
	CHECK_EQ(read(fd, &record, sizeof(record)), sizeof(record));
	CHECK_EQ(record.ssi_signo, SIGUSR1);
	CHECK_EQ(record.ssi_code, SI_QUEUE);
	CHECK_EQ(record.ssi_int, 77);
	CHECK_EQ(record.ssi_pid, getpid());
	CHECK_EQ(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
	raise(SIGUSR1);
	CHECK_ERRNO(sigsuspend(&none), EINTR);
	CHECK_EQ(runs, 2);
	CHECK_ERRNO(ppoll(NULL, 0, &(struct timespec){0, 1000000000}, NULL), EINVAL);
	CHECK_EQ(ppoll(NULL, 0, &zero, NULL), 0);
}
