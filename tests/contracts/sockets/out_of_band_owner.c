// SPDX-License-Identifier: MIT
// Covers: SOCK-06. MSG_OOB on AF_UNIX streams: SIGURG to the owner, errors, who waits, descriptors that come
// with the byte, and senders, takers and readers at once.
#include "out_of_band.h"
#include <sys/epoll.h>
#include <sys/select.h>

static int signals_of(int number)
{
	sigset_t set = set_of(number);
	struct timespec now = {0};
	int count = 0;

	while (sigtimedwait(&set, NULL, &now) == number)
		count++;
	return count;
}

// SIGURG goes to the owner, O_ASYNC or not; with O_ASYNC its own signal comes, too.
static void owner(void)
{
	sigset_t all;

	sigfillset(&all);
	MUST(sigprocmask(SIG_BLOCK, &all, NULL));
	fresh("the owner");
	MUST(send(pair[0], "a", 1, MSG_OOB));
	CHECK_EQ(signals_of(SIGURG), 0);
	MUST(fcntl(pair[1], F_SETOWN, getpid()));
	MUST(send(pair[0], "b", 1, MSG_OOB));
	CHECK_EQ(signals_of(SIGURG), 1);
	MUST(send(pair[0], "c", 1, 0));
	CHECK_EQ(signals_of(SIGURG), 0);
	CHECK_EQ(signals_of(SIGIO), 0);
	MUST(fcntl(pair[1], F_SETFL, O_ASYNC));
	MUST(send(pair[0], "d", 1, MSG_OOB));
	CHECK_EQ(signals_of(SIGURG), 1);
	CHECK_EQ(signals_of(SIGIO), 1);
	MUST(fcntl(pair[1], F_SETSIG, SIGRTMIN));
	MUST(send(pair[0], "e", 1, MSG_OOB));
	siginfo_t info = {0};
	sigset_t set = set_of(SIGRTMIN);
	CHECK_EQ(sigtimedwait(&set, &info, &(struct timespec){0}) - SIGRTMIN, 0);
	CHECK_EQ(info.si_code, POLL_PRI);
	CHECK_EQ(info.si_band, POLLPRI | POLLRDBAND);
	CHECK_EQ(info.si_fd - pair[1], 0);
	CHECK_EQ(sigtimedwait(&set, &info, &(struct timespec){0}) - SIGRTMIN, 0);
	CHECK_EQ(info.si_code, POLL_IN);
	CHECK_EQ(signals_of(SIGRTMIN), 0);
	CHECK_EQ(signals_of(SIGURG), 1);
	CHECK_EQ(signals_of(SIGIO), 0);
	MUST(send(pair[0], "fg", 2, MSG_OOB)); // the byte before it came as data
	CHECK_EQ(signals_of(SIGRTMIN), 3);
	CHECK_EQ(signals_of(SIGURG), 1);

	// An owner that who set it may not signal hears nothing.
	pid_t child = CHILD(MUST(setuid(1000)); MUST(fcntl(pair[1], F_SETOWN, getppid())));
	CHECK_EXIT(child, 0);
	MUST(send(pair[0], "h", 1, MSG_OOB));
	CHECK_EQ(signals_of(SIGURG), 0);
}

static void errors(void)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};
	static char big[1000];
	int mark, other[2];
	char c;

	for (int i = 0; i < 2; i++) {
		MUST(socketpair(AF_UNIX, types[i], 0, other));
		CHECK_ERRNO(send(other[0], "x", 1, MSG_OOB), EOPNOTSUPP);
		CHECK_ERRNO(recv(other[1], &c, 1, MSG_OOB | MSG_DONTWAIT), EOPNOTSUPP);
		CHECK_ERRNO(ioctl(other[1], SIOCATMARK, &mark), EOPNOTSUPP);
		MUST(close(other[0]));
		MUST(close(other[1]));
	}
	other[0] = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_ERRNO(send(other[0], "x", 1, MSG_OOB), ENOTCONN);
	CHECK_ERRNO(recv(other[0], &c, 1, MSG_OOB), EINVAL);
	MUST(close(other[0]));

	fresh("bad memory");
	CHECK_ERRNO(send(pair[0], (void *)1, 1, MSG_OOB), EFAULT);
	CHECK_ERRNO(send(pair[0], (void *)1, 2, MSG_OOB), EFAULT);
	CHECK_TEXT(state(""), ": 0 readable, 0 charged");
	MUST(send(pair[0], "x", 1, MSG_OOB));
	CHECK_ERRNO(recv(pair[1], (void *)1, 1, MSG_OOB), EFAULT); // lost
	CHECK_ERRNO(recv(pair[1], &c, 1, MSG_OOB), EINVAL);
	CHECK_TEXT(state(""), ": in mark 0 readable, 768 charged");

	fresh("no room");
	while (send(pair[0], big, sizeof(big), MSG_DONTWAIT) > 0)
		;
	CHECK_ERRNO(send(pair[0], "x", 1, MSG_OOB | MSG_DONTWAIT), EAGAIN);
	MUST(shutdown(pair[1], SHUT_RD));
	CHECK_ERRNO(send(pair[0], "x", 1, MSG_OOB | MSG_NOSIGNAL), EPIPE);

	for (int taken = 0; taken < 2; taken++) { // unread bytes are a reset, a mark is not
		int error = -1;
		socklen_t length = sizeof(error);

		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, other));
		MUST(send(other[0], "x", 1, MSG_OOB));
		if (taken)
			MUST(recv(other[1], &c, 1, MSG_OOB));
		MUST(close(other[1]));
		MUST(getsockopt(other[0], SOL_SOCKET, SO_ERROR, &error, &length));
		CHECK_EQ(error, taken ? 0 : ECONNRESET);
		MUST(close(other[0]));
	}
}

