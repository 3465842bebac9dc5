// SPDX-License-Identifier: MIT
// Local sockets: addresses, options, data, credentials, descriptors in flight. Everything by the bare calls: the library has fallbacks of its own.

#ifndef SOCKETS_H
#define SOCKETS_H

#include "differ.h"
#include "socket_names.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>

#define SOCKET_TYPE() (int)ONE_OF(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM)
// Not MSG_CMSG_COMPAT: it is invalid, but ignored where Linux runs no 32-bit programs (riscv64).
#define SEND_FLAGS()                                                                            \
	(int)SOME_OF(0, 0, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_EOR, MSG_MORE, MSG_CONFIRM,          \
		     MSG_DONTROUTE, MSG_PEEK, MSG_TRUNC, MSG_CTRUNC, MSG_ERRQUEUE, MSG_WAITALL, \
		     MSG_FIN, MSG_SYN, MSG_RST, MSG_CMSG_CLOEXEC, 0x10000, 0x80000)
#define RECEIVE_FLAGS()                                                                         \
	(int)SOME_OF(0, 0, MSG_PEEK, MSG_PEEK, MSG_TRUNC, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL, \
		     MSG_CMSG_CLOEXEC, MSG_EOR, MSG_NOSIGNAL, MSG_CTRUNC, 0x10000, 0x80000)

static volatile int broken_pipes;
static bool rights_sent;

static void on_broken_pipe(int number)
{
	(void)number;
	broken_pipes++;
}

// What the call was told besides its result.
static void show_broken_pipe(void)
{
	if (broken_pipes)
		note(" SIGPIPE");
	broken_pipes = 0;
}

// A socket has ended: a little later Linux looks for sockets that only each other's queues hold.
static void settle(void)
{
	if (rights_sent)
		sleep_ms(12);
}

static void sockets_begin(void)
{
	static const struct {
		const char *path;
		int type, backlog;
	} made[] = {{"s", SOCK_STREAM, 2}, {"g", SOCK_DGRAM, -1}, {"q", SOCK_SEQPACKET, 0}};
	int pair[2];

	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = on_broken_pipe}, NULL);
	names_begin();
	for (size_t i = 0; i < COUNT(made); i++) {
		struct sockaddr_un name = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, made[i].type | SOCK_NONBLOCK, 0);

		strcpy(name.sun_path, made[i].path);
		bind(fd, (struct sockaddr *)&name, sizeof(name));
		chmod(made[i].path, 0777);
		if (made[i].backlog >= 0)
			listen(fd, made[i].backlog);
		keep_fd(fd);
		socketpair(AF_UNIX, made[i].type | SOCK_NONBLOCK, 0, pair);
		keep_fd(pair[0]);
		keep_fd(pair[1]);
	}
	close(open("f", O_CREAT | O_RDWR, 0666));
	mkdir("d", 0777);
	symlink("s", "l");
}

// ---- making and naming ----

static void op_socket(void)
{
	int domain = random_below(8) ? AF_UNIX : (int)ONE_OF(0, -1, 100, 45, 46, 1 << 20),
	    type = random_below(6)
			   ? SOCKET_TYPE()
			   : (int)ONE_OF(SOCK_RAW, 0, 4, 6, 9, 10, 11, 12, 15, 16, 0x100, -1),
	    flags = (int)SOME_OF(0, SOCK_CLOEXEC, 0, 1 << 20),
	    protocol = random_below(6) ? 0 : (int)ONE_OF(1, 2, 5, -1, 256, 65537);

	flags |= SOCK_NONBLOCK;
	keep_fd(DO(syscall(SYS_socket, domain, type | flags, protocol), "(%d, %d|%#x, %d)", domain,
		   type, flags, protocol));
}

static void op_socketpair(void)
{
	int domain = random_below(10) ? AF_UNIX : (int)ONE_OF(0, -1, 100),
	    type = random_below(8) ? SOCKET_TYPE() : (int)ONE_OF(SOCK_RAW, 0, 4, 9, 11, 0x100),
	    protocol = random_below(8) ? 0 : (int)ONE_OF(1, 2, -1), fds[2] = {-7, -7};
	bool bad = !random_below(15);

	DO(syscall(SYS_socketpair, domain, type | SOCK_NONBLOCK, protocol, bad ? (int *)8 : fds),
	   "(%d, %d, %d, %s)", domain, type, protocol, bad ? "(8)" : "fds");
	note(" %d %d", fds[0], fds[1]);
	keep_fd(fds[0]);
	keep_fd(fds[1]);
}

