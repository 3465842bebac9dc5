// SPDX-License-Identifier: MIT
// Covers: EVENT-02. epoll: level, edge and one-shot, modification, closing, nesting, errors, the
// record's layout.
#include "contract.h"
#include <sys/epoll.h>

CONTRACT
{
	int poller = (int)MUST(epoll_create1(EPOLL_CLOEXEC)), outer, ends[2], copy;
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, got[4];
	char byte;

#ifdef __x86_64__
	CHECK_EQ(sizeof(struct epoll_event), 12);
#else
	CHECK_EQ(sizeof(struct epoll_event), 16);
#endif
	MUST(pipe2(ends, O_NONBLOCK));
	CHECK_EQ(fcntl(poller, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event), 0);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event), EEXIST);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_MOD, ends[1], &event), ENOENT);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_DEL, ends[1], NULL), ENOENT);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, poller, &event), EINVAL);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, 99, &event), EBADF);
	CHECK_ERRNO(epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &event), EINVAL);
	put_file("f", "x");
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, (int)MUST(open("f", O_RDONLY)), &event),
		    EPERM);
	CHECK_ERRNO(epoll_wait(poller, got, 0, 0), EINVAL);
	CHECK_ERRNO(epoll_wait(ends[0], got, 1, 0), EINVAL);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	MUST(write(ends[1], "ab", 2));
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
		CHECK_EQ(got[0].events, EPOLLIN);
		CHECK_EQ(got[0].data.u64, 0x1122334455667788);
	}
	event.events = EPOLLIN | EPOLLET;
	CHECK_EQ(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	MUST(write(ends[1], "c", 1));
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	event.events = EPOLLIN | EPOLLONESHOT;
	CHECK_EQ(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	MUST(write(ends[1], "d", 1));
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	event.events = EPOLLIN;
	CHECK_EQ(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	// Nested: the outer one sees the inner one readable.
	outer = (int)MUST(epoll_create1(0));
	event.data.fd = 5;
	CHECK_EQ(epoll_ctl(outer, EPOLL_CTL_ADD, poller, &event), 0);
	CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, outer, &event), ELOOP);
	CHECK_EQ(epoll_wait(outer, got, 4, 0), 1);
	CHECK_EQ(got[0].data.fd, 5);
	while (read(ends[0], &byte, 1) == 1)
		;
	CHECK_EQ(epoll_wait(outer, got, 4, 0), 0);
	// A registration lives as long as the open file, not the descriptor.
	copy = dup(ends[0]);
	close(ends[0]);
	MUST(write(ends[1], "e", 1));
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	close(ends[1]);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 1);
	CHECK_EQ(got[0].events, EPOLLIN | EPOLLHUP);
	close(copy);
	CHECK_EQ(epoll_wait(poller, got, 4, 0), 0);
	// Who waits is woken.
	MUST(pipe(ends));
	event.events = EPOLLIN;
	MUST(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event));
	pid_t child = CHILD(wait_until_asleep(getppid()); MUST(write(ends[1], "f", 1)));
	CHECK_EQ(epoll_wait(poller, got, 4, -1), 1);
	CHECK_EXIT(child, 0);
	CHECK_EQ(epoll_create1(7), -1);
}
