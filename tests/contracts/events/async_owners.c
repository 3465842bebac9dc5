// SPDX-License-Identifier: MIT
// Covers: EVENT-06. O_ASYNC: which files have it, FIOASYNC, SIGIO without and with F_SETSIG, the
// queue's overflow; owners that end, are another user's, a thread or a group; what dup, fork, a second
// open and close mean for them.
#include "async.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static void has_it(int fd, bool has)
{
	int on = 1, off = 0;

	MUST(fd);
	CHECK_EQ(fcntl(fd, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(!!(fcntl(fd, F_GETFL) & O_ASYNC), has);
	CHECK_EQ(fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, 0);
	CHECK_EQ(ioctl(fd, FIOASYNC, &off), 0);
	if (has)
		CHECK_EQ(ioctl(fd, FIOASYNC, &on), 0);
	else
		CHECK_ERRNO(ioctl(fd, FIOASYNC, &on), ENOTTY);
	CHECK_EQ(!!(fcntl(fd, F_GETFL) & O_ASYNC), has);
	CHECK_EQ(ioctl(fd, FIOASYNC, &off), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, 0);
	CHECK_ERRNO(ioctl(fd, FIOASYNC, 8), EFAULT);
	MUST(close(fd));
}

static void kinds(void)
{
	sigset_t none = set_of(0);
	int ends[2];

	MUST(pipe(ends));
	has_it(ends[0], true);
	has_it(ends[1], true);
	has_it(inotify_init(), true);
	has_it(open("/dev/random", O_RDONLY), true);
	has_it(open("/dev/urandom", O_RDONLY), true);
	has_it(open("file", O_RDWR | O_CREAT, 0600), false);
	has_it(open(".", O_RDONLY), false);
	has_it(open("/dev/null", O_RDWR), false);
	has_it(open("/proc/mounts", O_RDONLY), false);
	has_it(eventfd(0, 0), false);
	has_it(epoll_create1(0), false);
	has_it(timerfd_create(CLOCK_MONOTONIC, 0), false);
	has_it(signalfd(-1, &none, 0), false);
	has_it((int)syscall(SYS_pidfd_open, getpid(), 0), false);

	int fd = (int)MUST(open("file", O_PATH)), off = 0;
	CHECK_ERRNO(fcntl(fd, F_SETFL, O_ASYNC), EBADF);
	MUST(close(fd));
	fd = (int)MUST(open("file", O_RDWR | O_ASYNC)); // a flag only
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, O_ASYNC);
	CHECK_EQ(fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, O_ASYNC);
	CHECK_ERRNO(ioctl(fd, FIOASYNC, &off), ENOTTY);
	MUST(close(fd));
}

static void watches(void)
{
	int fd = (int)MUST(inotify_init1(IN_NONBLOCK));
	char events[1024];

	arm(fd, 'A');
	MUST(mkdir("d", 0700));
	MUST(inotify_add_watch(fd, "d", IN_CREATE | IN_DELETE | IN_ATTRIB));
	put_file("d/a", "");
	CHECK_TEXT(came(), "A:in ");
	MUST(chmod("d/a", 0600));
	CHECK_TEXT(came(), "A:in ");
	MUST(chmod("d/a", 0640)); // the same event again: none
	CHECK_TEXT(came(), "");
	MUST(read(fd, events, sizeof(events)));
	CHECK_TEXT(came(), "");
	MUST(unlink("d/a"));
	CHECK_TEXT(came(), "A:in ");
	CHECK_EQ(inotify_rm_watch(fd, 1), 0);
	CHECK_TEXT(came(), "A:in ");
	MUST(close(fd));
	MUST(rmdir("d"));
}

static void signals(void)
{
	const struct rlimit three = {3, 3};
	int ends[2];

	MUST(pipe(ends));
	MUST(fcntl(ends[0], F_SETFL, O_ASYNC));
	CHECK_EQ(fcntl(ends[0], F_GETOWN), 0); // and nobody is told
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "");
	MUST(fcntl(ends[0], F_SETOWN, getpid()));
	MUST(write(ends[1], "x", 1));
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "SIGIO ");
	MUST(fcntl(ends[0], F_SETSIG, SIGIO));
	MUST(write(ends[1], "x", 1));
	MUST(write(ends[1], "x", 1));
	async_fd['A'] = ends[0];
	CHECK_TEXT(came(), "SIGIO:in ");
	MUST(fcntl(ends[0], F_SETSIG, ASYNC_SIGNAL('A')));
	MUST(fcntl(ends[0], F_SETOWN, 0));
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "");
	MUST(fcntl(ends[0], F_SETOWN, getpid()));
	pid_t child = CHILD(MUST(setrlimit(RLIMIT_SIGPENDING, &three)); MUST(setuid(4321));
			    MUST(setgid(0)); MUST(fcntl(ends[0], F_SETOWN, getpid()));
			    for (int i = 0; i < 5; i++) MUST(write(ends[1], "x", 1));
			    CHECK_TEXT(came(), "SIGIO A:in A:in A:in ");
			    MUST(write(ends[1], "x", 1)); CHECK_TEXT(came(), "A:in "));
	CHECK_EXIT(child, 0);
	CHECK_TEXT(came(), "");
	MUST(close(ends[0]));
	MUST(close(ends[1]));
}

