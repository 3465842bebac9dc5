// SPDX-License-Identifier: MIT
// Covers: EVENT-01. select and pselect: sets in and out, the remaining time written back,
// exceptional bits, EBADF for closed ones, nfds bounds, pselect's mask.
#include "contract.h"
#include <sys/select.h>

static volatile int caught;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	caught++;
}

CONTRACT
{
	int a[2], b[2];
	fd_set in, out;
	struct timeval time = {0, 0};
	struct timespec zero = {0, 0}, little = {0, 20000000};
	sigset_t block = set_of(SIGUSR1), none = set_of(0);

	MUST(pipe(a));
	MUST(pipe(b));
	MUST(write(a[1], "x", 1));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(a[0], &in);
	FD_SET(b[0], &in);
	FD_SET(a[1], &out);
	CHECK_EQ(select(b[1] + 1, &in, &out, NULL, &time), 2);
	CHECK(FD_ISSET(a[0], &in) && !FD_ISSET(b[0], &in) && FD_ISSET(a[1], &out));
	FD_ZERO(&in);
	FD_SET(b[0], &in);
	CHECK_EQ(pselect(b[0] + 1, &in, NULL, NULL, &little, NULL), 0);
	CHECK(!FD_ISSET(b[0], &in));
	// The raw call tells what is left of the time.
	struct timespec left = {100, 0};
	FD_SET(a[0], &in);
	CHECK_EQ(syscall(SYS_pselect6, a[0] + 1, &in, NULL, NULL, &left, NULL), 1);
	CHECK(left.tv_sec <= 100 && left.tv_sec > 50);
	close(b[1]);
	FD_ZERO(&in);
	FD_SET(b[0], &in);
	CHECK_EQ(pselect(b[0] + 1, &in, NULL, NULL, &zero, NULL), 1);
	// Hung up is readable, and nothing to who asks for writing or exceptions: that waits.
	for (int i = 0; i < 2; i++) {
		uint64_t before = now_ns(CLOCK_MONOTONIC);

		FD_ZERO(&out);
		FD_SET(b[0], &out);
		CHECK_EQ(pselect(b[0] + 1, NULL, i ? NULL : &out, i ? &out : NULL, &little, NULL),
			 0);
		CHECK(now_ns(CLOCK_MONOTONIC) - before >= 20000000);
	}
	FD_SET(b[1], &in);
	CHECK_ERRNO(pselect(b[1] + 1, &in, NULL, NULL, &zero, NULL), EBADF);
	// Beyond nfds it is not looked at.
	FD_ZERO(&in);
	FD_SET(b[1], &in);
	CHECK_EQ(pselect(1, &in, NULL, NULL, &zero, NULL), 0);
	CHECK_ERRNO(syscall(SYS_pselect6, -1, NULL, NULL, NULL, &zero, NULL), EINVAL);
	zero.tv_nsec = -1;
	CHECK_ERRNO(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &zero, NULL), EINVAL);
	CHECK_ERRNO(syscall(SYS_pselect6, 5, (void *)8, NULL, NULL, &little, NULL), EFAULT);
	catch_signal(SIGUSR1, handler, SA_RESTART);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	raise(SIGUSR1);
	CHECK_ERRNO(pselect(0, NULL, NULL, NULL, NULL, &none), EINTR);
	CHECK_EQ(caught, 1);
	// Ready and pending at once: what is ready is told, the signal waits.
	raise(SIGUSR1);
	FD_ZERO(&in);
	FD_SET(a[0], &in);
	little.tv_sec = 1;
	CHECK_EQ(pselect(a[0] + 1, &in, NULL, NULL, &little, &none), 1);
}
