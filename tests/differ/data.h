// SPDX-License-Identifier: MIT
// Descriptors: their flags, data, positions and locks; pipes, events, timers and sets of them.

#ifndef DATA_H
#define DATA_H

#include "data_state.h"
#include "differ.h"
#include "paths.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>

static void op_close(void)
{
	int fd = a_fd();

	if (fd != 1000)
		DO(close(fd), "(%d)", fd);
}

static void op_dup(void)
{
	int fd = a_fd(), to = (int)ONE_OF(3, 5, 9, 20, 30, -1, 1024, 0x7fffffff),
	    flags = (int)ONE_OF(0, O_CLOEXEC, 1, O_NONBLOCK);

	switch (random_below(3)) {
	case 0:
		keep_fd(DO(dup(fd), "(%d)", fd));
		break;
	case 1:
		keep_fd(DO(syscall(SYS_dup3, fd, to, flags), "3(%d, %d, %#x)", fd, to, flags));
		break;
	case 2:
		keep_fd(DO(syscall(SYS_dup3, fd, fd, flags), "3(%d, same, %#x)", fd, flags));
	}
}

static void op_fcntl(void)
{
	int fd = a_fd();
	// F_SETLEASE is not here.
	int command = (int)ONE_OF(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC,
				  F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_GETOWN,
				  F_GETSIG, F_SETSIG, F_GETLEASE, 9999, 1036, 1037);
	long argument =
		ONE_OF(0, 1, 2, 4, 8, 16, 31, 100, 1024, 4096, 65536, -1, O_APPEND, O_NONBLOCK,
		       O_RDWR, O_NONBLOCK | O_APPEND, O_DIRECT, 1 << 20, 1 << 21, 1LL << 31);

	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		keep_fd(DO(fcntl(fd, command, argument), "(%d, %d, %ld)", fd, command, argument));
	else if (command == 1036 ||
		 command == 1037) { // F_SET_RW_HINT writes where the argument points
		uint64_t hint = (uint64_t)ONE_OF(0, 1, 5, 6);

		DO(fcntl(fd, 1035 + (command & 1), &hint), "(%d, rw_hint, %llu)", fd,
		   (unsigned long long)hint);
	} else
		DO(syscall(SYS_fcntl, fd, command, argument), "(%d, %d, %ld)", fd, command,
		   argument);
}

static void op_lock(void)
{
	struct flock lock = {.l_type = (short)ONE_OF(F_RDLCK, F_WRLCK, F_UNLCK, 3, F_RDLCK),
			     .l_whence = (short)ONE_OF(SEEK_SET, SEEK_CUR, SEEK_END, 4, 0),
			     .l_start = ONE_OF(0, 1, 10, 100, -5, 4096, 0x7fffffffffffffff),
			     .l_len = ONE_OF(0, 1, 10, 100, -5, 4096, 0x7fffffffffffffff)};
	int fd = a_fd(), command = (int)ONE_OF(F_SETLK, F_GETLK, F_SETLK, 36 /* F_OFD_GETLK */,
					       37 /* F_OFD_SETLK */, 37);
	bool same = command == F_SETLK || command == 37;

	if (DO(fcntl(fd, command, &lock), "(%d, %d, {%d, %d, %lld, %lld})", fd, command,
	       lock.l_type, lock.l_whence, (long long)lock.l_start, (long long)lock.l_len) == 0 &&
	    !same)
		note(" {%d, %d, %lld, %lld, %d}", lock.l_type, lock.l_whence,
		     (long long)lock.l_start, (long long)lock.l_len,
		     lock.l_pid > 0 ? 1 : lock.l_pid);
}

static void op_flock(void)
{
	int fd = a_fd(),
	    how = (int)ONE_OF(LOCK_SH, LOCK_EX, LOCK_UN, LOCK_SH | LOCK_EX, 0, 32, 64) | LOCK_NB;

	DO(flock(fd, how), "(%d, %d)", fd, how);
}

