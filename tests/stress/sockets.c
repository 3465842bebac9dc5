// SPDX-License-Identifier: MIT
// Local sockets at random: sockets [ROUNDS]. Processes make pairs, send each other's descriptors around in circles, peek, shut down and
// close; servers are connected to and left. In the end nobody holds anything, so nothing may be left.

#include "contract.h"

#include <sys/socket.h>
#include <sys/un.h>

#define HELD 16

static int held[HELD];
static uint32_t state;

static uint32_t roll(uint32_t sides)
{
	state = state * 1103515245u + 12345u;
	return (state >> 16) % sides;
}

static void put(int slot, int fd)
{
	if (held[slot] >= 0)
		close(held[slot]);
	held[slot] = fd;
}

static void send_some(int fd, const int *fds, size_t count)
{
	char control[CMSG_SPACE(4 * sizeof(int))] = {0};
	struct iovec vector = {"x", 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL); // any answer will do
}

static void receive_some(int fd)
{
	char data[8], control[CMSG_SPACE(2 * sizeof(int))];
	struct iovec vector = {data, sizeof(data)};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header;
	int fds[2];

	if (recvmsg(fd, &message, MSG_DONTWAIT | (roll(4) ? 0 : MSG_PEEK)) <= 0)
		return;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return;
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	for (size_t i = 0; i < count; i++)
		put((int)roll(HELD), fds[i]);
}

static void make_pair(int a, int b)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int ends[2];

	if (a == b || socketpair(AF_UNIX, types[roll(3)] | SOCK_NONBLOCK, 0, ends) < 0)
		return;
	put(a, ends[0]);
	put(b, ends[1]);
}

static void step(void)
{
	static char data[210000];
	int a = (int)roll(HELD), b = (int)roll(HELD);
	int some[3] = {held[roll(HELD)], held[roll(HELD)], 0};

	switch (roll(8)) {
	case 0:
	case 1:
		make_pair(a, b);
		break;
	case 2:
	case 3:
		send_some(held[a], some, roll(2) ? 1 : 3);
		break;
	case 4:
		receive_some(held[a]);
		break;
	case 5:
		put(a, -1);
		break;
	case 6:
		send(held[a], data, roll(8) ? roll(3000) : 4 * roll(sizeof(data) / 4),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	default:
		if (roll(8) == 0)
			shutdown(held[a], (int)roll(3));
		break;
	}
}

static void mix(uint32_t seed)
{
	state = seed;
	for (int i = 0; i < HELD; i++)
		held[i] = -1;
	for (int i = 0; i < 4000; i++)
		step();
}

static void client(const struct sockaddr_un *name, int listener, int number)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0)
		_exit(1);
	send(fd, "hello", 5, MSG_NOSIGNAL);
	if (number % 3 == 0)
		send_some(fd, &listener, 1); // the listener in a queue of its own
}

static void serve(int id)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int listener = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	char data[8];

	snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "stress%d", id);
	MUST(bind(listener, (struct sockaddr *)&name, sizeof(name)));
	MUST(listen(listener, 3));
	for (int i = 0; i < 100; i++) {
		pid_t child = CHILD(client(&name, listener, i));

		if (i % 4 == 1)
			child_wait(child); // it has gone before it is accepted
		int fd = (int)MUST(accept(listener, NULL, NULL));

		if (i % 4 != 1)
			MUST(read(fd, data, sizeof(data)));
		close(fd);
		if (i % 4 != 1)
			child_wait(child);
	}
}

// A socket in its own queue, whose last descriptor is closed when no other socket is left to end.
static void knot(void)
{
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	send_some(pair[0], &pair[1], 1);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 4;
	pid_t children[8];

	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < 8; i++)
			children[i] =
				i % 2 ? CHILD(serve(i)) : CHILD(mix((uint32_t)(round * 8 + i)));
		for (int i = 0; i < 8; i++)
			CHECK_EXIT(children[i], 0);
	}
	CHECK_EXIT(CHILD(knot()), 0);
	say("ok");
	return 0;
}
