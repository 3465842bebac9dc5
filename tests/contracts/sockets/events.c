// SPDX-License-Identifier: MIT
// Covers: SOCK-01. epoll on sockets: edges for data, for room, for hang-ups; one shot; a closed
// socket leaves the set.
#include "helpers.h"
#include <sys/epoll.h>

static int epoll;

static int next(void)
{
	struct epoll_event event = {0};
	int n = (int)MUST(epoll_wait(epoll, &event, 1, 0));

	return n ? (int)event.events : 0;
}

CONTRACT
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	char data[16];
	int p[2];

	epoll = (int)MUST(epoll_create1(0));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, p[0], &event));
	CHECK_EQ(next(), EPOLLOUT);
	CHECK_EQ(next(), 0);
	MUST(write(p[1], "a", 1));
	CHECK_EQ(next(), EPOLLIN | EPOLLOUT);
	CHECK_EQ(next(), 0);
	// More data is another edge, although nothing was read.
	MUST(write(p[1], "b", 1));
	CHECK_EQ(next(), EPOLLIN | EPOLLOUT);
	MUST(read(p[0], data, 16));
	CHECK_EQ(next(), 0);
	MUST(shutdown(p[1], SHUT_WR));
	CHECK_EQ(next(), EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	CHECK_EQ(next(), 0);
	close(p[1]);
	CHECK_EQ(next(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP);
	close(p[0]);
	CHECK_EQ(next(), 0);
	// One shot, and level.
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	event.events = EPOLLIN | EPOLLONESHOT;
	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, p[0], &event));
	MUST(write(p[1], "a", 1));
	CHECK_EQ(next(), EPOLLIN);
	CHECK_EQ(next(), 0);
	event.events = EPOLLIN;
	MUST(epoll_ctl(epoll, EPOLL_CTL_MOD, p[0], &event));
	CHECK_EQ(next(), EPOLLIN);
	CHECK_EQ(next(), EPOLLIN);
	MUST(read(p[0], data, 16));
	CHECK_EQ(next(), 0);
}
