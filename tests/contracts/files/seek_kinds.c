// SPDX-License-Identifier: MIT
// Covers: FILE-24. lseek on what has no position: ESPIPE for pipes and terminals' like, ignored
// by the event descriptors, EINVAL for bad ways.
#include "contract.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

CONTRACT
{
	sigset_t set = set_of(SIGUSR1);
	char name[8];
	int event = (int)MUST(eventfd(0, 0)), queue = (int)MUST(epoll_create1(0));
	int timer = (int)MUST(timerfd_create(CLOCK_MONOTONIC, 0));
	int signals = (int)MUST(signalfd(-1, &set, 0)), ends[2];
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));

	MUST(pipe(ends));
	CHECK_ERRNO(lseek(ends[0], 0, SEEK_CUR), ESPIPE);
	CHECK_ERRNO(lseek(ends[1], 0, SEEK_SET), ESPIPE);
	CHECK_EQ(lseek(event, 10, SEEK_SET), 0);
	CHECK_ERRNO(pread(event, name, 8, 0), ESPIPE);
	CHECK_EQ(lseek(queue, 10, SEEK_SET), 0);
	CHECK_EQ(lseek(timer, 10, SEEK_SET), 0);
	CHECK_EQ(lseek(signals, 10, SEEK_SET), 0);
	CHECK_EQ(lseek(open("/dev/null", O_RDWR), 10, SEEK_SET), 0);
	CHECK_ERRNO(lseek(fd, 0, 9), EINVAL);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(fd, -1, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(99, 0, SEEK_SET), EBADF);
	CHECK_EQ(lseek(fd, 1LL << 40, SEEK_SET), 1LL << 40);
	CHECK_EQ(lseek(fd, 5, SEEK_CUR), (1LL << 40) + 5);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 0);
	CHECK_ERRNO(lseek(fd, 0, SEEK_DATA), ENXIO);
	CHECK_ERRNO(lseek(fd, 0, SEEK_HOLE), ENXIO);
	// One position for all descriptors of an open file, one each for each opening.
	MUST(write(fd, "0123456789", 10));
	int same = (int)MUST(dup(fd)), other = (int)MUST(open("f", O_RDONLY));
	MUST(lseek(fd, 3, SEEK_SET));
	CHECK_EQ(lseek(same, 0, SEEK_CUR), 3);
	CHECK_EQ(lseek(other, 0, SEEK_CUR), 0);
	CHECK_EXIT(CHILD(MUST(lseek(fd, 7, SEEK_SET))), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 7);
}
