// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Names are walked from the caller's root and directory; a renamed or linked
// node still leads to its socket.
#include "helpers.h"

CONTRACT
{
	int l, c;

	MUST(mkdir("jail", 0755));
	l = listener(SOCK_STREAM, "jail/s", 8);
	CHECK_EXIT(CHILD(MUST(chroot("jail")); int x = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
			 CHECK_ERRNO(connect_to(x, "/jail/s"), ENOENT);
			 CHECK_EQ(connect_to(x, "/s"), 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(chdir("jail")); int x = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
			 CHECK_EQ(connect_to(x, "../jail/./s"), 0)),
		   0);
	MUST(rename("jail/s", "moved"));
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(connect_to(c, "jail/s"), ENOENT);
	CHECK_EQ(connect_to(c, "moved"), 0);
	MUST(link("moved", "second"));
	MUST(unlink("moved"));
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_EQ(connect_to(c, "second"), 0);
	// A node without a socket behind it, made by mknod.
	MUST(mknod("node", S_IFSOCK | 0777, 0));
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(connect_to(c, "node"), ECONNREFUSED);
	for (int i = 0; i < 4; i++)
		CHECK(accept(l, NULL, NULL) >= 0);
}
