// SPDX-License-Identifier: MIT
// What the contracts of sockets share: names, listeners, connected sockets, descriptors in
// messages.
#ifndef SOCKETS_HELPERS_H
#define SOCKETS_HELPERS_H

#include "contract.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static __attribute__((unused)) socklen_t path_name(struct sockaddr_un *name, const char *path)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	strcpy(name->sun_path, path);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

// Abstract: a NUL, then text.
static __attribute__((unused)) socklen_t abstract_name(struct sockaddr_un *name, const char *text)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	strcpy(name->sun_path + 1, text);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(text));
}

static __attribute__((unused)) int bound(int type, const char *path)
{
	struct sockaddr_un name;
	socklen_t length = path_name(&name, path);
	int fd = (int)MUST(socket(AF_UNIX, type, 0));

	MUST(bind(fd, (struct sockaddr *)&name, length));
	return fd;
}

static __attribute__((unused)) int listener(int type, const char *path, int backlog)
{
	int fd = bound(type, path);

	MUST(listen(fd, backlog));
	return fd;
}

static __attribute__((unused)) int connect_to(int fd, const char *path)
{
	struct sockaddr_un name;
	socklen_t length = path_name(&name, path);

	return connect(fd, (struct sockaddr *)&name, length);
}

static __attribute__((unused)) int get_int(int fd, int option)
{
	socklen_t length = sizeof(int);
	int value = -1;

	MUST(getsockopt(fd, SOL_SOCKET, option, &value, &length));
	return value;
}

static __attribute__((unused)) void set_int(int fd, int option, int value)
{
	MUST(setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)));
}

// What poll says at once about these events.
static __attribute__((unused)) int ready(int fd, short events)
{
	struct pollfd item = {.fd = fd, .events = events};

	MUST(poll(&item, 1, 0));
	return item.revents;
}
#define ALL_EVENTS (POLLIN | POLLOUT | POLLRDHUP)

// Send text with count descriptors.
static __attribute__((unused)) ssize_t send_fds(int socket, const char *text, const int *fds,
						size_t count, int flags)
{
	char control[CMSG_SPACE(256 * sizeof(int))] = {0};
	struct iovec vector = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	// By itself: the library copies control buffers, up to a size of its own.
	return syscall(SYS_sendmsg, socket, &message, flags);
}

// Receive up to room bytes of data and up to room_fds descriptors; how many came, and msg_flags.
static __attribute__((unused)) ssize_t receive_fds(int socket, char *data, size_t room, int *fds,
						   size_t room_fds, size_t *count, int flags,
						   int *out_flags)
{
	char control[CMSG_SPACE(256 * sizeof(int))] = {0};
	struct iovec vector = {data, room};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_LEN(room_fds * sizeof(int))};
	struct cmsghdr *header;
	ssize_t n = syscall(SYS_recvmsg, socket, &message, flags);

	*count = 0;
	if (out_flags)
		*out_flags = message.msg_flags;
	header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS) {
		*count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), *count * sizeof(int));
	}
	return n;
}

#endif
