// SPDX-License-Identifier: MIT
// Covers: EVENT-02. Of epolls that hang on a file with EPOLLEXCLUSIVE one is woken by one event, another by the next while that
// one is busy, besides every epoll without it; and all of them by an end.
#include "contract.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define WAITERS 4

static pid_t waiters[WAITERS + 1];
static int told[2];

static int heard(void)
{
	int n;

	MUST(ioctl(told[0], FIONREAD, &n));
	return n;
}

// They wait in as many processes, the last of them without EPOLLEXCLUSIVE.
static void wait_for(int fd, uint32_t events)
{
	MUST(pipe(told));
	for (int i = 0; i <= WAITERS; i++) {
		struct epoll_event event = {.events = events | (i < WAITERS ? EPOLLEXCLUSIVE : 0)};

		waiters[i] =
			CHILD(int epoll = (int)MUST(epoll_create1(0));
			      MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
			      CHECK_EQ(epoll_wait(epoll, &event, 1, -1), 1); tell(told); pause());
	}
	for (int i = 0; i <= WAITERS; i++)
		wait_until_asleep(waiters[i]);
}

// So many, and no more after a while.
static void woken(int expected)
{
	while (heard() < expected)
		sleep_ms(1);
	sleep_ms(30);
	CHECK_EQ(heard(), expected);
}

static void done(void)
{
	for (int i = 0; i <= WAITERS; i++) {
		MUST(kill(waiters[i], SIGKILL));
		CHECK_KILLED(waiters[i], SIGKILL);
	}
	close(told[0]);
	close(told[1]);
}

static void of_events(void)
{
	uint64_t value = 1;
	int fd = (int)MUST(eventfd(0, 0));

	wait_for(fd, EPOLLIN);
	MUST(write(fd, &value, 8));
	woken(2);
	MUST(write(fd, &value, 8));
	woken(3);
	done();
	// Room that a read makes.
	value = UINT64_MAX - 1;
	MUST(read(fd, &(uint64_t){0}, 8));
	MUST(write(fd, &value, 8));
	wait_for(fd, EPOLLOUT);
	MUST(read(fd, &value, 8));
	woken(2);
	done();
}

static void of_pipes(void)
{
	int p[2];

	MUST(pipe(p));
	wait_for(p[0], EPOLLIN);
	MUST(write(p[1], "x", 1));
	woken(2);
	done();
}

static void of_sockets(int type)
{
	int p[2];

	MUST(socketpair(AF_UNIX, type, 0, p));
	wait_for(p[1], EPOLLIN);
	MUST(send(p[0], "x", 1, 0));
	woken(2);
	MUST(send(p[0], "x", 1, 0));
	woken(3);
	MUST(shutdown(p[1], SHUT_RDWR));
	woken(WAITERS + 1);
	done();
}

static void of_connections(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "listener"};
	int listener = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));

	MUST(bind(listener, (struct sockaddr *)&name, sizeof(name)));
	MUST(listen(listener, 10));
	wait_for(listener, EPOLLIN);
	for (int i = 0; i < 2; i++) {
		MUST(connect((int)MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&name,
			     sizeof(name)));
		woken(2 + i);
	}
	done();
}

CONTRACT
{
	of_events();
	of_pipes();
	of_sockets(SOCK_STREAM);
	of_sockets(SOCK_DGRAM);
	of_connections();
}
