// SPDX-License-Identifier: MIT
// Covers: SOCK-01. sendmmsg and recvmmsg: counts, lengths, time limits; vectors; header errors.
#include "helpers.h"
#include <sys/uio.h>

CONTRACT
{
	char data[8][8] = {{0}};
	struct iovec vectors[8];
	struct mmsghdr messages[8];
	struct timespec limit = {0, 30000000};
	struct msghdr message = {0};
	int p[2], error;
	socklen_t length;

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < 8; i++) {
		memset(data[i], 'a' + i, 8);
		vectors[i] = (struct iovec){data[i], (size_t)i};
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK_EQ(sendmmsg(p[0], messages, 5, 0), 5);
	CHECK_EQ(messages[4].msg_len, 4);
	for (int i = 0; i < 8; i++) {
		memset(data[i], 0, 8);
		vectors[i].iov_len = 8;
		messages[i].msg_len = 99;
	}
	// Through the system call: the library copies and widens.
	CHECK_EQ(syscall(SYS_recvmmsg, p[1], messages, 8, MSG_DONTWAIT, NULL), 5);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(messages[i].msg_len, i);
	CHECK_EQ(messages[5].msg_len, 99);
	CHECK_EQ(memcmp(data[3], "ddd\0", 4), 0);
	CHECK_ERRNO(syscall(SYS_recvmmsg, p[1], messages, 8, MSG_DONTWAIT, NULL), EAGAIN);
	// One is enough.
	MUST(send(p[0], "one", 3, 0));
	CHECK_EQ(syscall(SYS_recvmmsg, p[1], messages, 8, MSG_WAITFORONE, NULL), 1);
	// The time limit is looked at between messages.
	limit.tv_nsec = 0;
	MUST(send(p[0], "1", 1, 0));
	MUST(send(p[0], "2", 1, 0));
	CHECK_EQ(syscall(SYS_recvmmsg, p[1], messages, 8, 0, &limit), 1);
	limit.tv_nsec = 1000000000;
	CHECK_ERRNO(syscall(SYS_recvmmsg, p[1], messages, 8, 0, &limit), EINVAL);
	MUST(recv(p[1], data[0], 8, 0));
	// An error behind a success is kept for later.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(write(p[0], "abc", 3));
	messages[1].msg_hdr.msg_iov = (struct iovec *)8;
	CHECK_EQ(sendmmsg(p[0], messages, 0, 0), 0);
	CHECK_EQ(syscall(SYS_recvmmsg, p[1], messages, 2, 0, NULL), 1);
	error = 0;
	length = sizeof(error);
	MUST(getsockopt(p[1], SOL_SOCKET, SO_ERROR, &error, &length));
	CHECK_EQ(error, EFAULT);
	// A byte out of band is the last that comes, without looking for more.
	messages[1].msg_hdr.msg_iov = &vectors[1];
	MUST(send(p[0], "ab", 2, MSG_OOB));
	CHECK_EQ(syscall(SYS_recvmmsg, p[1], messages, 2, MSG_OOB, NULL), 1);
	CHECK_EQ(messages[0].msg_hdr.msg_flags & MSG_OOB, MSG_OOB);
	CHECK_EQ(get_int(p[1], SO_ERROR), 0);
	CHECK_EQ(read(p[1], data[0], 8), 1);
	// Vectors: gathered and scattered, by message and by writev.
	vectors[0] = (struct iovec){"gath", 4};
	vectors[1] = (struct iovec){"", 0};
	vectors[2] = (struct iovec){"ered", 4};
	message = (struct msghdr){.msg_iov = vectors, .msg_iovlen = 3};
	CHECK_EQ(sendmsg(p[0], &message, 0), 8);
	CHECK_EQ(writev(p[0], vectors, 3), 8);
	vectors[0] = (struct iovec){data[0], 3};
	vectors[1] = (struct iovec){data[1], 8};
	CHECK_EQ(readv(p[1], vectors, 2), 11);
	CHECK_EQ(memcmp(data[0], "gat", 3), 0);
	CHECK_EQ(memcmp(data[1], "heredgat", 8), 0);
	message.msg_iovlen = 1025;
	CHECK_ERRNO(sendmsg(p[0], &message, 0), EMSGSIZE);
	CHECK_ERRNO(syscall(SYS_recvmsg, p[1], (struct msghdr *)8, 0), EFAULT);
}
