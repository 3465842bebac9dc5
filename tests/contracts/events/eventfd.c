// SPDX-License-Identifier: MIT
// Covers: EVENT-03. eventfd: sums, semaphore mode, limits, blocking; what poll says.
#include "contract.h"
#include <sys/eventfd.h>

CONTRACT
{
	int fd = (int)MUST(eventfd(3, EFD_NONBLOCK));
	uint64_t value = 0;
	struct pollfd ready = {.fd = fd, .events = POLLIN | POLLOUT};

	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, 3);
	CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
	value = 5;
	MUST(write(fd, &value, 8));
	value = 6;
	MUST(write(fd, &value, 8));
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN | POLLOUT);
	CHECK_EQ(read(fd, &value, 16), 8);
	CHECK_EQ(value, 11);
	CHECK_ERRNO(read(fd, &value, 7), EINVAL);
	CHECK_ERRNO(write(fd, &value, 4), EINVAL);
	value = ~0ULL;
	CHECK_ERRNO(write(fd, &value, 8), EINVAL);
	value = ~0ULL - 1;
	CHECK_EQ(write(fd, &value, 8), 8);
	value = 1;
	CHECK_ERRNO(write(fd, &value, 8), EAGAIN);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN);
	fd = (int)MUST(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(read(fd, &value, 8), 8);
		CHECK_EQ(value, 1);
	}
	CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
	CHECK_ERRNO(eventfd(0, 0x10), EINVAL);
	fd = (int)MUST(eventfd(0, 0));
	pid_t child = CHILD(wait_until_asleep(getppid()); value = 9; MUST(write(fd, &value, 8)));
	CHECK_EQ(read(fd, &value, 8), 8);
	CHECK_EQ(value, 9);
	CHECK_EXIT(child, 0);
}
