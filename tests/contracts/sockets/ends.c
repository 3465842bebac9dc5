// SPDX-License-Identifier: MIT
// Covers: SOCK-01. How connections end: shutdown halves, closing with and without unread data,
// SIGPIPE, what poll says.
#include "helpers.h"

static int pipes;

static void on_pipe(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	pipes++;
}

static void halves(int type)
{
	char data[8];
	int p[2];

	MUST(socketpair(AF_UNIX, type, 0, p));
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLOUT);
	CHECK_ERRNO(shutdown(p[0], 3), EINVAL);
	MUST(write(p[0], "last", 4));
	CHECK_EQ(shutdown(p[0], SHUT_WR), 0);
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLOUT);
	CHECK_EQ(ready(p[1], ALL_EVENTS), POLLIN | POLLOUT | POLLRDHUP);
	CHECK_ERRNO(send(p[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQ(read(p[1], data, 8), 4);
	CHECK_EQ(read(p[1], data, 8), 0);
	CHECK_EQ(recv(p[1], data, 8, MSG_DONTWAIT), 0);
	MUST(write(p[1], "back", 4));
	CHECK_EQ(read(p[0], data, 8), 4);
	CHECK_EQ(shutdown(p[0], SHUT_RD), 0);
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	CHECK_ERRNO(send(p[1], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQ(read(p[0], data, 8), 0);
	close(p[0]);
	close(p[1]);
}

CONTRACT
{
	char data[8];
	int p[2];

	catch_signal(SIGPIPE, on_pipe, 0);
	halves(SOCK_STREAM);
	halves(SOCK_SEQPACKET);
	CHECK_EQ(pipes, 0);
	// A stream's broken end is told by a signal, a seqpacket's is not.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	close(p[1]);
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	CHECK_ERRNO(write(p[0], "x", 1), EPIPE);
	CHECK_EQ(pipes, 1);
	CHECK_EQ(read(p[0], data, 8), 0);
	close(p[0]);
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p));
	close(p[1]);
	CHECK_ERRNO(write(p[0], "x", 1), EPIPE);
	CHECK_EQ(pipes, 1);
	close(p[0]);
	// Closed with unread data: the other side is reset, after it has read what was sent to it.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(write(p[0], "lost", 4));
	MUST(write(p[1], "read", 4));
	close(p[1]);
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
	CHECK_EQ(read(p[0], data, 8), 4);
	CHECK_ERRNO(read(p[0], data, 8), ECONNRESET);
	CHECK_EQ(read(p[0], data, 8), 0);
	close(p[0]);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(write(p[0], "lost", 4));
	close(p[1]);
	CHECK_EQ(get_int(p[0], SO_ERROR), ECONNRESET);
	CHECK_EQ(get_int(p[0], SO_ERROR), 0);
	close(p[0]);
	// One that was never connected.
	p[0] = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLOUT | POLLHUP);
	CHECK_ERRNO(send(p[0], "x", 1, 0), ENOTCONN);
	CHECK_ERRNO(recv(p[0], data, 1, 0), EINVAL);
	CHECK_EQ(read(p[0], data, 0), 0);
	CHECK_EQ(shutdown(p[0], SHUT_RDWR), 0);
	p[0] = (int)MUST(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	CHECK_ERRNO(recv(p[0], data, 1, 0), ENOTCONN);
	CHECK_ERRNO(send(p[0], "x", 1, 0), ENOTCONN);
	// Datagram sockets.
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	MUST(shutdown(p[1], SHUT_RD));
	CHECK_ERRNO(send(p[0], "x", 1, 0), EPIPE);
	CHECK_ERRNO(recv(p[1], data, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(recv(p[1], data, 1, 0), 0);
	close(p[1]);
	CHECK_EQ(ready(p[0], ALL_EVENTS), POLLOUT);
	CHECK_ERRNO(send(p[0], "x", 1, 0), ECONNREFUSED);
	CHECK_ERRNO(send(p[0], "x", 1, 0), ENOTCONN);
	CHECK_EQ(pipes, 1);
}
