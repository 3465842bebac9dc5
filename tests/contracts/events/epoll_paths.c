// SPDX-License-Identifier: MIT
// Covers: EVENT-02. How far and how wide epoll instances may watch each other: five levels, and per
// watched file so many paths of each length (any number, 500, 100, 50, 10) by which it wakes one.
// However many paths there are, looking for them takes no longer than there are instances.
#include "contract.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int add(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int make(void)
{
	return (int)MUST(epoll_create1(0));
}

// A chain of so many instances above fd: its last.
static int chain(int fd, int length)
{
	while (length--) {
		int epoll = make();

		MUST(add(epoll, fd));
		fd = epoll;
	}
	return fd;
}

// How many instances may watch fd.
static int fan(int fd, int most)
{
	int count = 0;

	while (count < most && add(make(), fd) == 0)
		count++;
	if (count < most)
		CHECK_EQ(errno, EINVAL);
	return count;
}

static void each_length(void)
{
	CHECK_EQ(fan(eventfd(0, 0), 1100), 1100);
	CHECK_EQ(fan(chain(eventfd(0, 0), 1), 1100), 500);
	CHECK_EQ(fan(chain(eventfd(0, 0), 2), 1100), 100);
	CHECK_EQ(fan(chain(eventfd(0, 0), 3), 1100), 50);
	CHECK_EQ(fan(chain(eventfd(0, 0), 4), 1100), 10);
	CHECK_ERRNO(add(make(), chain(eventfd(0, 0), 5)), ELOOP);
}

// The file comes last, to a tree that is there.
static void file_last(void)
{
	int bottom = make(), middle = chain(bottom, 1), file = eventfd(0, 0), ends[2],
	    below = make();
	struct epoll_event event = {.events = EPOLLIN};

	MUST(pipe(ends));
	CHECK_EQ(fan(middle, 100), 100);
	CHECK_EQ(add(bottom, file), 0);
	CHECK_EQ(add(bottom, ends[0]), 0);
	CHECK_ERRNO(add(make(), middle), EINVAL);
	// What was refused has left nothing; other lengths have limits of their own.
	CHECK_EQ(add(make(), bottom), 0);
	CHECK_EQ(add(middle, file), 0);
	// Without a file there is nothing to be woken.
	MUST(epoll_ctl(bottom, EPOLL_CTL_DEL, file, &event));
	MUST(epoll_ctl(bottom, EPOLL_CTL_DEL, ends[0], &event));
	CHECK_EQ(fan(middle, 50), 50);
	CHECK_ERRNO(add(bottom, file), EINVAL);
	CHECK_ERRNO(epoll_ctl(bottom, EPOLL_CTL_DEL, file, &event), ENOENT);
	CHECK_EQ(add(bottom, below), 0);
	CHECK_EQ(add(below, ends[1]), -1);
	CHECK_EQ(errno, EINVAL);
}

// One file under several numbers has a path for each.
static void numbers(void)
{
	int file = eventfd(0, 0), epoll = make(), above = make(), i;

	for (i = 0; i < 501; i++)
		MUST(add(epoll, dup(file)));
	CHECK_ERRNO(add(above, epoll), EINVAL);
	CHECK_EQ(epoll_wait(above, &(struct epoll_event){0}, 1, 0), 0);
}

static void levels(void)
{
	int epolls[6], top, i;

	for (i = 0; i < 6; i++)
		epolls[i] = make();
	for (i = 4; i > 0; i--)
		MUST(add(epolls[i], epolls[i - 1]));
	CHECK_ERRNO(add(epolls[5], epolls[4]), ELOOP);
	CHECK_ERRNO(add(epolls[0], epolls[5]), ELOOP);
	CHECK_ERRNO(add(epolls[0], epolls[4]), ELOOP);
	CHECK_ERRNO(add(epolls[0], epolls[0]), EINVAL);
	top = make();
	CHECK_EQ(add(top, epolls[3]), 0);
	// Shared ways, wakes: all that watch hear of it.
	int file = eventfd(0, 0);
	MUST(add(epolls[0], file));
	MUST(add(epolls[2], epolls[0]));
	MUST(eventfd_write(file, 1));
	CHECK_EQ(epoll_wait(top, &(struct epoll_event){0}, 1, 0), 1);
	CHECK_EQ(epoll_wait(epolls[4], &(struct epoll_event){0}, 1, 0), 1);
}

#define WIDE 20

// Each of a layer watches all of the next: 20^5 ways.
static void layers(void)
{
	int layer[5][WIDE], file = eventfd(0, 0);

	for (int i = 0; i < 5; i++)
		for (int j = 0; j < WIDE; j++) {
			layer[i][j] = make();
			for (int k = 0; i && k < WIDE; k++)
				MUST(add(layer[i][j], layer[i - 1][k]));
		}
	CHECK_ERRNO(add(layer[0][0], file), EINVAL);
	CHECK_ERRNO(add(make(), layer[4][0]), ELOOP);
	CHECK_ERRNO(add(layer[0][0], layer[4][0]), ELOOP);
	CHECK_EQ(add(layer[4][0], file), 0);
	CHECK_EQ(add(layer[3][0], file), 0);
}

CONTRACT
{
	struct rlimit limit = {16384, 16384};

	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	each_length();
	file_last();
	numbers();
	levels();
	layers();
}
