// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Binding paths: the node, its mode and the umask, its names as others see
// them, what goes wrong.
#include "helpers.h"

CONTRACT
{
	struct sockaddr_un name, seen;
	socklen_t length;
	struct stat st;
	int a, b, c;

	umask(022);
	a = bound(SOCK_STREAM, "s");
	MUST(stat("s", &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0755);
	CHECK_EQ(open("s", O_RDWR), -1);
	CHECK_EQ(errno, ENXIO);
	length = sizeof(seen);
	MUST(getsockname(a, (struct sockaddr *)&seen, &length));
	CHECK_EQ(length, 2 + 2);
	CHECK_TEXT(seen.sun_path, "s");
	// A short buffer is filled, and the whole length told.
	memset(&seen, 'x', sizeof(seen));
	length = 3;
	MUST(getsockname(a, (struct sockaddr *)&seen, &length));
	CHECK_EQ(length, 4);
	CHECK_EQ(seen.sun_path[0], 's');
	CHECK_EQ(seen.sun_path[1], 'x');
	b = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	length = path_name(&name, "s");
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, length), EADDRINUSE);
	length = path_name(&name, "t");
	CHECK_ERRNO(bind(a, (struct sockaddr *)&name, length), EINVAL);
	CHECK_ERRNO(stat("t", &st), ENOENT);
	length = path_name(&name, "none/t");
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, length), ENOENT);
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, 200), EINVAL);
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, 1), EINVAL);
	CHECK_ERRNO(bind(b, (struct sockaddr *)8, 10), EFAULT);
	name.sun_family = AF_INET;
	CHECK_ERRNO(bind(b, (struct sockaddr *)&name, length), EINVAL);
	// fchmod before bind decides the node's mode.
	MUST(fchmod(b, 0600));
	length = path_name(&name, "u");
	MUST(bind(b, (struct sockaddr *)&name, length));
	MUST(stat("u", &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0600);
	// The node outlives the socket; nobody is behind it then.
	close(b);
	CHECK_EQ(stat("u", &st), 0);
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(connect_to(c, "u"), ECONNREFUSED);
	// 108 bytes without a NUL are a name too.
	memset(&name, 'n', sizeof(name));
	name.sun_family = AF_UNIX;
	MUST(bind(c, (struct sockaddr *)&name, sizeof(name)));
	length = sizeof(seen);
	MUST(getsockname(c, (struct sockaddr *)&seen, &length));
	CHECK_EQ(length, 2 + 108 + 1);
	CHECK_ERRNO(getpeername(c, (struct sockaddr *)&seen, &length), ENOTCONN);
}
