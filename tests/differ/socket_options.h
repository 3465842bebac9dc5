// SPDX-License-Identifier: MIT
// setsockopt and getsockopt: every option, odd lengths and values.

#ifndef SOCKET_OPTIONS_H
#define SOCKET_OPTIONS_H

#include "differ.h"

#include <sys/socket.h>

static int a_level(void)
{
	return random_below(12) ? SOL_SOCKET : (int)ONE_OF(0, 6, 41, 274, 284, -1, 255);
}

static int an_option(void)
{
	static const int frequent[] = {SO_SNDBUF,
				       SO_RCVBUF,
				       SO_PASSCRED,
				       SO_PASSCRED,
				       42 /* PEEK_OFF */,
				       42,
				       SO_RCVLOWAT,
				       SO_ERROR,
				       SO_RCVTIMEO,
				       SO_SNDTIMEO,
				       SO_PEERCRED,
				       76 /* PASSPIDFD */,
				       66 /* RCVTIMEO_NEW */,
				       SO_LINGER};
	// Of network devices and protocols, packet filters, labels and time stamps: Tern answers ENOPROTOOPT (docs/syscalls.md).
	static const uint64_t absent = 1ull << 11 | 1ull << 14 | 0x3full << 24 | 0xfull << 34 |
				       3ull << 40 | 0xffffull << 43 | 0xfull << 60;
	int option;

	if (random_below(2))
		return PICK(frequent);
	do {
		option = (int)random_below(64);
	} while (absent >> option & 1);
	return option;
}

static void op_setsockopt(void)
{
	union {
		int number;
		struct linger linger;
		struct timeval time;
		char bytes[64];
	} value;
	int fd = a_fd(), level = a_level(), option = an_option(), length = 4;
	bool bad = !random_below(25);

	memset(&value, 0, sizeof(value));
	switch (option) {
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
	case 66:
	case 67:
		// Linux counts in ticks of 4 ms.
		value.time.tv_sec = (time_t)ONE_OF(0, 0, 1, 100, -1, 1LL << 62, 1LL << 40);
		value.time.tv_usec = (suseconds_t)ONE_OF(0, 0, 4000, 400000, 1000000, -1);
		length = sizeof(value.time);
		note("({%lld %ld}", (long long)value.time.tv_sec, (long)value.time.tv_usec);
		break;
	case SO_LINGER:
		value.linger.l_onoff = (int)ONE_OF(0, 1, 5, -1);
		value.linger.l_linger = (int)ONE_OF(0, 1, 5, -1, 100000);
		length = sizeof(value.linger);
		note("({%d %d}", value.linger.l_onoff, value.linger.l_linger);
		break;
	default:
		value.number = (int)(random_below(2) ? ONE_OF(0, 1)
						     : ONE_OF(0, 1, 2, 5, 7, 100, 1000, 3000, 5000,
							      20000, 212992, 300000, -1, 0x7fffffff,
							      -0x80000000LL));
		note("(%d", value.number);
	}
	if (!random_below(8))
		length = (int)ONE_OF(0, 1, 2, 3, 5, 8, 12, 15, 16, 17, 64, -1, 0x7fffffff);
	DO(syscall(SYS_setsockopt, fd, level, option, bad ? (void *)8 : &value, length),
	   ", %d, %d, %d, %d%s)", fd, level, option, length, bad ? " bad" : "");
}

static void op_getsockopt(void)
{
	int fd = a_fd(), level = a_level(), option = an_option();
	socklen_t length =
		(socklen_t)(random_below(2) ? 64 : ONE_OF(4, 8, 16, 0, 1, 2, 3, 5, 7, 12, 15, -1));
	bool bad = !random_below(20), no_length = !random_below(20);
	unsigned char value[64];

	memset(value, 0x55, sizeof(value));
	DO(syscall(SYS_getsockopt, fd, level, option, bad ? (void *)8 : value,
		   no_length ? (void *)8 : &length),
	   "(%d, %d, %d, %d%s%s)", fd, level, option, (int)length, bad ? " bad" : "",
	   no_length ? " no" : "");
	note(" [%d]", (int)length);
	if (option == SO_PEERCRED) { // begins with a pid
		int32_t pid;

		memcpy(&pid, value, sizeof(pid));
		note(" pid %s", pid == getpid() ? "mine" : pid == 0 ? "0" : "other");
		memset(value, 0, 4);
	}
	if (option == 57 || option == 55) // a random number; memory
		return;
	note(" ");
	for (size_t i = 0; i < 24; i++)
		note("%02x", value[i]);
}

#endif