static void op_bind(void)
{
	int fd = a_fd();
	struct named *name = a_socket_name();

	DO(syscall(SYS_bind, fd, name->address, name->length), "(%d, %s, %d)", fd, name->text,
	   name->length);
}

static void op_connect(void)
{
	int fd = a_fd();
	struct named *name = a_socket_name();

	if (DO(syscall(SYS_connect, fd, name->address, name->length), "(%d, %s, %d)", fd,
	       name->text, name->length) < 0)
		settle();
}

static void op_listen(void)
{
	int fd = a_fd(), backlog = (int)ONE_OF(0, 1, 2, 5, 128, 4096, -1, 0x7fffffff);

	DO(syscall(SYS_listen, fd, backlog), "(%d, %d)", fd, backlog);
}

static void op_accept(void)
{
	int fd = a_fd(), flags = SOCK_NONBLOCK | (int)ONE_OF(0, 0, 0, SOCK_CLOEXEC, 1, 0x100);
	struct name_place *place = a_name_place();

	keep_fd(DO(syscall(SYS_accept4, fd, place->address, place->length, flags), "4(%d, %s, %#x)",
		   fd, place->text, flags));
	show_name_place(place);
}

static void op_name(void)
{
	int fd = a_fd();
	struct name_place *place = a_name_place();
	bool peer = random_below(2);

	DO(syscall(peer ? SYS_getpeername : SYS_getsockname, fd, place->address, place->length),
	   "%s(%d, %s)", peer ? "peer" : "sock", fd, place->text);
	show_name_place(place);
}

static void op_shutdown(void)
{
	int fd = a_fd(), how = (int)ONE_OF(0, 1, 2, 0, 1, 2, 3, -1);

	DO(syscall(SYS_shutdown, fd, how), "(%d, %d)", fd, how);
}

// ---- data ----

static void op_sendto(void)
{
	int fd = a_fd(), flags = SEND_FLAGS();
	char *data = a_buffer();
	size_t length = a_length();
	struct named *name = random_below(3) ? &no_name : a_socket_name();

	DO(syscall(SYS_sendto, fd, data, length, flags, name->address, name->length),
	   "(%d, %zu, %#x, %s, %d)", fd, length, flags, name->text, name->length);
	show_broken_pipe();
}

static void op_recvfrom(void)
{
	int fd = a_fd(), flags = RECEIVE_FLAGS();
	char *data = a_buffer();
	size_t length = a_length();
	struct name_place *place = random_below(2) ? &no_name_place : a_name_place();
	long got;

	got = DO(syscall(SYS_recvfrom, fd, data, length, flags, place->address, place->length),
		 "(%d, %zu, %#x, %s)", fd, length, flags, place->text);
	show_sum(data, got < (long)length ? got : (long)length);
	show_name_place(place);
}

static void op_read_write(void)
{
	int fd = a_fd();
	char *data = a_buffer();
	size_t length = a_length();
	struct iovec parts[3] = {{data, length / 2}, {data + length / 2, 0}, {data, length / 3}};
	long got = 0;

	switch (random_below(5)) {
	case 0:
		got = DO(syscall(SYS_read, fd, data, length), " read(%d, %zu)", fd, length);
		break;
	case 1:
		got = DO(syscall(SYS_readv, fd, parts, 3), " readv(%d, %zu)", fd, length);
		break;
	case 2:
		DO(syscall(SYS_write, fd, data, length), " write(%d, %zu)", fd, length);
		break;
	case 3:
		DO(syscall(SYS_writev, fd, parts, 3), " writev(%d, %zu)", fd, length);
		break;
	case 4:
		DO(syscall(SYS_pread64, fd, data, length, 0L), " pread(%d, %zu)", fd, length);
		break;
	}
	show_sum(data, got < (long)length ? got : (long)length);
	show_broken_pipe();
}

// ---- state ----

static void op_socket_poll(void)
{
	struct pollfd items[3];
	short events = (short)ONE_OF(POLLIN, POLLOUT, POLLIN | POLLOUT | POLLRDHUP, -1, 0, POLLPRI,
				     POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND | 0x400);

	for (int i = 0; i < 3; i++)
		items[i] = (struct pollfd){.fd = a_fd(), .events = events};
	DO(poll(items, 3, 0), "(%d %d %d, %#x)", items[0].fd, items[1].fd, items[2].fd, events);
	note(" %#x %#x %#x", items[0].revents, items[1].revents, items[2].revents);
}

