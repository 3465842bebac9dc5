// SPDX-License-Identifier: MIT
// Covers: SIG-13. RLIMIT_SIGPENDING: sigqueue gives EAGAIN when the queue is full; kill still
// gets through.
#include "contract.h"

CONTRACT
{
	struct rlimit limit = {5, 5};
	sigset_t block = set_of(40), pending;
	siginfo_t info;
	struct timespec none = {0, 0};
	int queued = 0, taken = 0;

	sigaddset(&block, SIGUSR1);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	// A user of our own: root's count may include others' signals.
	MUST(setuid(4321));
	MUST(setrlimit(RLIMIT_SIGPENDING, &limit));
	while (queued < 100 && sigqueue(getpid(), 40, (union sigval){.sival_int = queued}) == 0)
		queued++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(queued, 5);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGUSR1), 1);
	block = set_of(40);
	while (sigtimedwait(&block, &info, &none) == 40)
		if (info.si_value.sival_int == taken)
			taken++;
	CHECK_EQ(taken, 5);
	CHECK_EQ(sigqueue(getpid(), 40, (union sigval){.sival_int = 1}), 0);
}
