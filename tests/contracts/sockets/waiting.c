// SPDX-License-Identifier: MIT
// Covers: SOCK-04. Waiting with limits and signals: accept, connect and large sends that time
// out, are interrupted, are shut down.
#include "helpers.h"

static void nothing(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

static int pipes;

static void count_pipe(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	pipes++;
}

static void *shut_later(void *arg)
{
	wait_until_asleep(getpid()); // the first thread
	MUST(shutdown(*(int *)arg, SHUT_RDWR));
	return NULL;
}

CONTRACT
{
	static char big[400000];
	struct timeval limit = {0, 40000};
	int l, c, fds[2], p[2];
	struct timespec start, end;
	pthread_t thread;
	long long ms;
	ssize_t n;
	char byte;

	l = listener(SOCK_STREAM, "l", 0);
	MUST(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	clock_gettime(CLOCK_MONOTONIC, &start);
	CHECK_ERRNO(accept(l, NULL, NULL), EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (end.tv_sec - start.tv_sec) * 1000LL + (end.tv_nsec - start.tv_nsec) / 1000000;
	CHECK(ms >= 39);
	limit = (struct timeval){0, 0};
	MUST(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	catch_signal(SIGALRM, nothing, 0);
	ualarm(20000, 20000); // again and again: the first may come too early
	CHECK_ERRNO(accept(l, NULL, NULL), EINTR);
	ualarm(0, 0);
	// A backlog of none holds one.
	fds[0] = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(fds[0], "l"));
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	ualarm(20000, 20000);
	CHECK_ERRNO(connect_to(c, "l"), EINTR);
	ualarm(0, 0);
	// Who does not wait has not been interrupted, whatever his limit.
	limit = (struct timeval){1, 0};
	MUST(setsockopt(c, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
	MUST(fcntl(c, F_SETFL, O_NONBLOCK));
	CHECK_ERRNO(connect_to(c, "l"), EAGAIN);
	bound(SOCK_DGRAM, "d");
	fds[1] = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	MUST(connect_to(fds[1], "d"));
	MUST(setsockopt(fds[1], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
	while (send(fds[1], "x", 1, MSG_DONTWAIT) == 1)
		;
	CHECK_ERRNO(send(fds[1], "x", 1, MSG_DONTWAIT), EAGAIN);
	// It can still be connected.
	close((int)MUST(accept(l, NULL, NULL)));
	CHECK_EQ(connect_to(c, "l"), 0);
	close((int)MUST(accept(l, NULL, NULL)));
	// accept ends when the listener is shut down; who comes then is refused.
	pthread_create(&thread, NULL, shut_later, &l);
	CHECK_ERRNO(accept(l, NULL, NULL), EINVAL);
	pthread_join(thread, NULL);
	fds[1] = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(connect_to(fds[1], "l"), ECONNREFUSED);
	// A send that is interrupted says how much it has sent.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	ualarm(30000, 30000);
	n = send(p[0], big, sizeof(big), 0);
	ualarm(0, 0);
	CHECK(n > 100000 && n < (ssize_t)sizeof(big));
	ualarm(20000, 20000);
	CHECK_ERRNO(send(p[0], big, sizeof(big), 0), EINTR);
	ualarm(0, 0);
	// A reader is woken by a shutdown of its own socket, and by one of the other's.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	pthread_create(&thread, NULL, shut_later, &p[0]);
	CHECK_EQ(read(p[0], &byte, 1), 0);
	pthread_join(thread, NULL);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	pthread_create(&thread, NULL, shut_later, &p[1]);
	CHECK_EQ(read(p[0], &byte, 1), 0);
	pthread_join(thread, NULL);
	// So is a writer, who gets SIGPIPE only when he comes later.
	catch_signal(SIGPIPE, count_pipe, 0);
	for (int i = 0; i < 2; i++) {
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		while (send(p[0], big, 10000, MSG_DONTWAIT) > 0)
			;
		pthread_create(&thread, NULL, shut_later, &p[i]);
		CHECK_ERRNO(send(p[0], big, 10000, 0), EPIPE);
		pthread_join(thread, NULL);
		CHECK_EQ(pipes, i);
		CHECK_ERRNO(send(p[0], big, 10000, 0), EPIPE);
		CHECK_EQ(pipes, i + 1);
	}
}
