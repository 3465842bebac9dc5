// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Connecting needs write permission on the node and search permission on the
// way to it.
#include "helpers.h"

CONTRACT
{
	int l;

	MUST(mkdir("d", 0711));
	MUST(chmod("..", 0755));
	MUST(chmod(".", 0755));
	l = listener(SOCK_STREAM, "d/s", 5);
	MUST(chmod("d/s", 0755));
	CHECK_EXIT(CHILD(MUST(setgid(1000)); MUST(setuid(1000));
			 int c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
			 CHECK_ERRNO(connect_to(c, "d/s"), EACCES); struct sockaddr_un name;
			 socklen_t n = path_name(&name, "d/mine");
			 CHECK_ERRNO(bind(c, (struct sockaddr *)&name, n), EACCES)),
		   0);
	MUST(chmod("d/s", 0722));
	CHECK_EXIT(CHILD(MUST(setgid(1000)); MUST(setuid(1000));
			 int c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
			 CHECK_EQ(connect_to(c, "d/s"), 0)),
		   0);
	MUST(chmod("d", 0700));
	CHECK_EXIT(CHILD(MUST(setgid(1000)); MUST(setuid(1000));
			 int c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
			 CHECK_ERRNO(connect_to(c, "d/s"), EACCES)),
		   0);
	CHECK_EQ(accept(l, NULL, NULL) >= 0, 1);
}
