// SPDX-License-Identifier: MIT
// Covers: FILE-18. An end of pipe(2)'s opened again through /proc/self/fd waits for nobody, as a
// shell's process substitution needs.
#include "contract.h"

static int reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags);
}

CONTRACT
{
	struct pollfd ready;
	int ends[2], fd;
	char c;

	alarm(10); // an open that waits ends in SIGALRM
	MUST(pipe(ends));
	MUST(write(ends[1], "x", 1));
	close(ends[1]);
	fd = (int)MUST(reopen(ends[0], O_RDONLY));
	CHECK_EQ(read(fd, &c, 1), 1);
	CHECK_EQ(c, 'x');
	CHECK_EQ(read(fd, &c, 1), 0);
	ready = (struct pollfd){.fd = fd, .events = POLLIN};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLHUP);
	close(fd);
	fd = (int)MUST(reopen(ends[0], O_RDONLY | O_NONBLOCK));
	ready = (struct pollfd){.fd = fd, .events = POLLIN};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLHUP);
	close(fd);
	// A new writer brings the pipe back to life.
	fd = (int)MUST(reopen(ends[0], O_WRONLY));
	CHECK_EQ(write(fd, "y", 1), 1);
	CHECK_EQ(read(ends[0], &c, 1), 1);
	CHECK_EQ(c, 'y');

	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO(write(fd, "z", 1), EPIPE);
	ends[1] = (int)MUST(reopen(fd, O_WRONLY | O_NONBLOCK));
	CHECK_ERRNO(write(ends[1], "z", 1), EPIPE);
	close(ends[1]);
	ends[1] = (int)MUST(reopen(fd, O_WRONLY));
	ready = (struct pollfd){.fd = ends[1], .events = POLLOUT};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLOUT | POLLERR);
}
