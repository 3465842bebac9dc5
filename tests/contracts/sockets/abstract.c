// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Abstract names: any bytes, apart for each type, free again when closed;
// autobind.
#include "helpers.h"

CONTRACT
{
	struct sockaddr_un name, seen;
	socklen_t length, n;
	struct stat st;
	int a, b, c, d;

	length = abstract_name(&name, "here");
	a = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(bind(a, (struct sockaddr *)&name, length));
	CHECK_ERRNO(stat("here", &st), ENOENT);
	n = sizeof(seen);
	MUST(getsockname(a, (struct sockaddr *)&seen, &n));
	CHECK_EQ(n, length);
	CHECK_EQ(memcmp(&seen, &name, length), 0);
	b = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, length), EADDRINUSE);
	// The length is part of the name: a NUL more is another name.
	CHECK_EQ(bind(b, (struct sockaddr *)&name, length + 1), 0);
	// Another type of socket may have the same name.
	c = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	CHECK_EQ(bind(c, (struct sockaddr *)&name, length), 0);
	d = (int)MUST(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	CHECK_ERRNO(connect(d, (struct sockaddr *)&name, length), ECONNREFUSED);
	MUST(listen(a, 1));
	close(d);
	d = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_EQ(connect(d, (struct sockaddr *)&name, length), 0);
	n = sizeof(seen);
	MUST(getpeername(d, (struct sockaddr *)&seen, &n));
	CHECK_EQ(n, length);
	close(a);
	// Its name is free again, although d is still open.
	a = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_EQ(bind(a, (struct sockaddr *)&name, length), 0);
	// Autobind: a family alone asks for a name of five hexadecimal digits.
	close(d);
	d = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	n = sizeof(seen);
	MUST(getsockname(d, (struct sockaddr *)&seen, &n));
	CHECK_EQ(n, 2);
	MUST(bind(d, (struct sockaddr *)&name, 2));
	n = sizeof(seen);
	memset(&seen, 0, sizeof(seen));
	MUST(getsockname(d, (struct sockaddr *)&seen, &n));
	CHECK_EQ(n, 8);
	CHECK_EQ(seen.sun_path[0], 0);
	CHECK_EQ(strspn(seen.sun_path + 1, "0123456789abcdef"), 5);
	CHECK_EQ(bind(d, (struct sockaddr *)&name, 2), 0);
}
