// SPDX-License-Identifier: MIT
// Covers: PROC-22. What a child inherits and what it does not: locks, pending signals, timers,
// times, memory locks; descriptors share their position.
#include "contract.h"
#include <sys/times.h>

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct itimerval timer = {{0, 0}, {1000, 0}}, left;
	struct tms used;
	volatile unsigned long turns = 0;
	pid_t parent = getpid();

	MUST(write(fd, "abcdef", 6));
	MUST(lseek(fd, 0, SEEK_SET));
	MUST(fcntl(fd, F_SETLK, &lock));
	MUST(setitimer(ITIMER_REAL, &timer, NULL));
	while (times(&used), used.tms_utime + used.tms_stime < 15)
		turns++;
	long long mine = now_ns(CLOCK_PROCESS_CPUTIME_ID), before = now_ns(CLOCK_MONOTONIC);
	CHECK_EXIT(CHILD(MUST(getitimer(ITIMER_REAL, &left)); CHECK_EQ(left.it_value.tv_sec, 0);
			 long long its = now_ns(CLOCK_PROCESS_CPUTIME_ID);
			 // However long a busy host lets it stand, it used no more than has passed.
			 CHECK(its < now_ns(CLOCK_MONOTONIC) - before + mine / 2);
			 struct flock probe = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
			 MUST(fcntl(fd, F_GETLK, &probe)); CHECK_EQ(probe.l_pid, parent);
			 CHECK_EQ(getppid(), parent); CHECK(getpid() != parent); char byte;
			 MUST(read(fd, &byte, 1)); CHECK_EQ(byte, 'a')),
		   0);
	char byte;
	MUST(read(fd, &byte, 1));
	CHECK_EQ(byte, 'b');
	MUST(getitimer(ITIMER_REAL, &left));
	CHECK(left.it_value.tv_sec > 900);
	CHECK_EQ(field_of("/proc/self/status", "VmLck:"), 0);
	MUST(mlock(&lock, 8));
	CHECK(field_of("/proc/self/status", "VmLck:") > 0);
	CHECK_EXIT(CHILD(CHECK_EQ(field_of("/proc/self/status", "VmLck:"), 0)), 0);
}
