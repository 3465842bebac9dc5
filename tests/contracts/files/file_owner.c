// SPDX-License-Identifier: MIT
// Covers: FILE-17. fcntl F_SETOWN, F_SETOWN_EX and F_SETSIG: who is signalled about a file, and
// with what. F_NOTIFY is what makes the signals.
#include "contract.h"

static volatile sig_atomic_t caught, caught_by;
static siginfo_t last;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	caught = number;
	caught_by = (int)syscall(SYS_gettid);
	last = *info;
}

// The signal that making a file in d brings, 0: none.
static int signal_of(const char *name)
{
	caught = 0;
	memset(&last, 0, sizeof(last));
	close((int)MUST(openat(AT_FDCWD, name, O_CREAT | O_WRONLY, 0600)));
	MUST(unlink(name));
	return caught;
}

static int owner_type(int d)
{
	struct f_owner_ex owner = {7, 7};

	MUST(fcntl(d, F_GETOWN_EX, &owner));
	return owner.type * 1000000 + owner.pid;
}

static int set_owner(int d, int type, pid_t pid)
{
	struct f_owner_ex owner = {type, pid};

	return fcntl(d, F_SETOWN_EX, &owner);
}

static void records(int d)
{
	pid_t me = getpid();
	pid_t gone = CHILD(_exit(0));

	CHECK_EQ(owner_type(d), F_OWNER_TID * 1000000);
	CHECK_EQ(fcntl(d, F_GETOWN), 0);
	CHECK_EQ(fcntl(d, F_SETOWN, gone), 0);
	CHECK_EQ(fcntl(d, F_GETOWN) - gone, 0);
	CHECK_EXIT(gone, 0);
	CHECK_EQ(fcntl(d, F_GETOWN), 0);
	CHECK_ERRNO(fcntl(d, F_SETOWN, gone), ESRCH);
	CHECK_ERRNO(fcntl(d, F_SETOWN, -gone), ESRCH);
	CHECK_ERRNO(fcntl(d, F_SETOWN, INT_MIN), EINVAL);
	CHECK_EQ(fcntl(d, F_SETOWN, 0), 0);
	CHECK_EQ(owner_type(d), F_OWNER_PID * 1000000);
	CHECK_EQ(set_owner(d, F_OWNER_TID, me), 0);
	CHECK_EQ(owner_type(d) - me, F_OWNER_TID * 1000000);
	CHECK_EQ(fcntl(d, F_GETOWN) - me, 0);
	CHECK_EQ(fcntl(d, F_SETOWN, -getpgrp()), 0);
	CHECK_EQ(owner_type(d) - getpgrp(), F_OWNER_PGRP * 1000000);
	CHECK_ERRNO(set_owner(d, F_OWNER_PGRP, gone), ESRCH);
	CHECK_ERRNO(set_owner(d, F_OWNER_PID, -5), ESRCH);
	CHECK_ERRNO(set_owner(d, 3, me), EINVAL);
	CHECK_ERRNO(set_owner(d, -1, me), EINVAL);
	CHECK_EQ(owner_type(d) - getpgrp(), F_OWNER_PGRP * 1000000);
	CHECK_ERRNO(fcntl(d, F_SETOWN_EX, 8), EFAULT);
	CHECK_ERRNO(fcntl(d, F_GETOWN_EX, 8), EFAULT);
	CHECK_ERRNO(fcntl(d, F_SETSIG, 65), EINVAL);
	CHECK_ERRNO(fcntl(d, F_SETSIG, -1), EINVAL);
	CHECK_EQ(fcntl(d, F_GETSIG), 0);
	CHECK_EQ(fcntl(d, F_SETSIG, 64), 0);
	CHECK_EQ(fcntl(d, F_GETSIG), 64);
	CHECK_EQ(fcntl(d, F_SETSIG, 0), 0);
}

static void signals(int d)
{
	CHECK_EQ(signal_of("d/a"), SIGIO);
	CHECK_EQ(last.si_code, SI_KERNEL);
	CHECK_EQ(last.si_pid, 0);
	CHECK_EQ(fcntl(d, F_SETSIG, SIGRTMIN), 0);
	CHECK_EQ(signal_of("d/a"), SIGRTMIN);
	CHECK_EQ(last.si_code, POLL_MSG);
	CHECK_EQ(last.si_fd - d, 0);
	CHECK_EQ(last.si_band, POLLIN | POLLRDNORM | POLLMSG);
	CHECK_EQ(fcntl(d, F_SETSIG, SIGIO), 0); // said outright, it tells more
	CHECK_EQ(signal_of("d/a"), SIGIO);
	CHECK_EQ(last.si_code, POLL_MSG);
	CHECK_EQ(fcntl(d, F_SETSIG, SIGCHLD), 0); // has codes of its own
	CHECK_EQ(signal_of("d/a"), SIGCHLD);
	CHECK_EQ(last.si_code, SI_SIGIO);
	CHECK_EQ(last.si_fd - d, 0);
	CHECK_EQ(fcntl(d, F_SETSIG, SIGUSR1), 0);
}

static void *thread(void *argument)
{
	int d = *(int *)argument;

	MUST(set_owner(d, F_OWNER_TID, (int)syscall(SYS_gettid)));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(signal_of("d/a"), SIGUSR1);
		CHECK_EQ(caught_by - syscall(SYS_gettid), 0);
	}
	return NULL;
}

// A signal goes where the owner is, and only if who set it may send it there.
static void targets(int d)
{
	pthread_t other;
	int parent[2];
	char c;

	MUST(pthread_create(&other, NULL, thread, &d));
	MUST(pthread_join(other, NULL));
	CHECK_EQ(signal_of("d/a"), 0); // it has ended
	CHECK_EQ(fcntl(d, F_SETOWN, -getpgrp()), 0);
	CHECK_EQ(signal_of("d/a"), SIGUSR1);
	MUST(pipe(parent));
	pid_t child = CHILD(MUST(setuid(1000)); MUST(set_owner(d, F_OWNER_PID, getppid()));
			    MUST(write(parent[1], "x", 1)); pause());
	MUST(read(parent[0], &c, 1));
	CHECK_EQ(fcntl(d, F_GETOWN) - getpid(), 0);
	CHECK_EQ(signal_of("d/a"), 0);
	CHECK_EQ(fcntl(d, F_SETOWN, getpid()), 0);
	CHECK_EQ(signal_of("d/a"), SIGUSR1);
	CHECK_EQ(fcntl(d, F_SETOWN, 0), 0);
	CHECK_EQ(signal_of("d/a"), 0);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}

CONTRACT
{
	int d;

	catch_signal(SIGIO, on_signal, SA_RESTART);
	catch_signal(SIGUSR1, on_signal, SA_RESTART);
	catch_signal(SIGCHLD, on_signal, SA_RESTART);
	catch_signal(SIGRTMIN, on_signal, SA_RESTART);
	MUST(mkdir("d", 0755));
	d = (int)MUST(open("d", O_RDONLY | O_DIRECTORY));
	records(d);
	MUST(close(d));
	d = (int)MUST(open("d", O_RDONLY | O_DIRECTORY));
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT), 0);
	CHECK_EQ(owner_type(d) - getpid(), F_OWNER_PID * 1000000);
	signals(d);
	targets(d);
}