// The owner is the open file's, and so is what tells of it.
static void descriptors(void)
{
	int ends[2], copy;

	MUST(pipe(ends));
	copy = (int)MUST(dup(ends[0]));
	arm(ends[0], 'A');
	CHECK_EQ(fcntl(copy, F_GETFL) & O_ASYNC, O_ASYNC);
	CHECK_EQ(fcntl(copy, F_GETOWN) - getpid(), 0);
	MUST(close(ends[0])); // the number stays that of the one by which it was switched on
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "A:in ");
	MUST(fcntl(copy, F_SETFL, O_ASYNC)); // no change: the number stays
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "A:in ");
	MUST(fcntl(copy, F_SETFL, 0));
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "");
	arm(copy, 'A');
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "A:in ");

	// fork does not change whose it is; the child's close is not the end of it.
	pid_t child = CHILD(close(copy); MUST(write(ends[1], "x", 1)); CHECK_TEXT(came(), ""));
	CHECK_EXIT(child, 0);
	CHECK_TEXT(came(), "A:in ");
	child = CHILD(close(ends[1]); pause());
	MUST(close(copy)); // the child still has it
	MUST(write(ends[1], "x", 1));
	CHECK_TEXT(came(), "A:in ");
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	CHECK_TEXT(came(), "");
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	CHECK_TEXT(came(), "SIGPIPE ");
	MUST(close(ends[1]));
}

static int shared[2];

static void *thread(void *argument)
{
	struct f_owner_ex owner = {F_OWNER_TID, (int)syscall(SYS_gettid)};

	(void)argument;
	MUST(fcntl(shared[0], F_SETOWN_EX, &owner));
	MUST(write(shared[1], "x", 1));
	CHECK_TEXT(came(), "A:in ");
	return NULL;
}

static int report[2];

// In a child: wait for one signal and tell which it was.
static void waiting_owner(void)
{
	char text[64];

	MUST(write(report[1], "r", 1));
	if (!one_signal(text, sizeof(text), 60000))
		_exit(2);
	_exit(strcmp(text, "A:in ") ? 3 : 0);
}

static void owners(void)
{
	pthread_t other;
	pid_t first, second;
	char c;

	MUST(pipe(shared));
	MUST(pipe(report));
	arm(shared[0], 'A');
	MUST(pthread_create(&other, NULL, thread, NULL));
	MUST(pthread_join(other, NULL));
	CHECK_TEXT(came(), "");
	MUST(write(shared[1], "x", 1)); // the thread has ended
	CHECK_TEXT(came(), "");

	// Another process, which ends; its number is nobody's then.
	first = CHILD(waiting_owner());
	MUST(read(report[0], &c, 1));
	MUST(fcntl(shared[0], F_SETOWN, first));
	MUST(write(shared[1], "x", 1));
	CHECK_EXIT(first, 0);
	CHECK_EQ(fcntl(shared[0], F_GETOWN), 0);
	MUST(write(shared[1], "x", 1));
	CHECK_TEXT(came(), "");

	// A group: all of it.
	first = CHILD(setpgid(0, 0); waiting_owner());
	MUST(read(report[0], &c, 1));
	second = CHILD(setpgid(0, first); waiting_owner());
	MUST(read(report[0], &c, 1));
	MUST(fcntl(shared[0], F_SETOWN, -first));
	CHECK_EQ(fcntl(shared[0], F_GETOWN) + first, 0);
	MUST(write(shared[1], "x", 1));
	CHECK_EXIT(first, 0);
	CHECK_EXIT(second, 0);
	CHECK_TEXT(came(), "");

	// The rights are those of who set the owner, when he set it.
	first = CHILD(MUST(setuid(1000)); MUST(fcntl(shared[0], F_SETOWN, getppid()));
		      CHECK_EQ(fcntl(shared[0], F_GETOWN) - getppid(), 0));
	CHECK_EXIT(first, 0);
	MUST(write(shared[1], "x", 1));
	CHECK_TEXT(came(), "");
	first = CHILD(MUST(fcntl(shared[0], F_SETOWN, getppid())); MUST(setuid(1000));
		      MUST(write(shared[1], "x", 1)));
	CHECK_EXIT(first, 0);
	CHECK_TEXT(came(), "A:in ");
	MUST(close(shared[0]));
	MUST(close(shared[1]));
}

// Closing, switching and changing owners while signals are on their way.
static volatile int stop;

static void *writer(void *argument)
{
	while (!stop)
		(void)!write(*(int *)argument, "x", 1);
	return NULL;
}

static void races(void)
{
	struct timespec now = {0};
	pthread_t other;
	sigset_t all;
	int told = 0, fifo;

	MUST(mkfifo("fifo", 0600));
	fifo = (int)MUST(open("fifo", O_RDWR | O_NONBLOCK));
	MUST(pthread_create(&other, NULL, writer, &fifo));
	sigfillset(&all);
	for (int i = 0; i < 200; i++) {
		int fd = (int)MUST(open("fifo", O_RDWR | O_NONBLOCK));
		char some[512];

		MUST(fcntl(fd, F_SETOWN, getpid()));
		MUST(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
		(void)!read(fd, some, sizeof(some));
		if (i % 3 == 0)
			MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
		if (i % 3 == 1)
			MUST(fcntl(fd, F_SETOWN, -getpgrp()));
		MUST(close(fd));
		while (sigtimedwait(&all, NULL, &now) == SIGIO)
			told++;
	}
	stop = 1;
	MUST(pthread_join(other, NULL));
	CHECK(told > 0);
	while (sigtimedwait(&all, NULL, &now) > 0)
		;
	MUST(write(fifo, "x", 0));
	CHECK_TEXT(came(), "");
	MUST(close(fifo));
}

CONTRACT
{
	async_begin();
	kinds();
	watches();
	signals();
	descriptors();
	owners();
	races();
}