static void *sends(void *argument)
{
	wait_threads_asleep(1);
	MUST(send(pair[0], argument, strlen(argument), MSG_OOB));
	wait_threads_asleep(1);
	MUST(send(pair[0], "data", 4, 0));
	return NULL;
}

// A read that waits drops the byte and waits on; a peek passes it; poll and epoll are told.
static void waiting(void)
{
	struct epoll_event event = {.events = EPOLLPRI | EPOLLET};
	struct timeval now = {0};
	char bytes[16] = {0};
	fd_set in, except;
	pthread_t other;
	int queue;

	fresh("a read that waits");
	MUST(pthread_create(&other, NULL, sends, "x"));
	CHECK_EQ(read(pair[1], bytes, sizeof(bytes)), 4);
	CHECK_TEXT(bytes, "data");
	MUST(pthread_join(other, NULL));
	CHECK_TEXT(state(""), ": 0 readable, 0 charged");
	fresh("a peek that waits");
	MUST(pthread_create(&other, NULL, sends, "x"));
	CHECK_EQ(recv(pair[1], bytes, sizeof(bytes), MSG_PEEK), 4);
	MUST(pthread_join(other, NULL));
	CHECK_TEXT(state(""), ": in pri mark 5 readable, 1536 charged");

	fresh("select and epoll");
	queue = (int)MUST(epoll_create1(0));
	MUST(epoll_ctl(queue, EPOLL_CTL_ADD, pair[1], &event));
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 0);
	MUST(send(pair[0], "x", 1, MSG_OOB));
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 1);
	CHECK_EQ(event.events, EPOLLPRI);
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 0);
	MUST(send(pair[0], "y", 1, MSG_OOB));
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 1);
	FD_ZERO(&in);
	FD_ZERO(&except);
	FD_SET(pair[1], &in);
	FD_SET(pair[1], &except);
	CHECK_EQ(select(pair[1] + 1, &in, NULL, &except, &now), 2);
	MUST(recv(pair[1], bytes, 1, MSG_OOB));
	MUST(send(pair[0], "z", 1, 0));
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 0);
	MUST(close(queue));
}

// Descriptors that come with the byte are dropped with it; those with the data before it arrive.
static void rights(void)
{
	char bytes[8], room[64];
	struct iovec into = {bytes, sizeof(bytes)};
	struct msghdr got = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = room};
	int ends[2];

	fresh("rights");
	MUST(pipe(ends));
	CHECK_EQ(send_fds(pair[0], "x", &ends[1], 1, MSG_OOB), 1);
	MUST(close(ends[1]));
	got.msg_controllen = sizeof(room);
	CHECK_EQ(recvmsg(pair[1], &got, MSG_OOB), 1);
	CHECK_EQ(got.msg_controllen, 0);
	got.msg_controllen = sizeof(room);
	CHECK_ERRNO(recvmsg(pair[1], &got, MSG_DONTWAIT), EAGAIN);
	CHECK_EQ(read(ends[0], bytes, 1), 0); // nobody has the other end any more
	CHECK_EQ(send_fds(pair[0], "xy", &ends[0], 1, MSG_OOB), 2);
	got.msg_controllen = sizeof(room);
	CHECK_EQ(recvmsg(pair[1], &got, 0), 1);
	CHECK_EQ(got.msg_controllen, CMSG_SPACE(sizeof(int)));
	MUST(close(ends[0]));
	memcpy(&ends[0], CMSG_DATA((struct cmsghdr *)(void *)room), sizeof(int));
	MUST(close(ends[0]));
}

static volatile int stop;

static void *storm(void *argument)
{
	for (int i = 0; !stop; i++)
		(void)!send(pair[0], "abc", 1 + (size_t)(i % 3),
			    MSG_DONTWAIT | (i % 2 ? MSG_OOB : 0));
	return argument;
}

static void *takes(void *argument)
{
	char bytes[64];

	for (int i = 0; !stop; i++)
		(void)!recv(pair[1], bytes, sizeof(bytes),
			    MSG_DONTWAIT | (i % 3 == 0	 ? MSG_OOB
					    : i % 3 == 1 ? MSG_PEEK
							 : MSG_OOB | MSG_PEEK));
	return argument;
}

// Nothing is lost or kept when all happens at once, with a queue that is full, and one that is empty mostly: a read
// of up to least + 4 bytes.
static void races(size_t least)
{
	pthread_t threads[2];
	char bytes[64];
	long long end = now_ns(CLOCK_MONOTONIC) + 200000000;

	fresh("races");
	stop = 0;
	MUST(fcntl(pair[1], F_SETOWN, getpid()));
	MUST(pthread_create(&threads[0], NULL, storm, NULL));
	MUST(pthread_create(&threads[1], NULL, takes, NULL));
	for (int i = 0; now_ns(CLOCK_MONOTONIC) < end; i++) {
		(void)!recv(pair[1], bytes, least + (size_t)(i % 5), MSG_DONTWAIT);
		if (i % 64 == 0)
			set_inline(i / 64 % 2);
	}
	stop = 1;
	MUST(pthread_join(threads[0], NULL));
	MUST(pthread_join(threads[1], NULL));
	set_inline(0);
	for (int again = 0; again < 2;)
		again = recv(pair[1], bytes, sizeof(bytes), MSG_DONTWAIT) < 0 ? again + 1 : 0;
	CHECK_TEXT(state(""), ": 0 readable, 0 charged");
	(void)signals_of(SIGURG);
}

CONTRACT
{
	owner();
	errors();
	waiting();
	rights();
	races(1);
	races(60);
}
