// SPDX-License-Identifier: MIT
// What the contracts of MSG_OOB share: a pair of streams, and its receiving end's state as text.
#ifndef SOCKETS_OUT_OF_BAND_H
#define SOCKETS_OUT_OF_BAND_H

#include "helpers.h"
#include <sys/ioctl.h>

static int pair[2];

static __attribute__((unused)) void fresh(const char *what)
{
	if (pair[0]) {
		MUST(close(pair[0]));
		MUST(close(pair[1]));
	}
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	say("-- %s", what);
}

static __attribute__((unused)) void set_inline(int on)
{
	MUST(setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)));
}

static __attribute__((unused)) const char *failure(void)
{
	switch (errno) {
	case EAGAIN:
		return "again";
	case EINVAL:
		return "invalid";
	case EPIPE:
		return "broken";
	case EOPNOTSUPP:
		return "not supported";
	case EFAULT:
		return "fault";
	default:
		return strerror(errno);
	}
}

// What happened, and what the receiver's end is like now.
static __attribute__((unused)) const char *state(const char *happened)
{
	static char text[256];
	struct pollfd poller = {pair[1], POLLIN | POLLPRI | POLLRDHUP, 0};
	int mark = -1, readable = -1, charged = -1;

	MUST(poll(&poller, 1, 0));
	MUST(ioctl(pair[1], SIOCATMARK, &mark));
	MUST(ioctl(pair[1], FIONREAD, &readable));
	MUST(ioctl(pair[0], TIOCOUTQ, &charged));
	snprintf(text, sizeof(text), "%s: %s%s%s%s%d readable, %d charged", happened,
		 poller.revents & POLLIN ? "in " : "", poller.revents & POLLPRI ? "pri " : "",
		 poller.revents & POLLRDHUP ? "end " : "", mark ? "mark " : "", readable, charged);
	return text;
}

#endif
