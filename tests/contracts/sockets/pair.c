// SPDX-License-Identifier: MIT
// Covers: SOCK-01 SOCK-02 SOCK-03. AF_UNIX socketpair: data, end of file, shutdown, peek,
// descriptors passed, credentials of the peer.
#include "contract.h"
#include <sys/socket.h>

CONTRACT
{
	int pair[2], type = 0, value = 0, fd;
	socklen_t length = sizeof(int);
	char data[64] = {0}, control[64];
	struct ucred peer;
	struct iovec vector = {data, 64};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	CHECK_EQ(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
	MUST(getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &type, &length));
	CHECK_EQ(type, SOCK_STREAM);
	MUST(getsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &value, &length));
	CHECK_EQ(value, 212992);
	value = 5000;
	MUST(setsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &value, length));
	MUST(getsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &value, &length));
	CHECK_EQ(value, 10000);
	length = sizeof(peer);
	MUST(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &length));
	CHECK_EQ(peer.pid, getpid());
	CHECK_EQ(peer.uid, 0);
	MUST(write(pair[0], "hello", 5));
	CHECK_EQ(recv(pair[1], data, 64, MSG_PEEK), 5);
	CHECK_EQ(recv(pair[1], data, 2, 0), 2);
	CHECK_EQ(recv(pair[1], data, 64, 0), 3);
	CHECK_ERRNO(recv(pair[1], data, 64, MSG_DONTWAIT), EAGAIN);
	put_file("f", "passed");
	fd = (int)MUST(open("f", O_RDONLY));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	vector.iov_len = 1;
	CHECK_EQ(sendmsg(pair[0], &message, 0), 1);
	close(fd);
	memset(control, 0, sizeof(control));
	message.msg_controllen = sizeof(control);
	CHECK_EQ(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC), 1);
	header = CMSG_FIRSTHDR(&message);
	CHECK_EQ(header->cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(header), sizeof(int));
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(read(fd, data, 64), 6);
	CHECK_EQ(memcmp(data, "passed", 6), 0);
	MUST(shutdown(pair[0], SHUT_WR));
	CHECK_EQ(recv(pair[1], data, 64, 0), 0);
	CHECK_ERRNO(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQ(send(pair[1], "back", 4, 0), 4);
	CHECK_EQ(recv(pair[0], data, 64, 0), 4);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	MUST(send(pair[0], "one", 3, 0));
	MUST(send(pair[0], "second", 6, 0));
	CHECK_EQ(recv(pair[1], data, 2, MSG_TRUNC), 3);
	CHECK_EQ(recv(pair[1], data, 64, 0), 6);
	CHECK_ERRNO(socketpair(AF_DECnet, SOCK_STREAM, 0, pair), EAFNOSUPPORT);
}
