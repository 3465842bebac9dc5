// SPDX-License-Identifier: MIT
// Covers: EVENT-06. O_ASYNC on AF_UNIX sockets: every message is told, room only to who missed it; ends
// and shutdowns; listeners; who sleeps in recv on a stream hears it there; FIOSETOWN and its kin.
#include "../sockets/helpers.h"

#include "async.h"
#include <sched.h>

static char big[4000];

static void *receives(void *argument)
{
	char c;

	MUST(read(*(int *)argument, &c, 1));
	return NULL;
}

// Fill what s can send; how many messages.
static int fill(int s)
{
	int count = 0;

	while (send(s, big, sizeof(big), MSG_DONTWAIT) > 0)
		count++;
	CHECK_EQ(errno, EAGAIN);
	return count;
}

static int count_of(const char *word)
{
	const char *text = came();
	int count = 0;

	for (; *text; text += strlen(word), count++)
		if (strncmp(text, word, strlen(word)) != 0)
			return -1;
	return count;
}

static void data(int type)
{
	int s[2], count;
	pthread_t other;
	cpu_set_t before, one;

	CPU_ZERO(&one);
	MUST(sched_getaffinity(0, sizeof(before), &before));
	MUST(socketpair(AF_UNIX, type, 0, s));
	arm(s[0], 'A');
	arm(s[1], 'B');
	MUST(write(s[0], "ab", 2));
	CHECK_TEXT(came(), "B:in ");
	MUST(write(s[0], "c", 1));
	MUST(write(s[0], "d", 1));
	CHECK_TEXT(came(), "B:in B:in ");
	MUST(recv(s[1], big, 1, MSG_PEEK));
	for (int i = 0; i < (type == SOCK_STREAM ? 1 : 3); i++)
		MUST(read(s[1], big, sizeof(big)));
	CHECK_ERRNO(recv(s[1], big, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_TEXT(came(), ""); // nobody missed room

	count = fill(s[0]);
	CHECK_EQ(count_of("B:in ") - count, 0);
	for (int i = 0; i < count; i++)
		MUST(read(s[1], big, sizeof(big)));
	CHECK_TEXT(came(), "A:out "); // once, though it has asked once only
	MUST(write(s[0], big, sizeof(big)));
	MUST(read(s[1], big, sizeof(big)));
	CHECK_TEXT(came(), "B:in ");

	// On one processor: elsewhere who is woken may stop waiting before the sender has looked.
	CPU_SET(0, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one));
	MUST(pthread_create(&other, NULL, receives, &s[1]));
	wait_threads_asleep(1);
	MUST(write(s[0], "x", 1));
	MUST(pthread_join(other, NULL));
	CHECK_TEXT(came(), type == SOCK_STREAM ? "" : "B:in ");
	MUST(sched_setaffinity(0, sizeof(before), &before));
	MUST(close(s[0]));
	MUST(close(s[1]));
	(void)came();
}

// That poll found no room is as good as having tried, but on streams.
static void polled(int type)
{
	struct pollfd poller = {.events = POLLOUT};
	int s[2], count, left;

	MUST(socketpair(AF_UNIX, type, 0, s));
	count = fill(s[0]); // before there was O_ASYNC
	arm(s[0], 'A');
	poller.fd = s[0];
	CHECK_EQ(poll(&poller, 1, 0), 0);
	for (left = count; left; left--)
		MUST(read(s[1], big, sizeof(big)));
	CHECK_TEXT(came(), type == SOCK_STREAM ? "" : "A:out ");
	MUST(close(s[0]));
	MUST(close(s[1]));
}

static void ends(int type)
{
	bool connected = type != SOCK_DGRAM;
	int s[2];

	MUST(socketpair(AF_UNIX, type, 0, s));
	arm(s[0], 'A');
	arm(s[1], 'B');
	MUST(shutdown(s[0], SHUT_WR));
	CHECK_TEXT(came(), connected ? "B:in " : "");
	MUST(shutdown(s[0], SHUT_RD));
	CHECK_TEXT(came(), "");
	MUST(shutdown(s[0], SHUT_RDWR));
	CHECK_TEXT(came(), connected ? "B:hup " : "");
	MUST(close(s[0]));
	CHECK_TEXT(came(), connected ? "B:hup " : "");
	MUST(close(s[1]));
	CHECK_TEXT(came(), "");

	// A socket that travels has an owner, too, and ends when its message is read and dropped.
	MUST(socketpair(AF_UNIX, type, 0, s));
	arm(s[0], 'A');
	arm(s[1], 'B');
	MUST(send_fds(s[0], "x", &s[0], 1, 0));
	CHECK_TEXT(came(), "B:in ");
	MUST(close(s[0]));
	CHECK_TEXT(came(), "");
	MUST(read(s[1], big, 1));
	CHECK_TEXT(came(), connected ? "B:hup " : "");
	MUST(close(s[1]));
}

static void listeners(void)
{
	int l = bound(SOCK_STREAM, "sock"), c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0)),
	    accepted;

	arm(l, 'A');
	arm(c, 'B');
	MUST(listen(l, 5));
	CHECK_TEXT(came(), "");
	MUST(connect_to(c, "sock"));
	CHECK_TEXT(came(), "A:in ");
	accepted = (int)MUST(accept(l, NULL, NULL));
	CHECK_TEXT(came(), "");
	CHECK_EQ(fcntl(accepted, F_GETFL) & O_ASYNC, 0);
	CHECK_EQ(fcntl(accepted, F_GETOWN), 0);
	MUST(write(accepted, "x", 1));
	CHECK_TEXT(came(), "B:in ");
	MUST(close(accepted));
	CHECK_TEXT(came(), "B:hup ");
	MUST(close(c));
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	arm(c, 'B');
	MUST(connect_to(c, "sock"));
	CHECK_TEXT(came(), "A:in ");
	MUST(close(l)); // nobody accepted it
	CHECK_TEXT(came(), "B:hup ");
	MUST(close(c));
}

