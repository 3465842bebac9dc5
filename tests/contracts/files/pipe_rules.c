// SPDX-License-Identifier: MIT
// Covers: FILE-16. Pipes: atomic small writes, capacity by F_SETPIPE_SZ, EOF and EPIPE,
// O_NONBLOCK halves, poll's answers, FIONREAD, packets.
#include "contract.h"
#include <sys/ioctl.h>

CONTRACT
{
	static char big[70000];
	int ends[2], count;
	struct pollfd ready;

	signal(SIGPIPE, SIG_IGN);
	MUST(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
	CHECK_EQ(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(ends[1], F_GETFL), O_WRONLY | O_NONBLOCK);
	CHECK_EQ(fcntl(ends[0], F_GETPIPE_SZ), 65536);
	CHECK_ERRNO(read(ends[0], big, 1), EAGAIN);
	CHECK_EQ(write(ends[1], big, 70000), 65536);
	CHECK_ERRNO(write(ends[1], big, 1), EAGAIN);
	CHECK_EQ(ioctl(ends[0], FIONREAD, &count), 0);
	CHECK_EQ(count, 65536);
	ready = (struct pollfd){ends[1], POLLOUT, 0};
	CHECK_EQ(poll(&ready, 1, 0), 0);
	CHECK_EQ(read(ends[0], big, 4095), 4095);
	// Less than a page is free in every buffer: an atomic write does not fit.
	CHECK_ERRNO(write(ends[1], big, 2), EAGAIN);
	CHECK_EQ(read(ends[0], big, 1), 1);
	CHECK_EQ(write(ends[1], big, 4096), 4096);
	CHECK_EQ(read(ends[0], big, 70000), 65536);
	CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, 5000), 8192);
	CHECK_EQ(fcntl(ends[0], F_GETPIPE_SZ), 8192);
	CHECK_EQ(write(ends[1], big, 70000), 8192);
	CHECK_ERRNO(fcntl(ends[1], F_SETPIPE_SZ, 4096), EBUSY);
	CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, 65536), 65536);
	CHECK_EQ(read(ends[0], big, 70000), 8192);
	CHECK_ERRNO(fcntl(ends[1], F_SETPIPE_SZ, -1), EINVAL);
	// Hang-ups.
	ready = (struct pollfd){ends[0], POLLIN, 0};
	MUST(write(ends[1], "end", 3));
	close(ends[1]);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN | POLLHUP);
	CHECK_EQ(read(ends[0], big, 10), 3);
	CHECK_EQ(read(ends[0], big, 10), 0);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLHUP);
	MUST(pipe(ends));
	close(ends[0]);
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	ready = (struct pollfd){ends[1], POLLOUT, 0};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents & POLLERR, POLLERR);
	MUST(pipe2(ends, O_DIRECT));
	MUST(write(ends[1], "one", 3));
	MUST(write(ends[1], "three", 5));
	CHECK_EQ(read(ends[0], big, 100), 3);
	// What does not fit of a packet is gone.
	CHECK_EQ(read(ends[0], big, 2), 2);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	CHECK_ERRNO(read(ends[0], big, 100), EAGAIN);
	CHECK_ERRNO(pipe2(ends, 0x1), EINVAL);
	CHECK_ERRNO(pipe2((int *)8, 0), EFAULT);
}
