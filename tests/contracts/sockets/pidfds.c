// SPDX-License-Identifier: MIT
// Covers: SOCK-03. SO_PASSPIDFD: a descriptor of the sender's process comes with its message;
// order of control messages; truncation.
#include "helpers.h"

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#define SCM_PIDFD_ 4

static int types[4], count, pidfd;
static size_t used;
static int flags;

static void receive(int fd, size_t room)
{
	char data[16], control[256] = {0};
	struct iovec vector = {data, sizeof(data)};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = room};

	MUST(recvmsg(fd, &message, 0));
	count = 0;
	pidfd = -1;
	flags = message.msg_flags;
	used = message.msg_controllen;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header && count < 4;
	     header = CMSG_NXTHDR(&message, header)) {
		types[count++] = header->cmsg_type;
		if (header->cmsg_type == SCM_PIDFD_)
			memcpy(&pidfd, CMSG_DATA(header), sizeof(pidfd));
	}
}

CONTRACT
{
	siginfo_t info = {0};
	struct msghdr message = {0};
	struct iovec vector;
	int p[2], next;
	pid_t child;
	char data;

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	set_int(p[1], SO_PASSPIDFD, 1);
	CHECK_EQ(get_int(p[1], SO_PASSPIDFD), 1);
	child = CHILD(MUST(write(p[0], "x", 1)); pause());
	receive(p[1], 256);
	CHECK_EQ(count, 1);
	CHECK_EQ(types[0], SCM_PIDFD_);
	CHECK(pidfd >= 0);
	CHECK_EQ(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	MUST(kill(child, SIGKILL));
	CHECK_EQ(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK_EQ(info.si_pid, child);
	// He has been waited for: there is an error in place of the descriptor.
	MUST(close(pidfd));
	child = CHILD(MUST(write(p[0], "x", 1)));
	CHECK_EXIT(child, 0);
	receive(p[1], 256);
	CHECK_EQ(types[0], SCM_PIDFD_);
	CHECK_EQ(pidfd, -EINVAL);
	// Where it cannot be told no descriptor stays.
	vector = (struct iovec){&data, 1};
	message.msg_iov = &vector;
	message.msg_iovlen = 1;
	message.msg_control = MAP(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	message.msg_controllen = 256;
	MUST(write(p[0], "x", 1));
	next = (int)MUST(dup(0));
	close(next);
	CHECK_EQ(recvmsg(p[1], &message, 0), 1);
	CHECK_EQ(message.msg_controllen, 0);
	CHECK_EQ(dup(0), next);
	close(next);
	// All three: who, what, and the descriptor of who.
	set_int(p[1], SO_PASSCRED, 1);
	MUST(send_fds(p[0], "y", p, 1, 0));
	receive(p[1], 256);
	CHECK_EQ(count, 3);
	CHECK_EQ(types[0], SCM_CREDENTIALS);
	CHECK_EQ(types[1], SCM_RIGHTS);
	CHECK_EQ(types[2], SCM_PIDFD_);
	CHECK_EQ(used, CMSG_SPACE(12) + 2 * CMSG_SPACE(4));
	// Room for credentials only, for a part of them, for none.
	MUST(send_fds(p[0], "y", p, 1, 0));
	receive(p[1], CMSG_SPACE(12));
	CHECK_EQ(count, 1);
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
	CHECK_EQ(used, CMSG_SPACE(12));
	MUST(write(p[0], "x", 1));
	receive(p[1], CMSG_LEN(4));
	CHECK_EQ(used, CMSG_LEN(4));
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
	MUST(write(p[0], "x", 1));
	receive(p[1], 0);
	CHECK_EQ(used, 0);
	CHECK_EQ(flags & MSG_CTRUNC, MSG_CTRUNC);
}
