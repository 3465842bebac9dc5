// SPDX-License-Identifier: MIT
// Covers: SOCK-05. Who peeks at a circle's socket and closes the one it came from keeps the circle, also while
// others have what nobody can reach collected.
#include "helpers.h"

#define BETWEEN 2000 // sockets in flight, so that looking at all takes a while
#define EACH	200  // of them in one message
#define ROUNDS	80
#define LONGEST 1500000000LL // ns

static int between[BETWEEN];

// a lies in b's queue and b in a's; among all in flight, a is far from b.
static bool kept_when_peeked_at(int store[2])
{
	int a[2], b[2], peeked[2], found[2];
	char data[2];
	size_t count;

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, a));
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, b));
	MUST(send_fds(b[1], "x", &a[0], 1, 0));
	for (int i = 0; i < BETWEEN; i += EACH)
		MUST(send_fds(store[0], "x", between + i, EACH, 0));
	MUST(send_fds(a[1], "x", &b[0], 1, 0));
	close(a[1]);
	close(b[1]);
	close(a[0]);
	MUST(receive_fds(b[0], data, 2, peeked, 2, &count, MSG_PEEK, NULL));
	close(b[0]);
	bool kept = receive_fds(peeked[0], data, 2, found, 2, &count, MSG_DONTWAIT, NULL) == 1;
	close(peeked[0]);
	if (kept)
		close(found[0]);
	while (recv(store[1], data, 2, MSG_DONTWAIT) == 1)
		;
	return kept;
}

CONTRACT
{
	long long start = now_ns(CLOCK_MONOTONIC);
	int store[2], p[2], kept = 0, rounds = 0;
	struct rlimit limit = {BETWEEN + 100, BETWEEN + 100};

	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, store));
	for (int i = 0; i < BETWEEN; i += 2)
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, between + i));
	pid_t collector = CHILD(for (;;) {
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		close(p[0]);
		close(p[1]);
	});
	for (; rounds < ROUNDS && now_ns(CLOCK_MONOTONIC) - start < LONGEST; rounds++)
		kept += kept_when_peeked_at(store);
	MUST(kill(collector, SIGKILL));
	CHECK_KILLED(collector, SIGKILL);
	CHECK_EQ(kept, rounds);
}