static void owners(void)
{
	int s[2], pid = getpid(), got = 0, on = 1;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	CHECK_EQ(ioctl(s[0], FIOSETOWN, &pid), 0);
	CHECK_EQ(fcntl(s[0], F_GETOWN) - getpid(), 0);
	CHECK_EQ(ioctl(s[0], FIOGETOWN, &got), 0);
	CHECK_EQ(got - getpid(), 0);
	pid = -getpgrp();
	CHECK_EQ(ioctl(s[0], SIOCSPGRP, &pid), 0);
	CHECK_EQ(ioctl(s[0], SIOCGPGRP, &got), 0);
	CHECK_EQ(got + getpgrp(), 0);
	CHECK_EQ(fcntl(s[0], F_GETOWN) + getpgrp(), 0);
	pid = INT_MIN;
	CHECK_ERRNO(ioctl(s[0], FIOSETOWN, &pid), EINVAL);
	pid = 0x3ffffff;
	CHECK_ERRNO(ioctl(s[0], FIOSETOWN, &pid), ESRCH);
	CHECK_ERRNO(ioctl(s[0], FIOSETOWN, 8), EFAULT);
	CHECK_ERRNO(ioctl(s[0], FIOGETOWN, 8), EFAULT);
	pid = getpid();
	MUST(ioctl(s[0], FIOSETOWN, &pid));
	CHECK_EQ(ioctl(s[0], FIOASYNC, &on), 0);
	MUST(write(s[1], "x", 1));
	CHECK_TEXT(came(), "SIGIO ");
	MUST(close(s[0]));
	MUST(close(s[1]));
	MUST(pipe(s)); // of sockets only
	CHECK_ERRNO(ioctl(s[0], FIOSETOWN, &pid), ENOTTY);
	CHECK_ERRNO(ioctl(s[0], SIOCGPGRP, &pid), ENOTTY);
}

CONTRACT
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

	async_begin();
	for (int i = 0; i < 3; i++) {
		data(types[i]);
		polled(types[i]);
		ends(types[i]);
	}
	listeners();
	owners();
}
