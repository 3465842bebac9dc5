// SPDX-License-Identifier: MIT
// Covers: EVENT-03. eventfd: counter and semaphore, blocking write at the top, poll's answers,
// sizes, EAGAIN, a reader and a writer asleep woken by each other.
#include "contract.h"
#include <sys/eventfd.h>

CONTRACT
{
	int fd = (int)MUST(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
	uint64_t value = 5;
	struct pollfd ready = {fd, POLLIN | POLLOUT, 0};

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(write(fd, &value, 8), 8);
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, 8);
	CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLOUT);
	value = ~0UL;
	CHECK_ERRNO(write(fd, &value, 8), EINVAL);
	value = ~0UL - 1;
	CHECK_EQ(write(fd, &value, 8), 8);
	value = 1;
	CHECK_ERRNO(write(fd, &value, 8), EAGAIN);
	value = 0;
	CHECK_EQ(write(fd, &value, 8), 8);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN);
	CHECK_ERRNO(read(fd, &value, 7), EINVAL);
	CHECK_ERRNO(write(fd, &value, 4), EINVAL);
	// A writer waits until there is room.
	fcntl(fd, F_SETFL, 0);
	pid_t child = CHILD(value = 7; CHECK_EQ(write(fd, &value, 8), 8));
	wait_until_asleep(child);
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, ~0UL - 1);
	CHECK_EXIT(child, 0);
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, 7);
	child = CHILD(CHECK_EQ(read(fd, &value, 8), 8); CHECK_EQ(value, 9));
	wait_until_asleep(child);
	value = 9;
	MUST(write(fd, &value, 8));
	CHECK_EXIT(child, 0);
	fd = (int)MUST(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, 1);
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
	CHECK_ERRNO(eventfd(0, 2), EINVAL);
	char text[64] = {0};
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	char name[64] = {0};
	MUST(readlink(text, name, sizeof(name) - 1));
	CHECK_TEXT(name, "anon_inode:[eventfd]");
}