static void op_read(void)
{
	int fd = a_fd();
	char *to = a_buffer();
	size_t length = a_length();
	long long at = OFFSET();
	long got;

	switch (random_below(3)) {
	case 0:
		got = DO(read(fd, to, length), "(%d, %zu)", fd, length);
		break;
	case 1:
		got = DO(pread(fd, to, length, at), "p(%d, %zu, %lld)", fd, length, at);
		break;
	default: {
		struct iovec parts[3] = {{to, length / 3},
					 {to + length / 3, length / 3},
					 {to + length / 3 * 2, length / 4}};
		int flags = (int)SOME_OF(0, 0, 1, 2, 4, 8, 16, 32);
		int count = (int)ONE_OF(3, 2, 1, 0, -1, 1025);

		got = DO(syscall(SYS_preadv2, fd, parts, count, at, 0, flags),
			 "v2(%d, %zu/%d, %lld, %#x)", fd, length, count, at, flags);
	}
	}
	if (got > 0 && length <= 16384)
		show_sum(to, got);
}

static void op_write(void)
{
	int fd = a_fd();
	char *from = a_buffer();
	size_t length = a_length();
	long long at = OFFSET();

	switch (random_below(4)) {
	case 0:
		DO(write(fd, from, length), "(%d, %zu)", fd, length);
		break;
	case 1:
		DO(pwrite(fd, from, length, at), "p(%d, %zu, %lld)", fd, length, at);
		break;
	case 2:
		DO(writev(fd, (struct iovec[]){{from, length / 2}, {from + length / 2, length / 3}},
			  2),
		   "v(%d, %zu)", fd, length);
		break;
	default: {
		struct iovec parts[3] = {{from, length / 3},
					 {from + length / 3, length / 3},
					 {from + length / 3 * 2, length / 4}};
		int flags = (int)SOME_OF(0, 0, 2, 4, 8, 16, 32, 64);
		int count = (int)ONE_OF(3, 2, 1, 0, -1, 1025);

		DO(syscall(SYS_pwritev2, fd, parts, count, at, 0, flags),
		   "v2(%d, %zu/%d, %lld, %#x)", fd, length, count, at, flags);
	}
	}
	note_signals();
}

static void op_lseek(void)
{
	int fd = a_fd(),
	    whence = (int)ONE_OF(SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE, 5, -1);
	long long at =
		ONE_OF(0, 1, -1, 100, 4096, 5000, -4096, 8192, 0x7fffffffffffffff, 1LL << 40);

	DO(lseek(fd, at, whence), "(%d, %lld, %d)", fd, at, whence);
}

static void op_truncate(void)
{
	int fd = a_fd();
	const char *name = a_name();
	long long to = OFFSET();

	if (random_below(2))
		DO(ftruncate(fd, to), "(%d, %lld)", fd, to);
	else
		DO(truncate(name, to), "(%s, %lld)", text_of(name), to);
}

static void op_fallocate(void)
{
	int fd = a_fd(), mode = (int)SOME_OF(0, 1, 2, 4, 8, 16, 32, 64, 3, 3, 16, 1);
	long long at = ONE_OF(0, 1, 4096, 5000, -1, 8192, 100000),
		  length = ONE_OF(0, 1, 4096, 8192, -1, 5000, 100000, 1LL << 40);

	DO(fallocate(fd, mode, at, length), "(%d, %d, %lld, %lld)", fd, mode, at, length);
}

static void op_sync(void)
{
	int fd = a_fd(), what = (int)ONE_OF(0, 1, 2, 4, 7, 8);

	switch (random_below(5)) {
	case 0:
		DO(fsync(fd), "(%d)", fd);
		break;
	case 1:
		DO(fdatasync(fd), "data(%d)", fd);
		break;
	case 2:
		DO(syscall(SYS_sync_file_range, fd, 0L, 4096L, what), "_file_range(%d, %d)", fd,
		   what);
		break;
	case 3:
		DO(syscall(SYS_fadvise64, fd, 0L, ONE_OF(0, -1, 4096), what), "fadvise(%d, %d)", fd,
		   what);
		break;
	default:
		DO(syscall(SYS_syncfs, fd), "fs(%d)", fd);
	}
}

