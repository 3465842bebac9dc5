// SPDX-License-Identifier: MIT
// Covers: SOCK-01. Streams: peeking across writes, waiting for all, low-water mark, peek offset,
// time limits, what is refused.
#include "helpers.h"

static int p[2];

static void *write_later(void *arg)
{
	usleep(20000);
	MUST(write(p[0], arg, strlen(arg)));
	return NULL;
}

static ssize_t peeked;

static void *peek(void *arg)
{
	char data[8];

	(void)arg;
	peeked = recv(p[1], data, sizeof(data), MSG_PEEK);
	return NULL;
}

static long long since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000LL + (now.tv_nsec - start->tv_nsec) / 1000000;
}

CONTRACT
{
	struct sockaddr_un name;
	struct timespec start;
	struct timeval limit;
	char data[64];
	pthread_t thread;
	socklen_t length;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(write(p[0], "abc", 3));
	MUST(write(p[0], "defgh", 5));
	CHECK_EQ(recv(p[1], data, 64, MSG_PEEK), 8);
	CHECK_EQ(memcmp(data, "abcdefgh", 8), 0);
	CHECK_EQ(recv(p[1], data, 64, MSG_PEEK | MSG_DONTWAIT), 8);
	CHECK_EQ(recv(p[1], data, 4, 0), 4);
	CHECK_EQ(recv(p[1], data, 64, MSG_PEEK), 4);
	CHECK_EQ(memcmp(data, "efgh", 4), 0);
	CHECK_EQ(recv(p[1], data, 2, MSG_TRUNC), 2);
	CHECK_EQ(recv(p[1], data, 64, 0), 2);
	// Waiting for all: over two writes; the end cuts it short.
	MUST(write(p[0], "123", 3));
	pthread_create(&thread, NULL, write_later, "456");
	CHECK_EQ(recv(p[1], data, 6, MSG_WAITALL), 6);
	CHECK_EQ(memcmp(data, "123456", 6), 0);
	pthread_join(thread, NULL);
	MUST(write(p[0], "12", 2));
	CHECK_EQ(recv(p[1], data, 6, MSG_WAITALL | MSG_DONTWAIT), 2);
	// The low-water mark makes an ordinary read wait for so much.
	set_int(p[1], SO_RCVLOWAT, 4);
	CHECK_EQ(get_int(p[1], SO_RCVLOWAT), 4);
	MUST(write(p[0], "xy", 2));
	pthread_create(&thread, NULL, write_later, "zt");
	CHECK_EQ(recv(p[1], data, 64, 0), 4);
	pthread_join(thread, NULL);
	set_int(p[1], SO_RCVLOWAT, 0);
	CHECK_EQ(get_int(p[1], SO_RCVLOWAT), 1);
	// A peek offset moves with peeks, and back with reads.
	CHECK_EQ(get_int(p[1], SO_PEEK_OFF), -1);
	set_int(p[1], SO_PEEK_OFF, 1);
	MUST(write(p[0], "abcdef", 6));
	CHECK_EQ(recv(p[1], data, 2, MSG_PEEK), 2);
	CHECK_EQ(memcmp(data, "bc", 2), 0);
	CHECK_EQ(get_int(p[1], SO_PEEK_OFF), 3);
	CHECK_EQ(recv(p[1], data, 2, MSG_PEEK), 2);
	CHECK_EQ(memcmp(data, "de", 2), 0);
	CHECK_EQ(recv(p[1], data, 2, 0), 2);
	CHECK_EQ(get_int(p[1], SO_PEEK_OFF), 3);
	set_int(p[1], SO_PEEK_OFF, -1);
	CHECK_EQ(recv(p[1], data, 64, 0), 4);
	// One that is set while a peek waits holds for it.
	set_int(p[1], SO_PEEK_OFF, 0);
	pthread_create(&thread, NULL, peek, NULL);
	wait_threads_asleep(1);
	set_int(p[1], SO_PEEK_OFF, 2);
	MUST(write(p[0], "abc", 3));
	pthread_join(thread, NULL);
	CHECK_EQ(peeked, 1);
	CHECK_EQ(get_int(p[1], SO_PEEK_OFF), 3);
	set_int(p[1], SO_PEEK_OFF, -1);
	CHECK_EQ(recv(p[1], data, 64, 0), 3);
	// Time limits.
	limit = (struct timeval){0, 200000};
	MUST(setsockopt(p[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	length = sizeof(limit);
	memset(&limit, 0, sizeof(limit));
	MUST(getsockopt(p[1], SOL_SOCKET, SO_RCVTIMEO, &limit, &length));
	CHECK_EQ(limit.tv_usec, 200000);
	clock_gettime(CLOCK_MONOTONIC, &start);
	CHECK_ERRNO(recv(p[1], data, 64, 0), EAGAIN);
	// Linux counts ticks, of which a starved machine makes up several at once: far less than
	// half would be no wait at all.
	CHECK(since(&start) >= 100);
	limit = (struct timeval){0, 1000000};
	CHECK_ERRNO(setsockopt(p[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), EDOM);
	CHECK_ERRNO(setsockopt(p[1], SOL_SOCKET, SO_RCVTIMEO, &limit, 4), EINVAL);
	// A connected stream has no place for an address.
	length = path_name(&name, "x");
	CHECK_ERRNO(sendto(p[0], "x", 1, 0, (struct sockaddr *)&name, length), EISCONN);
	CHECK_EQ(send(p[0], "", 0, 0), 0);
	CHECK_ERRNO(recv(p[1], data, 64, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(send(p[0], (char *)8, 4, 0), EFAULT);
	CHECK_EQ(lseek(p[0], 0, SEEK_SET), -1);
	CHECK_EQ(errno, ESPIPE);
	CHECK_ERRNO(pread(p[0], data, 1, 0), ESPIPE);
	CHECK_ERRNO(send(0, "x", 1, 0), ENOTSOCK);
}