static void op_socket_epoll(void)
{
	static int set = -1;
	struct epoll_event event = {.events = (uint32_t)SOME_OF(EPOLLIN, EPOLLOUT, EPOLLRDHUP,
								EPOLLET, EPOLLONESHOT, EPOLLPRI)},
			   got[4];
	int fd = a_fd(),
	    what = (int)ONE_OF(EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL);
	long n;

	if (set < 0) { // a number that no call chooses
		int low = epoll_create1(0);

		set = fcntl(low, F_DUPFD, 900);
		close(low);
	}
	event.data.fd = fd;
	if (random_below(2)) {
		DO(epoll_ctl(set, what, fd, &event), "_ctl(%d, %d, %#x)", what, fd, event.events);
		return;
	}
	n = DO(epoll_wait(set, got, 4, 0), "_wait()");
	for (int i = 0; i < n; i++)
		note(" %d:%#x", got[i].data.fd, got[i].events);
}

static void op_socket_ioctl(void)
{
	int fd = a_fd(), value = -7;
	unsigned long command = (unsigned long)ONE_OF(FIONREAD, TIOCOUTQ, FIONREAD, TIOCOUTQ,
						      0x8905 /* SIOCATMARK */, 0x5401, 0x12345678);
	bool bad = !random_below(10);

	DO(syscall(SYS_ioctl, fd, command, bad ? (int *)8 : &value), "(%d, %#lx, %s)", fd, command,
	   bad ? "(8)" : "at");
	note(" %d", value);
}

static void op_socket_close(void)
{
	int fd = a_fd();

	if (fd == 1000 || fd < 3)
		return;
	DO(close(fd), "(%d)", fd);
	settle();
}

static void op_socket_stat(void)
{
	int fd = a_fd(), mode = MODE();
	struct stat st;

	switch (random_below(4)) {
	case 0:
		DO(fchmod(fd, (mode_t)mode), " fchmod(%d, %#o)", fd, mode);
		break;
	case 1:
		DO(lseek(fd, 0, SEEK_CUR), " lseek(%d)", fd);
		break;
	case 2:
		DO(ftruncate(fd, 0), " ftruncate(%d)", fd);
		break;
	case 3:
		if (DO(fstat(fd, &st), " fstat(%d)", fd) == 0)
			note(" %#o %d %d", st.st_mode, (int)st.st_size, (int)st.st_uid);
	}
}

static void op_names(void)
{
	const char *name = a_path_name(), *to = a_path_name();

	switch (random_below(4)) {
	case 0:
		DO(unlink(name), " unlink(%s)", name);
		break;
	case 1:
		DO(rename(name, to), " rename(%s, %s)", name, to);
		break;
	case 2:
		keep_fd(DO(open(name, O_RDWR | O_NONBLOCK), " open(%s)", name));
		break;
	case 3:
		DO(chmod(name, (mode_t)0600), " chmod(%s)", name);
	}
}

#include "socket_messages.h"
#include "socket_options.h"

static const struct op sockets_ops[] = {
	{"socket", op_socket},
	{"socketpair", op_socketpair},
	{"bind", op_bind},
	{"bind", op_bind},
	{"connect", op_connect},
	{"connect", op_connect},
	{"connect", op_connect},
	{"listen", op_listen},
	{"accept", op_accept},
	{"accept", op_accept},
	{"get", op_name},
	{"get", op_name},
	{"shutdown", op_shutdown},
	{"sendto", op_sendto},
	{"sendto", op_sendto},
	{"recvfrom", op_recvfrom},
	{"recvfrom", op_recvfrom},
	{"sendmsg", op_sendmsg},
	{"sendmsg", op_sendmsg},
	{"recvmsg", op_recvmsg},
	{"recvmsg", op_recvmsg},
	{"sendmmsg", op_sendmmsg},
	{"recvmmsg", op_recvmmsg},
	{"file", op_read_write},
	{"poll", op_socket_poll},
	{"poll", op_socket_poll},
	{"epoll", op_socket_epoll},
	{"ioctl", op_socket_ioctl},
	{"setsockopt", op_setsockopt},
	{"getsockopt", op_getsockopt},
	{"close", op_socket_close},
	{"file", op_socket_stat},
	{"name", op_names},
};

static const struct area sockets_area = {"sockets", sockets_begin, sockets_ops, COUNT(sockets_ops)};

#endif
