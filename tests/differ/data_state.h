// SPDX-License-Identifier: MIT
// Deeper states of descriptors: pipes partly full, limits of a file's size, sealed memory, timers that expired, pending signals,
// positions near the ends; and what the kernel tells about a descriptor.

#ifndef DATA_STATE_H
#define DATA_STATE_H

#include "differ.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static volatile sig_atomic_t signals_seen;

static void on_signal(int number)
{
	signals_seen |= 1 << number;
}

// Signals that a call sent, in its line.
static void note_signals(void)
{
	if (signals_seen & 1 << SIGPIPE)
		note(" SIGPIPE");
	if (signals_seen & 1 << SIGXFSZ)
		note(" SIGXFSZ");
	signals_seen = 0;
}

static void data_state_begin(void)
{
	sigset_t set;

	sigaction(SIGPIPE, &(struct sigaction){.sa_handler = on_signal}, NULL);
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = on_signal}, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 36);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

// Writes of one length until no more goes in.
static void op_fill(void)
{
	int fd = a_fd(), most = (int)ONE_OF(3, 20, 40);
	size_t length = (size_t)ONE_OF(1, 100, 511, 4095, 4096, 4097, 5000, 16384);
	char *from = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long total = 0, n = 0;

	note("(%d, %zu)", fd, length);
	for (int i = 0; i < most; i++) {
		errno = 0;
		n = write(fd, from, length);
		if (n <= 0)
			break;
		total += n;
	}
	ended(n);
	note(" %ld", total);
	note_signals();
	munmap(from, length);
}

static void op_drain(void)
{
	static char to[16384];
	int fd = a_fd(), most = (int)ONE_OF(1, 5, 40);
	size_t length = (size_t)ONE_OF(1, 100, 4095, 4096, 5000, 16384);
	unsigned int sum = 0;
	long total = 0, n = 0;

	note("(%d, %zu)", fd, length);
	for (int i = 0; i < most; i++) {
		errno = 0;
		n = read(fd, to, length);
		if (n <= 0)
			break;
		total += n;
		for (long at = 0; at < n; at++)
			sum = sum * 31 + (unsigned char)to[at];
	}
	ended(n);
	note(" %ld", total);
}

static void op_size_limit(void)
{
	struct rlimit limit = {(rlim_t)ONE_OF(-1, -1, 0, 100, 4096, 5000, 8192), RLIM_INFINITY};

	DO(setrlimit(RLIMIT_FSIZE, &limit), "(%lld)", (long long)limit.rlim_cur);
}

static void op_seals(void)
{
	int fd = a_fd(), seals = (int)SOME_OF(1, 2, 4, 8, 16, 32, 2, 4, 8, 64);

	DO(fcntl(fd, F_ADD_SEALS, seals), "(%d, %#x)", fd, seals);
	note(" %d", fcntl(fd, F_GET_SEALS));
}

static void op_sealed_memory(void)
{
	long fd = DO(syscall(SYS_memfd_create, "sealed", 2), "()");

	keep_fd(fd);
	if (fd >= 0)
		(void)!ftruncate((int)fd, (off_t)ONE_OF(0, 100, 4096, 5000, 8192));
}

static void op_data_mapping(void)
{
	int fd = a_fd(), rights = (int)ONE_OF(PROT_READ, PROT_READ | PROT_WRITE),
	    kind = (int)ONE_OF(MAP_SHARED, MAP_SHARED, MAP_PRIVATE);
	void *at = mmap(NULL, 4096, rights, kind, fd, 0);

	note("(%d, %d, %d)", fd, rights, kind);
	ended(at == MAP_FAILED ? -1 : 0);
	if (at != MAP_FAILED && random_below(2))
		munmap(at, 4096);
}

static void op_counter(void)
{
	uint64_t value = (uint64_t)ONE_OF(0, 1, 2, 100, -1, -2, -3, 1LL << 62);
	struct iovec parts[2] = {{&value, 8}, {&value, 8}};
	int fd = a_fd();

	if (random_below(3))
		DO(write(fd, &value, 8), "(%d, %lld)", fd, (long long)value);
	else
		DO(writev(fd, parts, 2), "v(%d, %lld)", fd, (long long)value);
	note_signals();
}

static void op_ripe_timer(void)
{
	struct itimerspec set = {{0, 0}, {0, 1}}, old;
	struct pollfd poll_set = {.events = POLLIN};
	int fd = a_fd();

	if (DO(timerfd_settime(fd, 0, &set, &old), "(%d)", fd) == 0) {
		poll_set.fd = fd;
		note(" %d", poll(&poll_set, 1, 100));
	}
}

static void op_raise(void)
{
	int number = (int)ONE_OF(SIGUSR1, 36);
	siginfo_t info = {.si_code = SI_QUEUE, .si_value.sival_int = 7}; // from nobody: no pid
	sigset_t set;

	DO(syscall(SYS_rt_sigqueueinfo, getpid(), number, &info), "(%d)", number);
	sigemptyset(&set);
	sigaddset(&set, number);
	if (random_below(2))
		keep_fd(DO(signalfd(-1, &set, O_NONBLOCK), " signalfd"));
}

