// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Datagram sockets that change their peer: what is lost, who is told, servers
// that come and go.
#include "helpers.h"

CONTRACT
{
	struct sockaddr_un name = {.sun_family = AF_UNSPEC}, from;
	int a, b, c, server;
	socklen_t length;
	char data[16];

	a = bound(SOCK_DGRAM, "a");
	b = bound(SOCK_DGRAM, "b");
	c = bound(SOCK_DGRAM, "c");
	MUST(connect_to(a, "b"));
	MUST(connect_to(b, "a"));
	MUST(send(a, "one", 3, 0));
	// b turns away from a: what a had sent is lost, and a is told.
	CHECK_EQ(connect_to(b, "c"), 0);
	CHECK_ERRNO(recv(b, data, 16, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(ready(a, ALL_EVENTS) & POLLERR, POLLERR);
	CHECK_EQ(get_int(a, SO_ERROR), ECONNRESET);
	CHECK_ERRNO(send(a, "two", 3, 0), EPERM);
	CHECK_EQ(send(b, "to c", 4, 0), 4);
	length = sizeof(from);
	CHECK_EQ(recvfrom(c, data, 16, 0, (struct sockaddr *)&from, &length), 4);
	CHECK_TEXT(from.sun_path, "b");
	length = sizeof(from);
	MUST(getpeername(b, (struct sockaddr *)&from, &length));
	CHECK_TEXT(from.sun_path, "c");
	CHECK_EQ(connect(b, (struct sockaddr *)&name, sizeof(name)), 0);
	CHECK_ERRNO(getpeername(b, (struct sockaddr *)&from, &length), ENOTCONN);
	CHECK_EQ(send(a, "again", 5, 0), 5);
	// To itself.
	CHECK_EQ(connect_to(c, "c"), 0);
	CHECK_EQ(send(c, "me", 2, 0), 2);
	CHECK_EQ(recv(c, data, 16, 0), 2);
	// A server ends and another takes its name: a client that says the name each time finds it, one
	// that is connected has to connect again.
	server = bound(SOCK_DGRAM, "server");
	b = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	MUST(connect_to(b, "server"));
	CHECK_EQ(send(b, "1", 1, 0), 1);
	close(server);
	CHECK_ERRNO(send(b, "2", 1, 0), ECONNREFUSED);
	length = path_name(&name, "server");
	CHECK_ERRNO(sendto(c, "2", 1, 0, (struct sockaddr *)&name, length), ECONNREFUSED);
	MUST(unlink("server"));
	server = bound(SOCK_DGRAM, "server");
	CHECK_ERRNO(send(b, "3", 1, 0), ENOTCONN);
	CHECK_EQ(connect_to(b, "server"), 0);
	CHECK_EQ(send(b, "3", 1, 0), 1);
	CHECK_EQ(sendto(a, "4", 1, 0, (struct sockaddr *)&name, length), 1);
	CHECK_EQ(recv(server, data, 16, 0), 1);
	CHECK_EQ(data[0], '3');
	length = sizeof(from);
	CHECK_EQ(recvfrom(server, data, 16, 0, (struct sockaddr *)&from, &length), 1);
	CHECK_TEXT(from.sun_path, "a");
	// Who waits for room in a peer's queue waits no longer when it is no peer.
	MUST(connect_to(b, "server"));
	while (send(b, "x", 1, MSG_DONTWAIT) == 1)
		;
	pid_t child = CHILD(CHECK_EQ(poll(&(struct pollfd){b, POLLOUT, 0}, 1, -1), 1));
	wait_until_asleep(child);
	name = (struct sockaddr_un){.sun_family = AF_UNSPEC};
	CHECK_EQ(connect(b, (struct sockaddr *)&name, sizeof(name)), 0);
	CHECK_EXIT(child, 0);
}
