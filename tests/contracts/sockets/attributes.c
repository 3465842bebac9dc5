// SPDX-License-Identifier: MIT
// Covers: SOCK-01 SOCK-02 FILE-15 SYS-05. A socket tells its protocol's name by an attribute, and in fdinfo how many open files wait in its queue.
#include "contract.h"
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

static void attribute(int type, const char *protocol)
{
	static const char name[] = "system.sockprotoname";
	char text[64];
	int fd = (int)MUST(socket(AF_UNIX, type, 0));

	CHECK_EQ(flistxattr(fd, text, sizeof(text)), (long)sizeof(name));
	CHECK_TEXT(text, name);
	CHECK_EQ(flistxattr(fd, NULL, 0), (long)sizeof(name));
	CHECK_ERRNO(flistxattr(fd, text, 5), ERANGE);
	CHECK_EQ(fgetxattr(fd, name, text, sizeof(text)), (long)strlen(protocol) + 1);
	CHECK_TEXT(text, protocol);
	CHECK_ERRNO(fgetxattr(fd, name, text, 2), ERANGE);
	CHECK_ERRNO(fgetxattr(fd, "system.other", text, 2), EOPNOTSUPP);
	CHECK_ERRNO(fsetxattr(fd, name, "a", 1, 0), EOPNOTSUPP);
	CHECK_ERRNO(fremovexattr(fd, name), EOPNOTSUPP);
	CHECK_ERRNO(fgetxattr(fd, "user.a", text, 2), ENODATA);
	MUST(close(fd));
}

static void pass(int to, int file, int count)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control = {0};
	struct iovec iov = {"x", 1};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};

	control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN((size_t)count * sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS};
	for (int i = 0; i < count; i++)
		memcpy(CMSG_DATA(&control.head) + (size_t)i * sizeof(int), &file, sizeof(file));
	CHECK_EQ(sendmsg(to, &message, 0), 1);
}

static long long waiting(int fd)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return field_of(path, "scm_fds:");
}

static void queued(int type)
{
	int ends[2];
	char byte;

	MUST(socketpair(AF_UNIX, type, 0, ends));
	CHECK_EQ(waiting(ends[0]), 0);
	pass(ends[1], 0, 3);
	pass(ends[1], 0, 2);
	CHECK_EQ(waiting(ends[0]), 5);
	CHECK_EQ(waiting(ends[1]), 0);
	CHECK_EQ(recv(ends[0], &byte, 1, 0), 1);
	CHECK_EQ(waiting(ends[0]), 2);
	MUST(close(ends[0]));
	MUST(close(ends[1]));
}

// A listener counts for the connections that it has not accepted.
static void pending(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "s"};
	int listener = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0)),
	    client = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));

	MUST(bind(listener, (struct sockaddr *)&address, sizeof(address)));
	MUST(listen(listener, 3));
	CHECK_EQ(waiting(listener), 0);
	MUST(connect(client, (struct sockaddr *)&address, sizeof(address)));
	pass(client, 0, 4);
	CHECK_EQ(waiting(listener), 4);
	MUST(close((int)MUST(accept(listener, NULL, NULL))));
	CHECK_EQ(waiting(listener), 0);
}

CONTRACT
{
	attribute(SOCK_STREAM, "UNIX-STREAM");
	attribute(SOCK_DGRAM, "UNIX");
	attribute(SOCK_SEQPACKET, "UNIX");
	queued(SOCK_STREAM);
	queued(SOCK_DGRAM);
	queued(SOCK_SEQPACKET);
	pending();
}
