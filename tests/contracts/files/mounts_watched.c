// SPDX-License-Identifier: MIT
// Covers: FILE-20 EVENT-01. Who has /proc/self/mounts or mountinfo open learns by POLLPRI that mounts came or went since he last asked.
#include "contract.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mount.h>

static int asked(int fd, int milliseconds)
{
	struct pollfd set = {.fd = fd, .events = POLLPRI};

	MUST(poll(&set, 1, milliseconds));
	return set.revents;
}

static void watch(const char *name)
{
	struct epoll_event event = {.events = EPOLLPRI | EPOLLET};
	int fd = (int)MUST(open(name, O_RDONLY)), other = (int)MUST(open(name, O_RDONLY)),
	    set = (int)MUST(epoll_create1(0));
	pid_t child;

	CHECK_EQ(asked(fd, 0), 0);
	MUST(mount("none", "m", "tmpfs", 0, NULL));
	CHECK_EQ(asked(fd, 0), POLLPRI | POLLERR);
	CHECK_EQ(asked(fd, 0), 0);
	MUST(umount("m"));
	CHECK_EQ(asked(fd, 0), POLLPRI | POLLERR);
	CHECK_EQ(asked(other, 0), POLLPRI | POLLERR); // each for himself
	CHECK_EQ(asked(other, 0), 0);
	// Nothing else changes anything.
	CHECK_ERRNO(mount("none", "nothere", "tmpfs", 0, NULL), ENOENT);
	CHECK_EQ(asked(fd, 0), 0);

	child = (pid_t)MUST(fork());
	if (child == 0) {
		wait_until_asleep(getppid());
		MUST(mount("none", "m", "tmpfs", 0, NULL));
		_exit(0);
	}
	CHECK_EQ(asked(fd, 10000), POLLPRI | POLLERR);
	CHECK_EXIT(child, 0);
	MUST(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
	while (epoll_wait(set, &event, 1, 0))
		;
	MUST(umount("m"));
	CHECK_EQ(MUST(epoll_wait(set, &event, 1, 0)), 1);
	CHECK_EQ(event.events, EPOLLPRI | EPOLLERR);
	MUST(close(set));
	MUST(close(fd));
	MUST(close(other));
}

CONTRACT
{
	MUST(mkdir("m", 0755));
	watch("/proc/self/mounts");
	watch("/proc/self/mountinfo");
}
