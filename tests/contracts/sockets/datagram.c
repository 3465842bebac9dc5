// SPDX-License-Identifier: MIT
// Covers: SOCK-01 SOCK-04. Datagrams: borders, truncation, who sent them, empty ones, too large
// ones, filtering by connect, peeking behind an offset.
#include "helpers.h"

// Who waits behind what he has peeked at gets what comes next, though others have taken that meanwhile.
static void peeked_and_taken(void)
{
	char data[16];
	pid_t child;
	int p[2];

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	set_int(p[1], SO_PEEK_OFF, 0);
	MUST(send(p[0], "one", 3, 0));
	MUST(send(p[0], "two", 3, 0));
	CHECK_EQ(recv(p[1], data, 16, MSG_PEEK), 3);
	CHECK_EQ(recv(p[1], data, 16, MSG_PEEK), 3);
	child = CHILD(CHECK_EQ(recv(p[1], data, 16, MSG_PEEK), 5);
		      CHECK_EQ(memcmp(data, "three", 5), 0));
	wait_until_asleep(child);
	CHECK_EQ(recv(p[1], data, 16, 0), 3);
	CHECK_EQ(recv(p[1], data, 16, 0), 3);
	MUST(send(p[0], "three", 5, 0));
	CHECK_EXIT(child, 0);
}

CONTRACT
{
	struct sockaddr_un name, from;
	socklen_t length, n;
	static char big[300000];
	char data[64];
	int a, b, c, p[2];

	a = bound(SOCK_DGRAM, "a");
	b = bound(SOCK_DGRAM, "b");
	c = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	CHECK_ERRNO(send(c, "x", 1, 0), ENOTCONN);
	length = path_name(&name, "a");
	CHECK_EQ(sendto(b, "first", 5, 0, (struct sockaddr *)&name, length), 5);
	CHECK_EQ(sendto(c, "", 0, 0, (struct sockaddr *)&name, length), 0);
	CHECK_EQ(sendto(c, "third", 5, 0, (struct sockaddr *)&name, length), 5);
	n = sizeof(from);
	CHECK_EQ(recvfrom(a, data, 2, MSG_PEEK | MSG_TRUNC, (struct sockaddr *)&from, &n), 5);
	n = sizeof(from);
	CHECK_EQ(recvfrom(a, data, 2, 0, (struct sockaddr *)&from, &n), 2);
	CHECK_EQ(n, 4);
	CHECK_TEXT(from.sun_path, "b");
	n = sizeof(from);
	CHECK_EQ(recvfrom(a, data, 64, 0, (struct sockaddr *)&from, &n), 0);
	CHECK_EQ(n, 0);
	CHECK_EQ(recv(a, data, 64, 0), 5);
	CHECK_ERRNO(recv(a, data, 64, MSG_DONTWAIT), EAGAIN);
	// Connected to somebody else: only that one may send.
	CHECK_EQ(connect_to(a, "b"), 0);
	CHECK_ERRNO(sendto(c, "x", 1, 0, (struct sockaddr *)&name, length), EPERM);
	CHECK_ERRNO(connect_to(c, "a"), EPERM);
	CHECK_EQ(sendto(b, "y", 1, 0, (struct sockaddr *)&name, length), 1);
	CHECK_EQ(send(a, "back", 4, 0), 4);
	n = sizeof(from);
	CHECK_EQ(recvfrom(b, data, 64, 0, (struct sockaddr *)&from, &n), 4);
	CHECK_TEXT(from.sun_path, "a");
	// Disconnected: what had come from the peer is lost.
	name.sun_family = AF_UNSPEC;
	CHECK_EQ(connect(a, (struct sockaddr *)&name, 2), 0);
	CHECK_ERRNO(recv(a, data, 64, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(send(a, "x", 1, 0), ENOTCONN);
	name.sun_family = AF_UNIX;
	CHECK_EQ(sendto(c, "x", 1, 0, (struct sockaddr *)&name, length), 1);
	// Sizes.
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	CHECK_EQ(send(p[0], big, 212960, 0), 212960);
	CHECK_EQ(recv(p[1], big, sizeof(big), 0), 212960);
	CHECK_ERRNO(send(p[0], big, 212992 - 31, 0), EMSGSIZE);
	// Addresses that are none.
	CHECK_ERRNO(sendto(c, "x", 1, 0, (struct sockaddr *)&name, 1), EINVAL);
	CHECK_ERRNO(sendto(c, "x", 1, 0, (struct sockaddr *)&name, 129), EINVAL);
	CHECK_ERRNO(sendto(c, "x", 1, 0, (struct sockaddr *)8, 10), EFAULT);
	length = path_name(&name, "none");
	CHECK_ERRNO(sendto(c, "x", 1, 0, (struct sockaddr *)&name, length), ENOENT);
	peeked_and_taken();
	// To itself.
	length = path_name(&name, "b");
	CHECK_EQ(sendto(b, "me", 2, 0, (struct sockaddr *)&name, length), 2);
	CHECK_EQ(recv(b, data, 64, 0), 2);
}
