// SPDX-License-Identifier: MIT
// Covers: SOCK-02. Without privilege no more descriptors may be in flight than may be open.
#include "helpers.h"

CONTRACT
{
	struct rlimit limit = {30, 30};
	int p[2], many[20], got[256], sent = 0;
	size_t count;
	char data[4];

	MUST(chmod("..", 0755));
	MUST(setgid(1000));
	MUST(setuid(1000));
	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	for (int i = 0; i < 20; i++)
		many[i] = 0;
	while (send_fds(p[0], "x", many, 20, MSG_DONTWAIT) == 1)
		sent++;
	CHECK_EQ(errno, ETOOMANYREFS);
	CHECK_EQ(sent, 2);
	CHECK_EQ(receive_fds(p[1], data, 4, got, 20, &count, 0, NULL), 1);
	CHECK_EQ(count, 20);
	CHECK_EQ(send_fds(p[0], "x", many, 20, MSG_DONTWAIT), 1);
}
