// SPDX-License-Identifier: MIT
// Covers: FILE-16 FILE-18. Pipes: PIPE_BUF atomicity, size, non-blocking, poll, packet mode, end
// of file; fifos.
#include "contract.h"
#include <sys/ioctl.h>

CONTRACT
{
	static char data[70000];
	int ends[2], fd, waiting = 0;
	struct pollfd ready;
	struct stat info;
	pid_t child;

	MUST(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
	CHECK_EQ(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(ends[1], F_GETFL), O_WRONLY | O_NONBLOCK);
	CHECK_ERRNO(read(ends[0], data, 1), EAGAIN);
	CHECK_EQ(fcntl(ends[0], F_GETPIPE_SZ), 65536);
	CHECK_EQ(write(ends[1], data, 70000), 65536);
	CHECK_ERRNO(write(ends[1], data, 1), EAGAIN);
	ready = (struct pollfd){.fd = ends[1], .events = POLLOUT};
	CHECK_EQ(poll(&ready, 1, 0), 0);
	MUST(ioctl(ends[0], FIONREAD, &waiting));
	CHECK_EQ(waiting, 65536);
	CHECK_EQ(read(ends[0], data, 4096), 4096);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(write(ends[1], data, 4096), 4096);
	CHECK_EQ(read(ends[0], data, 100), 100);
	// 4096 or less is written whole or not at all.
	CHECK_ERRNO(write(ends[1], data, 4096), EAGAIN);
	while (read(ends[0], data, sizeof(data)) > 0)
		;
	CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, 5000), 8192);
	CHECK_EQ(write(ends[1], data, 70000), 8192);
	CHECK_ERRNO(fcntl(ends[1], F_SETPIPE_SZ, 4096), EBUSY);
	CHECK_EQ(read(ends[0], data, sizeof(data)), 8192);
	MUST(write(ends[1], "end", 3));
	close(ends[1]);
	ready = (struct pollfd){.fd = ends[0], .events = POLLIN};
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN | POLLHUP);
	CHECK_EQ(read(ends[0], data, 100), 3);
	CHECK_EQ(read(ends[0], data, 100), 0);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLHUP);
	MUST(fstat(ends[0], &info));
	CHECK_EQ(info.st_mode, S_IFIFO | 0600);

	MUST(pipe2(ends, O_DIRECT));
	MUST(write(ends[1], "one", 3));
	MUST(write(ends[1], "second", 6));
	CHECK_EQ(read(ends[0], data, 100), 3);
	CHECK_EQ(read(ends[0], data, 2), 2);
	MUST(write(ends[1], "3", 1));
	CHECK_EQ(read(ends[0], data, 100), 1);
	CHECK_EQ(data[0], '3');
	CHECK_ERRNO(pipe2(ends, 0x1), EINVAL);
	CHECK_ERRNO(pipe((int *)8), EFAULT);

	MUST(mkfifo("fifo", 0600));
	CHECK_ERRNO(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	fd = (int)MUST(open("fifo", O_RDONLY | O_NONBLOCK));
	CHECK_EQ(read(fd, data, 1), 0);
	ready = (struct pollfd){.fd = fd, .events = POLLIN};
	CHECK_EQ(poll(&ready, 1, 0), 0);
	child = CHILD(int w = (int)MUST(open("fifo", O_WRONLY)); MUST(write(w, "f", 1)));
	CHECK_EXIT(child, 0);
	CHECK_EQ(read(fd, data, 10), 1);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLHUP);
	close(fd);
	child = CHILD(int w = (int)MUST(open("fifo", O_WRONLY)); MUST(write(w, "g", 1)));
	fd = (int)MUST(open("fifo", O_RDONLY));
	CHECK_EQ(read(fd, data, 10), 1);
	CHECK_EXIT(child, 0);
	CHECK_EQ(read(fd, data, 10), 0);
	fd = (int)MUST(open("fifo", O_RDWR));
	MUST(write(fd, "rw", 2));
	CHECK_EQ(read(fd, data, 10), 2);
}