static void op_copy(void)
{
	int in = a_fd(), out = a_fd(), flags = (int)SOME_OF(0, 0, 0, 1, 2, 4, 8, 16) | 2;
	size_t length = a_length();
	off_t from = ONE_OF(0, 0, 10, 4096, -1, 10000), to = ONE_OF(0, 0, 10, 4096, -1, 10000);
	off_t *from_at = random_below(2) ? &from : NULL, *to_at = random_below(2) ? &to : NULL;

	switch (random_below(5)) {
	case 0:
		DO(syscall(SYS_copy_file_range, in, from_at, out, to_at, length,
			   ONE_OF(0, 0, 0, 1)),
		   "_file_range(%d@%lld, %d@%lld, %zu)", in, from_at ? (long long)from : -9, out,
		   to_at ? (long long)to : -9, length);
		break;
	case 1:
		DO(sendfile(out, in, from_at, length), " sendfile(%d, %d@%lld, %zu)", out, in,
		   from_at ? (long long)from : -9, length);
		break;
	case 2:
		DO(splice(in, from_at, out, to_at, length, (unsigned int)flags),
		   " splice(%d@%lld, %d@%lld, %zu, %d)", in, from_at ? (long long)from : -9, out,
		   to_at ? (long long)to : -9, length, flags);
		break;
	case 3:
		DO(tee(in, out, length, (unsigned int)flags), " tee(%d, %d, %zu, %d)", in, out,
		   length, flags);
		break;
	default: {
		// Its own memory: what is lent to a pipe must not change.
		struct iovec part = {random_below(20) ? mmap(NULL, 16384, PROT_READ | PROT_WRITE,
							     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
						      : a_buffer(),
				     length};

		DO(vmsplice(in, &part, (size_t)ONE_OF(1, 1, 0, 1025), (unsigned int)flags),
		   " vmsplice(%d, %zu, %d)", in, length, flags);
	}
	}
	note(" {%lld, %lld}", (long long)from, (long long)to);
	note_signals();
}

static void op_make(void)
{
	int ends[2] = {-1, -1},
	    flags = (int)SOME_OF(0, O_CLOEXEC, O_NONBLOCK, O_DIRECT, 1, 2, 4, 8);
	int memory = (int)SOME_OF(0, 1, 2, 2, 8, 16, 32); // without MFD_HUGETLB
	static const char *const names[] = {"m", "", NULL};
	sigset_t set;
	int fd;

	switch (random_below(7)) {
	case 0:
	case 1:
		flags = (int)(O_NONBLOCK | SOME_OF(0, 0, 0, O_CLOEXEC, O_DIRECT, 1));
		if (DO(pipe2(ends, flags), " pipe2(%#x)", flags) == 0) {
			keep_fd(ends[0]);
			keep_fd(ends[1]);
		}
		break;
	case 2:
		keep_fd(DO(syscall(SYS_memfd_create, PICK(names), memory), " memfd(%#x)", memory));
		break;
	case 3:
		keep_fd(DO(eventfd((unsigned int)ONE_OF(0, 1, 5, 0xffffffff), flags | EFD_NONBLOCK),
			   " eventfd(%#x)", flags));
		break;
	case 4:
		keep_fd(DO(
			timerfd_create((int)ONE_OF(0, 1, 7, 8, 9, 2, 3, 100), flags | TFD_NONBLOCK),
			" timerfd(%#x)", flags));
		break;
	case 5:
		sigemptyset(&set);
		fd = (int)ONE_OF(-1, -1, -1, 4);
		keep_fd(DO(signalfd(fd, &set, flags | SFD_NONBLOCK), " signalfd(%d, %#x)", fd,
			   flags));
		break;
	default:
		keep_fd(DO(inotify_init1(flags | IN_NONBLOCK), " inotify(%#x)", flags));
	}
}

static void op_timerfd(void)
{
	int fd = a_fd(), flags = (int)SOME_OF(0, 1, 2, 4);
	struct itimerspec set = {{ONE_OF(0, 0, 1000, -1), ONE_OF(0, 0, 999999999, 1000000000)},
				 {ONE_OF(0, 4000000000, -1), ONE_OF(0, 0, 1000000000)}};

	if (random_below(2))
		DO(timerfd_settime(fd, flags, &set, NULL), "_set(%d, %#x, %lld.%ld, %lld.%ld)", fd,
		   flags, (long long)set.it_value.tv_sec, set.it_value.tv_nsec,
		   (long long)set.it_interval.tv_sec, set.it_interval.tv_nsec);
	else if (DO(timerfd_gettime(fd, &set), "_get(%d)", fd) == 0)
		note(" {%lld.%ld, %d}", (long long)set.it_interval.tv_sec, set.it_interval.tv_nsec,
		     set.it_value.tv_sec || set.it_value.tv_nsec);
}

static void op_epoll(void)
{
	int fd = a_fd(), target = a_fd(), op = (int)ONE_OF(1, 1, 1, 2, 3, 4);
	struct epoll_event event = {.events = (uint32_t)SOME_OF(1, 4, 8, 0x10, 0x2000, 0x80000000,
								0x40000000, 0x10000000, 0x20000000),
				    .data.u64 = 5},
			   got[8];
	long n;

	switch (random_below(4)) {
	case 0:
		keep_fd(DO(epoll_create1((int)ONE_OF(0, 0, O_CLOEXEC, 1)), "_create"));
		break;
	case 1:
	case 2:
		DO(epoll_ctl(fd, op, target, random_below(20) ? &event : NULL),
		   "_ctl(%d, %d, %d, %#x)", fd, op, target, event.events);
		break;
	default:
		n = DO(epoll_wait(fd, got, (int)ONE_OF(8, 8, 1, 0, -1), 0), "_wait(%d)", fd);
		for (long i = 0; i < n; i++)
			note(" %#x", got[i].events);
	}
}

static void op_poll(void)
{
	struct pollfd set[4];
	int count = (int)random_below(5);

	for (int i = 0; i < count; i++)
		set[i] =
			(struct pollfd){a_fd(), (short)SOME_OF(1, 4, 2, 0x40, 0x100, 0x2000, 7), 0};
	DO(poll(set, (nfds_t)count, 0), "(%d)", count);
	for (int i = 0; i < count; i++)
		note(" %d:%#x:%#x", set[i].fd, set[i].events, set[i].revents);
}

// Without FIOASYNC (SIGIO would come when it likes) and FS_IOC_GETFLAGS (no file has such flags).
static void op_ioctl(void)
{
	int fd = a_fd(), value = (int)ONE_OF(0, 1);
	unsigned long request = (unsigned long)ONE_OF(
		FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ, TIOCGPGRP, 0x1234,
		TIOCOUTQ, 0x5460 /* FIOQSIZE */, 1 /* FIBMAP */, 2 /* FIGETBSZ */);
	static char answer[128];
	long result;

	memset(answer, 0, sizeof(answer));
	memcpy(answer, &value, sizeof(value));
	result = DO(ioctl(fd, request, answer), "(%d, %#lx, %d)", fd, request, value);
	memcpy(&value, answer, sizeof(value));
	if (result == 0 && request == FIONREAD)
		note(" %d", value);
	if (request == FIONBIO)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void op_close_range(void)
{
	unsigned int first = (unsigned int)ONE_OF(3, 10, 20, 5),
		     last = (unsigned int)ONE_OF(3, 8, 20, 30, 999),
		     flags = (unsigned int)ONE_OF(0, 4, 2, 1);

	DO(syscall(SYS_close_range, first, last, flags), "(%u, %u, %u)", first, last, flags);
}

static const struct op data_ops[] = {
	{"close", op_close},	     {"dup", op_dup},	      {"fcntl", op_fcntl},
	{"lock", op_lock},	     {"flock", op_flock},     {"read", op_read},
	{"write", op_write},	     {"lseek", op_lseek},     {"truncate", op_truncate},
	{"fallocate", op_fallocate}, {"sync", op_sync},	      {"copy", op_copy},
	{"make", op_make},	     {"timerfd", op_timerfd}, {"epoll", op_epoll},
	{"poll", op_poll},	     {"ioctl", op_ioctl},     {"close_range", op_close_range},
	{"open", op_open},	     {"open", op_open},	      {"open", op_open},
	{"fcntl", op_fcntl},	     {"read", op_read},	      {"write", op_write},
	{"copy", op_copy},	     {"copy", op_copy},	      {"make", op_make},
	{"make", op_make},	     {"epoll", op_epoll},     {"fstat", op_fstat},
	{"fstat", op_fstat},	     DATA_STATE_OPS,
};

// With a FIFO among the names.
static void data_begin(void)
{
	paths_begin();
	(void)!mkfifo("c", 0666);
	chmod("c", 0666);
	data_state_begin();
}

static const struct area data_area = {"data", data_begin, data_ops, COUNT(data_ops)};

#endif
