// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Connections: what accept gives, names of both ends, flags, data sent before
// accept, errors in every state.
#include "helpers.h"

CONTRACT
{
	struct sockaddr_un seen;
	socklen_t length = sizeof(seen);
	int l, c, s, e;
	char data[16];

	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(listen(c, 1), EINVAL);
	CHECK_ERRNO(connect_to(c, "l"), ENOENT);
	l = bound(SOCK_STREAM, "l");
	CHECK_ERRNO(connect_to(c, "l"), ECONNREFUSED);
	CHECK_ERRNO(accept(l, NULL, NULL), EINVAL);
	CHECK_EQ(get_int(l, SO_ACCEPTCONN), 0);
	CHECK_EQ(listen(l, 5), 0);
	CHECK_EQ(get_int(l, SO_ACCEPTCONN), 1);
	CHECK_EQ(listen(l, 6), 0);
	CHECK_EQ(connect_to(c, "l"), 0);
	CHECK_ERRNO(connect_to(c, "l"), EISCONN);
	CHECK_ERRNO(listen(c, 1), EINVAL);
	CHECK_ERRNO(connect_to(l, "l"), EINVAL);
	// Nobody has accepted yet.
	CHECK_EQ(write(c, "early", 5), 5);
	MUST(getpeername(c, (struct sockaddr *)&seen, &length));
	CHECK_TEXT(seen.sun_path, "l");
	length = sizeof(seen);
	s = (int)MUST(accept4(l, (struct sockaddr *)&seen, &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
	CHECK_EQ(length, 2);
	CHECK_EQ(fcntl(s, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(s, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(read(s, data, 16), 5);
	CHECK_EQ(memcmp(data, "early", 5), 0);
	CHECK_ERRNO(read(s, data, 16), EAGAIN);
	length = sizeof(seen);
	MUST(getsockname(s, (struct sockaddr *)&seen, &length));
	CHECK_TEXT(seen.sun_path, "l");
	// By itself: the library would try again without flags.
	CHECK_ERRNO(syscall(SYS_accept4, l, NULL, NULL, 1), EINVAL);
	fcntl(l, F_SETFL, O_NONBLOCK);
	CHECK_ERRNO(accept(l, NULL, NULL), EAGAIN);
	// Types must agree, and only sockets can be connected to.
	e = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	CHECK_ERRNO(connect_to(e, "l"), EPROTOTYPE);
	put_file("plain", "");
	CHECK_ERRNO(connect_to(e, "plain"), ECONNREFUSED);
	CHECK_ERRNO(accept(e, NULL, NULL), EOPNOTSUPP);
	CHECK_ERRNO(listen(e, 1), EOPNOTSUPP);
	CHECK_ERRNO(accept(0, NULL, NULL), ENOTSOCK);
	CHECK_ERRNO(accept(99, NULL, NULL), EBADF);
	// Through a symbolic link; after unlink no more, though the listener lives.
	MUST(symlink("l", "link"));
	e = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_EQ(connect_to(e, "link"), 0);
	MUST(unlink("l"));
	e = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(connect_to(e, "link"), ENOENT);
	CHECK_EQ(accept(l, NULL, NULL) >= 0, 1);
}
