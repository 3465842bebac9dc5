// SPDX-License-Identifier: MIT
// Covers: SOCK-04. connect wakes accept, poll and epoll; a full backlog refuses those who do not
// wait, and keeps the others waiting.
#include "helpers.h"
#include <sys/epoll.h>

static int l;

static void *connect_later(void *arg)
{
	int fd = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));

	(void)arg;
	usleep(20000);
	MUST(connect_to(fd, "l"));
	return (void *)(uintptr_t)fd;
}

CONTRACT
{
	struct epoll_event event = {.events = EPOLLIN};
	struct pollfd item;
	int fds[4], epoll, waiter;
	pthread_t thread;
	pid_t child;

	l = listener(SOCK_STREAM, "l", 1);
	pthread_create(&thread, NULL, connect_later, NULL);
	CHECK_EQ(accept(l, NULL, NULL) >= 0, 1);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, connect_later, NULL);
	item = (struct pollfd){.fd = l, .events = POLLIN};
	CHECK_EQ(poll(&item, 1, 10000), 1);
	CHECK_EQ(item.revents, POLLIN);
	pthread_join(thread, NULL);
	MUST(accept(l, NULL, NULL));
	epoll = (int)MUST(epoll_create1(0));
	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, l, &event));
	pthread_create(&thread, NULL, connect_later, NULL);
	CHECK_EQ(epoll_wait(epoll, &event, 1, 10000), 1);
	CHECK_EQ(event.events, EPOLLIN);
	pthread_join(thread, NULL);
	MUST(accept(l, NULL, NULL));
	// A backlog of one holds two.
	for (int i = 0; i < 2; i++) {
		fds[i] = (int)MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
		CHECK_EQ(connect_to(fds[i], "l"), 0);
	}
	fds[2] = (int)MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
	CHECK_ERRNO(connect_to(fds[2], "l"), EAGAIN);
	// With a time limit it waits so long.
	waiter = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(setsockopt(waiter, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 50000},
			sizeof(struct timeval)));
	CHECK_ERRNO(connect_to(waiter, "l"), EAGAIN);
	// Without one it waits until somebody accepts.
	child = CHILD(int c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0)); MUST(connect_to(c, "l"));
		      MUST(write(c, "waited", 6)); _exit(7));
	usleep(30000);
	CHECK_EQ(waitpid(child, NULL, WNOHANG), 0);
	for (int i = 0; i < 2; i++)
		close((int)MUST(accept(l, NULL, NULL)));
	fds[3] = (int)MUST(accept(l, NULL, NULL));
	char data[8];
	CHECK_EQ(read(fds[3], data, 8), 6);
	CHECK_EXIT(child, 7);
	// Closing the listener: those in its queue are reset.
	fds[3] = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(fds[3], "l"));
	close(epoll);
	close(l);
	CHECK_EQ(ready(fds[3], ALL_EVENTS), POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
	CHECK_ERRNO(read(fds[3], data, 8), ECONNRESET);
	CHECK_EQ(read(fds[3], data, 8), 0);
	CHECK_ERRNO(connect_to(fds[2], "l"), ECONNREFUSED);
}
