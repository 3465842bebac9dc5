// SPDX-License-Identifier: MIT
// Covers: SOCK-01. Socket options: what they read, their sizes and limits, what is refused;
// socket's own arguments.
#include "helpers.h"

static int doubled(int fd, int option, int value)
{
	set_int(fd, option, value);
	return get_int(fd, option);
}

// This one alone is left.
static void with_capability(int number)
{
	struct {
		unsigned int version;
		int pid;
	} head = {0x20080522, 0};
	unsigned int sets[6] = {1u << number, 1u << number};

	MUST(syscall(SYS_capset, &head, sets));
}

CONTRACT
{
	int fd = (int)MUST(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	struct linger linger = {5, 7};
	int value = 1, raw;
	socklen_t length;
	struct stat st, other;
	char text[64];
	ssize_t n;

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(get_int(fd, SO_TYPE), SOCK_SEQPACKET);
	CHECK_EQ(get_int(fd, SO_DOMAIN), AF_UNIX);
	CHECK_EQ(get_int(fd, SO_PROTOCOL), 0);
	CHECK_EQ(get_int(fd, SO_ERROR), 0);
	CHECK_EQ(get_int(fd, SO_ACCEPTCONN), 0);
	CHECK_EQ(get_int(fd, SO_SNDBUF), 212992);
	CHECK_EQ(get_int(fd, SO_RCVBUF), 212992);
	CHECK_EQ(get_int(fd, SO_SNDLOWAT), 1);
	CHECK_EQ(doubled(fd, SO_SNDBUF, 1), 4608);
	CHECK_EQ(doubled(fd, SO_RCVBUF, 1), 2304);
	CHECK_EQ(doubled(fd, SO_SNDBUF, 10000), 20000);
	CHECK_EQ(doubled(fd, SO_RCVBUF, 300000), 425984);
	set_int(fd, SO_SNDBUFFORCE, 500000);
	CHECK_EQ(get_int(fd, SO_SNDBUF), 1000000);
	CHECK_EQ(doubled(fd, SO_REUSEADDR, 5), 1);
	CHECK_EQ(doubled(fd, SO_KEEPALIVE, 1), 1);
	CHECK_EQ(doubled(fd, SO_KEEPALIVE, 0), 0);
	CHECK_EQ(doubled(fd, SO_BROADCAST, 1), 1);
	CHECK_EQ(doubled(fd, SO_PRIORITY, 3), 3);
	CHECK_EXIT(CHILD(with_capability(12 /* CAP_NET_ADMIN */);
			 CHECK_EQ(doubled(fd, SO_PRIORITY, 7), 7)),
		   0);
	CHECK_EXIT(CHILD(with_capability(13 /* CAP_NET_RAW */);
			 CHECK_EQ(doubled(fd, SO_PRIORITY, 8), 8);
			 CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_DEBUG, &value, sizeof(value)),
				     EACCES)),
		   0);
	CHECK_EXIT(CHILD(with_capability(0); CHECK_EQ(doubled(fd, SO_PRIORITY, 6), 6); value = 7;
			 CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &value, sizeof(value)),
				     EPERM)),
		   0);
	MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	memset(&linger, 0, sizeof(linger));
	length = sizeof(linger);
	MUST(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
	CHECK_EQ(length, 8);
	CHECK_EQ(linger.l_onoff, 1);
	CHECK_EQ(linger.l_linger, 7);
	// Lengths: too short to set; short to get is cut.
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, 3), EINVAL);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, (void *)8, 4), EFAULT);
	value = -1;
	length = 2;
	MUST(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length));
	CHECK_EQ(length, 2);
	CHECK_EQ(value, (int)0xffff0005);
	length = (socklen_t)-1;
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length), EINVAL);
	length = 4;
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4), ENOPROTOOPT);
	CHECK_ERRNO(setsockopt(fd, SOL_SOCKET, 9999, &value, 4), ENOPROTOOPT);
	CHECK_ERRNO(getsockopt(fd, SOL_SOCKET, 9999, &value, &length), ENOPROTOOPT);
	CHECK_ERRNO(setsockopt(fd, 6, 1, &value, 4), EOPNOTSUPP);
	CHECK_ERRNO(getsockopt(fd, 6, 1, &value, &length), EOPNOTSUPP);
	CHECK_ERRNO(getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &length), ENOTSOCK);
	CHECK_ERRNO(getsockopt(99, SOL_SOCKET, SO_TYPE, &value, &length), EBADF);
	// A raw one is a datagram socket.
	raw = (int)MUST(socket(AF_UNIX, SOCK_RAW, AF_UNIX));
	CHECK_EQ(get_int(raw, SO_TYPE), SOCK_DGRAM);
	CHECK_ERRNO(socket(AF_UNIX, 9, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM, 5), EPROTONOSUPPORT);
	CHECK_ERRNO(socket(100, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO(socket(AF_UNIX, 12, 0), EINVAL);
	CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM | 0x100, 0), EINVAL);
	CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)8), EFAULT);
	// What it is as a file.
	MUST(fstat(fd, &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0777);
	CHECK_EQ(st.st_nlink, 1);
	MUST(fstat(raw, &other));
	CHECK_EQ(st.st_dev, other.st_dev);
	CHECK(st.st_ino != other.st_ino);
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	char link[64] = {0}, expected[64];
	n = MUST(readlink(text, link, sizeof(link) - 1));
	(void)n;
	snprintf(expected, sizeof(expected), "socket:[%llu]", (unsigned long long)st.st_ino);
	CHECK_TEXT(link, expected);
	CHECK_ERRNO(open(text, O_RDWR), ENXIO);
	CHECK_ERRNO(ioctl(fd, 0x5401, text), ENOTTY);
	CHECK_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0, ENODEV);
}
