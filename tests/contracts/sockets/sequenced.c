// SPDX-License-Identifier: MIT
// Covers: SOCK-01 SOCK-04. Seqpackets: connections with borders: listen and accept, truncation,
// the end of file.
#include "helpers.h"

CONTRACT
{
	struct sockaddr_un name;
	socklen_t length;
	struct msghdr message = {0};
	struct iovec vector;
	char data[16];
	int l, c, s;

	l = listener(SOCK_SEQPACKET, "l", 1);
	c = (int)MUST(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	CHECK_EQ(ready(c, ALL_EVENTS), POLLOUT | POLLHUP);
	CHECK_EQ(connect_to(c, "l"), 0);
	CHECK_EQ(ready(l, ALL_EVENTS), POLLIN);
	s = (int)MUST(accept(l, NULL, NULL));
	CHECK_EQ(ready(l, ALL_EVENTS), 0);
	CHECK_EQ(send(c, "first", 5, 0), 5);
	CHECK_EQ(send(c, "second", 6, MSG_EOR), 6);
	CHECK_EQ(send(c, "", 0, 0), 0);
	vector = (struct iovec){data, 3};
	message = (struct msghdr){.msg_iov = &vector, .msg_iovlen = 1};
	CHECK_EQ(recvmsg(s, &message, 0), 3);
	CHECK_EQ(message.msg_flags, MSG_TRUNC);
	vector.iov_len = 16;
	CHECK_EQ(recvmsg(s, &message, 0), 6);
	CHECK_EQ(message.msg_flags, 0);
	CHECK_EQ(recv(s, data, 16, 0), 0);
	CHECK_ERRNO(recv(s, data, 16, MSG_DONTWAIT), EAGAIN);
	// An address is ignored on a connection.
	length = path_name(&name, "nobody");
	CHECK_EQ(sendto(c, "to", 2, 0, (struct sockaddr *)&name, length), 2);
	CHECK_EQ(read(s, data, 16), 2);
	// Peeking with an offset counts bytes over the borders.
	MUST(send(c, "abc", 3, 0));
	MUST(send(c, "def", 3, 0));
	set_int(s, SO_PEEK_OFF, 1);
	CHECK_EQ(recv(s, data, 16, MSG_PEEK), 2);
	CHECK_EQ(recv(s, data, 16, MSG_PEEK), 3);
	CHECK_EQ(memcmp(data, "def", 3), 0);
	CHECK_EQ(recv(s, data, 16, 0), 3);
	CHECK_EQ(recv(s, data, 16, 0), 3);
	close(c);
	CHECK_EQ(recv(s, data, 16, MSG_DONTWAIT), 0);
	CHECK_EQ(recv(s, data, 16, 0), 0);
	CHECK_ERRNO(send(s, "x", 1, 0), EPIPE);
}
