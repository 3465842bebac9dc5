// SPDX-License-Identifier: MIT
// Covers: SOCK-02. Descriptors in messages: over socketpair and over connect, cut, peeked, in
// order with the data, errors.
#include "helpers.h"

static void exchange(int from, int to)
{
	int fds[3], got[8], flags, pipe_ends[2];
	size_t count;
	char data[16];

	MUST(pipe(pipe_ends));
	CHECK_EQ(send_fds(from, "w", &pipe_ends[1], 1, 0), 1);
	close(pipe_ends[1]);
	CHECK_EQ(receive_fds(to, data, 16, got, 1, &count, MSG_CMSG_CLOEXEC, &flags), 1);
	CHECK_EQ(count, 1);
	CHECK_EQ(flags, MSG_CMSG_CLOEXEC);
	CHECK_EQ(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	MUST(write(got[0], "through", 7));
	CHECK_EQ(read(pipe_ends[0], data, 16), 7);
	close(got[0]);
	CHECK_EQ(read(pipe_ends[0], data, 16), 0);
	// More than there is room for: the rest is closed, and the flags say so.
	MUST(pipe(pipe_ends));
	fds[0] = pipe_ends[0];
	fds[1] = pipe_ends[1];
	fds[2] = 0;
	CHECK_EQ(send_fds(from, "abc", fds, 3, 0), 3);
	CHECK_EQ(receive_fds(to, data, 16, got, 1, &count, 0, &flags), 3);
	CHECK_EQ(count, 1);
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
	close(pipe_ends[1]);
	CHECK_EQ(read(got[0], data, 16), 0);
	close(got[0]);
	// No room at all.
	CHECK_EQ(send_fds(from, "abc", fds, 1, 0), 3);
	CHECK_EQ(read(to, data, 16), 3);
	CHECK_EQ(send_fds(from, "abc", fds, 1, 0), 3);
	CHECK_EQ(receive_fds(to, data, 16, got, 0, &count, 0, &flags), 3);
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
	// A peek makes descriptors of its own.
	CHECK_EQ(send_fds(from, "p", fds, 1, 0), 1);
	CHECK_EQ(receive_fds(to, data, 16, got, 4, &count, MSG_PEEK, &flags), 1);
	CHECK_EQ(count, 1);
	CHECK_EQ(receive_fds(to, data, 16, got + 1, 4, &count, 0, &flags), 1);
	CHECK_EQ(count, 1);
	CHECK(got[0] != got[1]);
	close(got[0]);
	close(got[1]);
}

CONTRACT
{
	int p[2], l, c, s, got[8], many[256], bad = 99;
	struct msghdr message = {0};
	char data[16], control[64] = {0};
	struct cmsghdr *header;
	struct iovec vector = {data, 1};
	struct rlimit limit;
	size_t count;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	exchange(p[0], p[1]);
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	exchange(p[0], p[1]);
	l = listener(SOCK_STREAM, "l", 1);
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(c, "l"));
	s = (int)MUST(accept(l, NULL, NULL));
	exchange(c, s);
	exchange(s, c);
	// A read stops behind a message with descriptors, and is not joined to what follows.
	MUST(write(c, "one", 3));
	MUST(send_fds(c, "two", &l, 1, 0));
	MUST(write(c, "three", 5));
	CHECK_EQ(receive_fds(s, data, 16, got, 4, &count, 0, NULL), 6);
	CHECK_EQ(count, 1);
	close(got[0]);
	CHECK_EQ(read(s, data, 16), 5);
	// Errors: nothing is sent.
	CHECK_ERRNO(send_fds(c, "x", &bad, 1, 0), EBADF);
	for (int i = 0; i < 256; i++)
		many[i] = 0;
	CHECK_ERRNO(send_fds(c, "x", many, 254, 0), EINVAL);
	CHECK_EQ(send_fds(c, "x", many, 253, 0), 1);
	CHECK_ERRNO(recv(s, data, 1, MSG_DONTWAIT) == 1 ? recv(s, data, 1, MSG_DONTWAIT) : 0,
		    EAGAIN);
	message = (struct msghdr){.msg_iov = &vector,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = CMSG_SPACE(sizeof(int))};
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = 99;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	CHECK_ERRNO(sendmsg(c, &message, 0), EINVAL);
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = 100;
	CHECK_ERRNO(sendmsg(c, &message, 0), EINVAL);
	header->cmsg_len = 8;
	CHECK_ERRNO(sendmsg(c, &message, 0), EINVAL);
	header->cmsg_level = SOL_SOCKET + 1;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	CHECK_EQ(sendmsg(c, &message, 0), 1);
	CHECK_EQ(read(s, data, 16), 1);
	// No descriptor number left: what was sent is lost, and that is told.
	MUST(send_fds(c, "x", &l, 1, 0));
	MUST(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = (rlim_t)MUST(dup(0));
	close((int)limit.rlim_cur);
	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	int flags;
	CHECK_EQ(receive_fds(s, data, 16, got, 4, &count, 0, &flags), 1);
	CHECK_EQ(count, 0);
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
}
