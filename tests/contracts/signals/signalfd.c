// SPDX-License-Identifier: MIT
// Covers: SIG-10 EVENT-05. signalfd: its 128-byte records, what is readable, the mask changed,
// EAGAIN, EINVAL; blocked signals only; how a signal is read by its code.
#include "contract.h"
#include <sys/signalfd.h>

static struct signalfd_siginfo next(int fd)
{
	struct signalfd_siginfo info;

	CHECK_EQ(read(fd, &info, sizeof(info)), sizeof(info));
	return info;
}

// A signal that fcntl has chosen for a file tells of it, with poll's codes if it has none of its own.
static void of_files(void)
{
	const int signals[] = {SIGIO,	SIGRTMIN, SIGUSR1, SIGURG, SIGCHLD,
			       SIGSEGV, SIGTRAP,  SIGSYS,  SIGBUS, SIGILL};
	sigset_t set;
	int fd, ends[2];
	char byte;

	sigfillset(&set);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = (int)MUST(signalfd(-1, &set, SFD_NONBLOCK));
	MUST(pipe(ends));
	MUST(fcntl(ends[0], F_SETOWN, getpid()));
	MUST(fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct signalfd_siginfo info;

		MUST(fcntl(ends[0], F_SETSIG, signals[i]));
		MUST(write(ends[1], "x", 1));
		info = next(fd);
		CHECK_EQ(info.ssi_signo, signals[i]);
		CHECK_EQ(info.ssi_code, i < 4 ? POLL_IN : -5 /* SI_SIGIO */);
		CHECK_EQ(info.ssi_fd, ends[0]);
		CHECK_EQ(info.ssi_band, POLLIN | POLLRDNORM);
		CHECK_EQ(info.ssi_pid, 0);
		CHECK_EQ(info.ssi_ptr, 0);
		CHECK_EQ(info.ssi_addr, 0);
		CHECK_EQ(info.ssi_addr_lsb, 0);
		MUST(read(ends[0], &byte, 1));
	}
}

static void by_code(void)
{
	sigset_t set = set_of(SIGUSR1);
	siginfo_t sent = {.si_signo = SIGUSR1, .si_code = SI_KERNEL};
	struct signalfd_siginfo info;
	int fd;

	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = (int)MUST(signalfd(-1, &set, 0));
	sent.si_pid = 5;
	sent.si_uid = 6;
	sent.si_value.sival_ptr = (void *)0x123456789a;
	MUST(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &sent));
	info = next(fd);
	CHECK_EQ(info.ssi_pid, 5);
	CHECK_EQ(info.ssi_uid, 6);
	CHECK_EQ(info.ssi_ptr, 0);
}

CONTRACT
{
	CHECK_EXIT(CHILD(of_files()), 0);
	CHECK_EXIT(CHILD(by_code()), 0);
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
