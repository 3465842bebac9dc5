// SPDX-License-Identifier: MIT
// Covers: SOCK-01. Flow control: what a sender may have unread, when it may write again, what
// SIOCINQ and SIOCOUTQ say, datagram queues of ten.
#include "helpers.h"
#include <linux/sockios.h>
#include <sys/epoll.h>

static int q(int fd, unsigned long request)
{
	int value = -1;

	MUST(ioctl(fd, request, &value));
	return value;
}

static void fill(int type)
{
	int p[2], sent = 0, taken = 0;
	char byte = 0;

	MUST(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, p));
	CHECK_EQ(q(p[0], SIOCOUTQ), 0);
	while (write(p[0], &byte, 1) == 1)
		sent++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(sent, 278);
	CHECK_EQ(q(p[0], SIOCOUTQ), 278 * 768);
	CHECK_EQ(q(p[1], SIOCINQ), type == SOCK_DGRAM ? 1 : 278);
	CHECK_EQ(ready(p[0], POLLOUT), 0);
	// Writable again when a quarter of the limit is in use.
	while (!ready(p[0], POLLOUT)) {
		MUST(read(p[1], &byte, 1));
		taken++;
	}
	CHECK_EQ(taken, 278 - 69);
	close(p[0]);
	close(p[1]);
}

static void *drain(void *arg)
{
	char data[4096];
	int fd = *(int *)arg;

	usleep(20000);
	for (int left = 500000; left > 0;)
		left -= (int)MUST(read(fd, data, sizeof(data)));
	return NULL;
}

CONTRACT
{
	struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
	struct sockaddr_un name;
	static char big[500000];
	int a, b, p[2], epoll, sent;
	pthread_t thread;
	char data[8];
	socklen_t length;

	fill(SOCK_STREAM);
	fill(SOCK_DGRAM);
	fill(SOCK_SEQPACKET);
	// A blocking write of more than fits is done in one call when somebody reads.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	pthread_create(&thread, NULL, drain, &p[1]);
	CHECK_EQ(write(p[0], big, sizeof(big)), sizeof(big));
	pthread_join(thread, NULL);
	// Without waiting, a part is sent.
	sent = (int)send(p[0], big, sizeof(big), MSG_DONTWAIT);
	CHECK(sent > 150000 && sent < 300000);
	CHECK_ERRNO(send(p[0], big, 1, MSG_DONTWAIT), EAGAIN);
	MUST(setsockopt(p[0], SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 20000},
			sizeof(struct timeval)));
	CHECK_ERRNO(send(p[0], big, 1, 0), EAGAIN);
	// Datagrams for one that is not connected to the sender: eleven wait.
	a = bound(SOCK_DGRAM, "a");
	b = (int)MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	length = path_name(&name, "a");
	for (sent = 0; sendto(b, "x", 1, 0, (struct sockaddr *)&name, length) == 1;)
		sent++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(sent, 11);
	CHECK_EQ(ready(b, POLLOUT), POLLOUT);
	MUST(connect_to(b, "a"));
	CHECK_EQ(ready(b, POLLOUT), 0);
	epoll = (int)MUST(epoll_create1(0));
	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, b, &event));
	CHECK_EQ(epoll_wait(epoll, &event, 1, 0), 0);
	CHECK_EQ(recv(a, data, 8, 0), 1);
	CHECK_EQ(epoll_wait(epoll, &event, 1, 10000), 1);
	CHECK_EQ(event.events, EPOLLOUT);
	CHECK_EQ(ready(b, POLLOUT), POLLOUT);
	CHECK_EQ(send(b, "y", 1, 0), 1);
	CHECK_ERRNO(send(b, "y", 1, 0), EAGAIN);
}
