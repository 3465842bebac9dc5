// SPDX-License-Identifier: MIT
// Covers: SOCK-03. SO_PEERCRED, SO_PEERGROUPS, SO_PEERPIDFD; SCM_CREDENTIALS: who gets them, who
// may claim what.
#include "helpers.h"
#include <grp.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static char text[65536] = "c";

static ssize_t receive_creds(int fd, struct ucred *creds, bool *there)
{
	static char data[sizeof(text)];
	char control[CMSG_SPACE(sizeof(struct ucred))] = {0};
	struct iovec vector = {data, sizeof(data)};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &message, 0);
	struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*there = header && header->cmsg_type == SCM_CREDENTIALS;
	if (*there)
		memcpy(creds, CMSG_DATA(header), sizeof(*creds));
	return n;
}

static ssize_t send_creds(int fd, struct ucred claim, size_t size, size_t bytes)
{
	char control[CMSG_SPACE(64)] = {0};
	struct iovec vector = {text, bytes};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(size)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_CREDENTIALS;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), &claim, sizeof(claim));
	return sendmsg(fd, &message, 0);
}

CONTRACT
{
	gid_t groups[2] = {7, 5}, seen[4];
	struct ucred creds = {0};
	socklen_t length = sizeof(creds);
	int l, c, s, p[2], pidfd;
	bool there;
	pid_t child;
	siginfo_t info;

	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &creds, &length));
	CHECK_EQ(creds.pid, 0);
	CHECK_EQ(creds.uid, (uid_t)-1);
	CHECK_EQ(length, 12);
	CHECK_ERRNO(getsockopt(c, SOL_SOCKET, SO_PEERGROUPS, seen, &length), ENODATA);
	l = listener(SOCK_STREAM, "l", 1);
	MUST(chmod("..", 0755));
	MUST(chmod(".", 0755));
	MUST(chmod("l", 0777));
	child = CHILD(MUST(setgroups(2, groups)); MUST(setgid(1000)); MUST(setuid(1001));
		      MUST(connect_to(c, "l")); length = sizeof(creds);
		      MUST(getsockopt(c, SOL_SOCKET, SO_PEERCRED, &creds, &length));
		      CHECK_EQ(creds.pid, getppid()); CHECK_EQ(creds.uid, 0); pause());
	s = (int)MUST(accept(l, NULL, NULL));
	length = sizeof(creds);
	MUST(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &creds, &length));
	CHECK_EQ(creds.pid, child);
	CHECK_EQ(creds.uid, 1001);
	CHECK_EQ(creds.gid, 1000);
	length = 4;
	CHECK_ERRNO(getsockopt(s, SOL_SOCKET, SO_PEERGROUPS, seen, &length), ERANGE);
	CHECK_EQ(length, 8);
	MUST(getsockopt(s, SOL_SOCKET, SO_PEERGROUPS, seen, &length));
	CHECK_EQ(seen[0], 5);
	CHECK_EQ(seen[1], 7);
	length = sizeof(pidfd);
	MUST(getsockopt(s, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length));
	MUST(kill(child, SIGKILL));
	CHECK_EQ(waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	CHECK_EQ(info.si_pid, child);
	// Only who asks is told, and told of what is sent from then on.
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, p));
	MUST(write(p[0], "x", 1));
	set_int(p[1], SO_PASSCRED, 1);
	CHECK_EQ(get_int(p[1], SO_PASSCRED), 1);
	MUST(write(p[0], "y", 1));
	CHECK_EQ(receive_creds(p[1], &creds, &there), 1);
	CHECK_EQ(there, true);
	CHECK_EQ(creds.pid, 0);
	CHECK_EQ(creds.uid, 65534);
	CHECK_EQ(receive_creds(p[1], &creds, &there), 1);
	CHECK_EQ(creds.pid, getpid());
	CHECK_EQ(creds.uid, 0);
	set_int(p[1], SO_PASSCRED, 0);
	MUST(write(p[0], "y", 1));
	CHECK_EQ(receive_creds(p[1], &creds, &there), 1);
	CHECK_EQ(there, false);
	set_int(p[1], SO_PASSCRED, 1);
	// Who accepts may ask later; what the listener asks for then, it gets.
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(c, "l"));
	MUST(write(c, "x", 1));
	set_int(l, SO_PASSCRED, 1);
	s = (int)MUST(accept(l, NULL, NULL));
	CHECK_EQ(get_int(s, SO_PASSCRED), 1);
	CHECK_EQ(receive_creds(s, &creds, &there), 1);
	CHECK_EQ(creds.pid, getpid());
	c = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect_to(c, "l"));
	set_int(l, SO_PASSCRED, 0);
	s = (int)MUST(accept(l, NULL, NULL));
	CHECK_EQ(get_int(s, SO_PASSCRED), 0);
	// Claims.
	CHECK_EQ(send_creds(p[0], (struct ucred){1, 5, 6}, sizeof(creds), 1), 1);
	CHECK_EQ(receive_creds(p[1], &creds, &there), 1);
	CHECK_EQ(creds.pid, 1);
	CHECK_EQ(creds.uid, 5);
	CHECK_EQ(creds.gid, 6);
	CHECK_ERRNO(send_creds(p[0], (struct ucred){30000, 5, 6}, sizeof(creds), 1), ESRCH);
	CHECK_ERRNO(send_creds(p[0], (struct ucred){1, 5, 6}, sizeof(creds) + 4, 1), EINVAL);
	child = CHILD(
		MUST(setgid(1000)); MUST(setuid(1001));
		CHECK_ERRNO(send_creds(p[0], (struct ucred){getpid(), 0, 1000}, 12, 1), EPERM);
		CHECK_ERRNO(send_creds(p[0], (struct ucred){getpid(), 1001, 0}, 12, 1), EPERM);
		CHECK_ERRNO(send_creds(p[0], (struct ucred){1, 1001, 1000}, 12, 1), EPERM);
		CHECK_EQ(send_creds(p[0], (struct ucred){getpid(), 1001, 1000}, 12, 1), 1));
	CHECK_EXIT(child, 0);
	CHECK_EQ(receive_creds(p[1], &creds, &there), 1);
	CHECK_EQ(creds.pid, child);
	// Streams do not join what different processes wrote.
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	set_int(p[1], SO_PASSCRED, 1);
	MUST(write(p[0], "me", 2));
	CHECK_EXIT(CHILD(MUST(write(p[0], "child", 5))), 0);
	CHECK_EQ(receive_creds(p[1], &creds, &there), 2);
	CHECK_EQ(creds.pid, getpid());
	CHECK_EQ(receive_creds(p[1], &creds, &there), 5);
	// All of a long message is whose it claims to be.
	CHECK_EQ(send_creds(p[0], (struct ucred){1, 5, 6}, sizeof(creds), sizeof(text)),
		 sizeof(text));
	CHECK_EQ(receive_creds(p[1], &creds, &there), sizeof(text));
	CHECK_EQ(creds.uid, 5);
	// The end of a stream was sent by nobody.
	MUST(shutdown(p[0], SHUT_WR));
	CHECK_EQ(receive_creds(p[1], &creds, &there), 0);
	CHECK_EQ(there, true);
	CHECK_EQ(creds.pid, 0);
	CHECK_EQ(creds.uid, 0);
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p));
	set_int(p[1], SO_PASSCRED, 1);
	MUST(shutdown(p[0], SHUT_WR));
	CHECK_EQ(receive_creds(p[1], &creds, &there), 0);
	CHECK_EQ(there, false);
	// Asking for credentials names a socket, so that its peer can answer.
	c = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
	s = bound(SOCK_DGRAM, "s");
	set_int(c, SO_PASSCRED, 1);
	MUST(connect_to(c, "s"));
	struct sockaddr_un name;
	length = sizeof(name);
	MUST(getsockname(c, (struct sockaddr *)&name, &length));
	CHECK_EQ(length, 8);
}
