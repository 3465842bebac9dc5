// SPDX-License-Identifier: MIT
// Covers: SIG-10 EVENT-05. signalfd: its 128-byte records, what is readable, the mask changed,
// EAGAIN, EINVAL; blocked signals only.
#include "contract.h"
#include <sys/signalfd.h>

CONTRACT
{
	sigset_t set = set_of(SIGUSR1), other = set_of(SIGUSR2);
	struct signalfd_siginfo info[3];
	struct pollfd ready;
	int fd;

	sigaddset(&set, SIGRTMIN);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	MUST(sigprocmask(SIG_BLOCK, &other, NULL));
	fd = (int)MUST(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	CHECK_ERRNO(read(fd, info, sizeof(info)), EAGAIN);
	raise(SIGUSR2);
	CHECK_ERRNO(read(fd, info, sizeof(info)), EAGAIN);
	ready = (struct pollfd){fd, POLLIN, 0};
	CHECK_EQ(poll(&ready, 1, 0), 0);
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_ptr = (void *)0x123456789a});
	kill(getpid(), SIGUSR1);
	CHECK_EQ(poll(&ready, 1, 0), 1);
	CHECK_EQ(ready.revents, POLLIN);
	CHECK_ERRNO(read(fd, info, 100), EINVAL);
	memset(info, 0xff, sizeof(info));
	CHECK_EQ(read(fd, info, sizeof(info)), 256);
	CHECK_EQ(info[0].ssi_signo, SIGUSR1);
	CHECK_EQ(info[0].ssi_code, SI_USER);
	CHECK_EQ(info[0].ssi_pid, getpid());
	CHECK_EQ(info[0].ssi_uid, 0);
	CHECK_EQ(info[0].ssi_ptr, 0);
	CHECK_EQ(info[1].ssi_signo, SIGRTMIN);
	CHECK_EQ(info[1].ssi_code, SI_QUEUE);
	CHECK_EQ(info[1].ssi_ptr, 0x123456789a);
	CHECK_EQ(info[1].ssi_int, 0x3456789a);
	CHECK_EQ(info[0].ssi_errno, 0);
	CHECK_EQ(info[0].__pad[20], 0);
	CHECK_EQ(signalfd(fd, &other, 0), fd);
	CHECK_EQ(read(fd, info, sizeof(info)), 128);
	CHECK_EQ(info[0].ssi_signo, SIGUSR2);
	CHECK_ERRNO(signalfd(0, &set, 0), EINVAL);
	CHECK_ERRNO(signalfd(77, &set, 0), EBADF);
	CHECK_ERRNO(signalfd(-1, &set, 1), EINVAL);
	CHECK_ERRNO(write(fd, info, 128), EINVAL);
	CHECK_EQ(lseek(fd, 100, SEEK_SET), 0);
	// A child reads its own signals through the inherited descriptor.
	raise(SIGUSR2);
	CHECK_EXIT(CHILD(CHECK_ERRNO(read(fd, info, 128), EAGAIN); raise(SIGUSR2);
			 CHECK_EQ(read(fd, info, 128), 128); CHECK_EQ(info[0].ssi_pid, getpid())),
		   0);
	CHECK_EQ(read(fd, info, 128), 128);
}
