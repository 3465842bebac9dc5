// SPDX-License-Identifier: MIT
// Covers: SIG-26. Writing to a pipe without readers: SIGPIPE, or EPIPE when that is ignored or
// blocked.
#include "contract.h"

CONTRACT
{
	int ends[2];
	sigset_t block = set_of(SIGPIPE), pending;

	MUST(pipe(ends));
	close(ends[0]);
	CHECK_KILLED(CHILD(write(ends[1], "x", 1)), SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	signal(SIGPIPE, SIG_DFL);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGPIPE), 1);
	CHECK_EQ(poll(&(struct pollfd){.fd = ends[1], .events = POLLOUT}, 1, 0), 1);
}