static void op_signals(void)
{
	static unsigned char records[8 * 128];
	int fd = a_fd(), length = (int)ONE_OF(128, 127, 256, 1024);
	long n = DO(read(fd, records, (size_t)length), "(%d, %d)", fd, length);

	if (n > 0 && n % 128 == 0 && records[0] >= 10 && records[0] < 40)
		for (long at = 0; at < n; at += 128)
			note(" {%u, %d, %d}", *(uint32_t *)(records + at),
			     *(int32_t *)(records + at + 8), *(int32_t *)(records + at + 44));
}

static void op_select(void)
{
	fd_set sets[3];
	int fd[3], count = (int)ONE_OF(10, 32, 64, 0, -1, 1024, 5);
	struct timeval time = {ONE_OF(0, 0, -1), ONE_OF(0, 0, 0, -1, 1000000)};

	note("(%d", count);
	for (int i = 0; i < 3; i++) {
		FD_ZERO(&sets[i]);
		fd[i] = a_fd();
		if (fd[i] >= 0 && fd[i] < 1024)
			FD_SET(fd[i], &sets[i]);
	}
	if (DO(select(count, &sets[0], &sets[1], &sets[2], &time), ", %d, %d, %d, %ld.%ld)", fd[0],
	       fd[1], fd[2], (long)time.tv_sec, (long)time.tv_usec) >= 0)
		for (int i = 0; i < 3; i++)
			note(" %d",
			     fd[i] >= 0 && fd[i] < 1024 ? FD_ISSET(fd[i], &sets[i]) != 0 : -1);
}

// What /proc tells of a descriptor, but for what differs by right.
static void op_fdinfo(void)
{
	static const char *const told[] = {"pos:", "flags:", "lock:", "eventfd-count:", "sigmask:"};
	char name[64], text[2048], *line, *rest = text;
	int fd = a_fd(), info;
	long n;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	info = open(name, O_RDONLY);
	note("(%d)", fd);
	ended(info < 0 ? -1 : 0);
	if (info < 0)
		return;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[n > 0 ? n : 0] = 0;
	while ((line = strsep(&rest, "\n")))
		for (size_t i = 0; i < COUNT(told); i++)
			if (!strncmp(line, told[i], strlen(told[i])) && line[0] != 'l')
				note(" %s", line);
}

static void op_sockets(void)
{
	int ends[2], type = (int)ONE_OF(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET);

	if (DO(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends), "(%d)", type) == 0) {
		keep_fd(ends[0]);
		keep_fd(ends[1]);
	}
}

static void op_owner(void)
{
	struct {
		int type, pid;
	} owner = {(int)ONE_OF(0, 1, 2, 3, -1), (int)ONE_OF(0, 0, 999999, -1)};
	int fd = a_fd(), number = (int)ONE_OF(0, -999999, 999999, -0x7fffffff - 1);

	switch (random_below(4)) {
	case 0:
		DO(fcntl(fd, F_SETOWN_EX, &owner), "(%d, ex {%d, %d})", fd, owner.type, owner.pid);
		break;
	case 1:
		if (DO(fcntl(fd, F_GETOWN_EX, &owner), "(%d, get)", fd) == 0)
			note(" {%d, %d}", owner.type, owner.pid);
		break;
	case 2:
		DO(syscall(SYS_fcntl, fd, F_SETOWN, (long)number), "(%d, %d)", fd, number);
		break;
	default:
		DO(fcntl(fd, 1027 /* F_DUPFD_QUERY */, (long)a_fd()), "(%d, same)", fd);
	}
}

static void op_far_position(void)
{
	int fd = a_fd();
	long long at = ONE_OF(0x7fffffffffffffff, 0x7ffffffffffff000, 0x7ffffffffffffffe,
			      0x7fffffff, 0x80000000);
	char byte[2] = "x";

	DO(lseek(fd, at, SEEK_SET), "(%d, %#llx)", fd, at);
	switch (random_below(4)) {
	case 0:
		DO(read(fd, byte, 2), " read");
		break;
	case 1:
		DO(write(fd, byte, 0), " nothing");
		break;
	case 2:
		DO(ftruncate(fd, at), " truncate");
		break;
	default:
		DO(posix_fadvise(fd, at, 4096, 3), " advise");
	}
	note_signals();
	lseek(fd, 0, SEEK_SET);
}

#define DATA_STATE_OPS                                                                            \
	{"fill", op_fill}, {"fill", op_fill}, {"drain", op_drain}, {"size_limit", op_size_limit}, \
		{"seal", op_seals}, {"seal", op_seals}, {"sealed_memory", op_sealed_memory},      \
		{"mapping", op_data_mapping}, {"counter", op_counter},                            \
		{"ripe_timer", op_ripe_timer}, {"raise", op_raise}, {"signals", op_signals},      \
		{"select", op_select}, {"fdinfo", op_fdinfo}, {"sockets", op_sockets},            \
		{"owner", op_owner},                                                              \
	{                                                                                         \
		"far", op_far_position                                                            \
	}

#endif
