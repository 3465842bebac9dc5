// SPDX-License-Identifier: MIT
// Covers: SOCK-05. Descriptors in flight that only refer to each other are collected: what they
// kept open is closed.
#include "helpers.h"

// Is everything that had the pipe's write end gone? Collection may come later, but without help.
static bool ended(int read_end)
{
	struct pollfd item = {.fd = read_end, .events = POLLIN};
	char byte;

	return poll(&item, 1, 10000) == 1 && read(read_end, &byte, 1) == 0;
}

CONTRACT
{
	int pipe_ends[2], p[2], q[2], fds[2], many[253], l, c;
	size_t count;
	char data[4];

	// A socket in its own queue.
	MUST(pipe(pipe_ends));
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	fds[0] = p[1];
	fds[1] = pipe_ends[1];
	MUST(send_fds(p[0], "x", fds, 2, 0));
	close(pipe_ends[1]);
	close(p[0]);
	close(p[1]);
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	close(p[0]);
	close(p[1]);
	CHECK(ended(pipe_ends[0]));
	// Two that hold each other, in streams.
	MUST(pipe(pipe_ends));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, q));
	MUST(send_fds(p[0], "x", &q[1], 1, 0));
	fds[0] = p[1];
	fds[1] = pipe_ends[1];
	MUST(send_fds(q[0], "x", fds, 2, 0));
	close(pipe_ends[1]);
	close(p[0]);
	close(q[0]);
	close(p[1]);
	close(q[1]);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	close(p[0]);
	close(p[1]);
	CHECK(ended(pipe_ends[0]));
	// A listener in the queue of a connection that it has not accepted.
	MUST(pipe(pipe_ends));
	l = listener(SOCK_STREAM, "l", 1);
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(c, "l"));
	fds[0] = l;
	fds[1] = pipe_ends[1];
	MUST(send_fds(c, "x", fds, 2, 0));
	close(pipe_ends[1]);
	close(l);
	close(c);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	close(p[0]);
	close(p[1]);
	CHECK(ended(pipe_ends[0]));
	// A chain that can still be reached is not touched, though nothing but queues holds its middle.
	MUST(pipe(pipe_ends));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, q));
	MUST(send_fds(q[0], "x", &pipe_ends[1], 1, 0));
	MUST(send_fds(p[0], "x", &q[1], 1, 0));
	close(pipe_ends[1]);
	close(q[0]);
	close(q[1]);
	CHECK_EQ(receive_fds(p[1], data, 4, fds, 1, &count, 0, NULL), 1);
	CHECK_EQ(count, 1);
	CHECK_EQ(receive_fds(fds[0], data, 4, fds + 1, 1, &count, 0, NULL), 1);
	CHECK_EQ(count, 1);
	CHECK_EQ(write(fds[1], "!", 1), 1);
	close(fds[1]);
	CHECK_EQ(read(pipe_ends[0], data, 4), 1);
	CHECK(ended(pipe_ends[0]));
	// Where no socket is closed, a circle of very many descriptors goes when one more is sent.
	MUST(pipe(pipe_ends));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, q));
	many[0] = pipe_ends[1];
	for (int i = 1; i < 253; i++)
		many[i] = p[1];
	for (int i = 0; i < 64; i++)
		MUST(send_fds(p[0], "x", many, 253, 0));
	close(pipe_ends[1]);
	close(p[0]);
	close(p[1]);
	CHECK_EQ(ready(pipe_ends[0], POLLIN), 0);
	MUST(send_fds(q[0], "x", &q[0], 1, 0));
	CHECK(ended(pipe_ends[0]));
	// Closing the only receiver drops what it had not read.
	MUST(pipe(pipe_ends));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(send_fds(p[0], "x", &pipe_ends[1], 1, 0));
	close(pipe_ends[1]);
	close(p[1]);
	CHECK(ended(pipe_ends[0]));
}
