// SPDX-License-Identifier: MIT
// Covers: EVENT-02. Edge-triggered and one-shot epoll: one report per change, re-armed by MOD,
// two waiters get different events, EXCLUSIVE wakes one, nested ones carry through.
#include "contract.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int queue, woken[2];

static void *waits(void *argument)
{
	struct epoll_event event;

	if (epoll_wait(queue, &event, 1, -1) == 1)
		__atomic_add_fetch((int *)argument, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void *waits_nowhere(void *unused)
{
	CHECK_ERRNO(syscall(SYS_epoll_pwait, queue, (void *)8, 1, -1, NULL, 8), EFAULT);
	return unused;
}

CONTRACT
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 0x1122334455667788},
			   got[4];
	int ends[2], outer, counter;
	pthread_t threads[3];
	char byte;

	queue = (int)MUST(epoll_create1(EPOLL_CLOEXEC));
	MUST(pipe(ends));
	CHECK_EQ(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 0);
	MUST(write(ends[1], "ab", 2));
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	CHECK_EQ(got[0].data.u64, 0x1122334455667788);
	CHECK_EQ(got[0].events, EPOLLIN);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 0);
	MUST(read(ends[0], &byte, 1));
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 0);
	MUST(write(ends[1], "c", 1));
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	event.events = EPOLLIN | EPOLLONESHOT;
	CHECK_EQ(epoll_ctl(queue, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 0);
	CHECK_EQ(epoll_ctl(queue, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	event.events = EPOLLIN;
	CHECK_EQ(epoll_ctl(queue, EPOLL_CTL_MOD, ends[0], &event), 0);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	CHECK_EQ(epoll_wait(queue, got, 4, 0), 1);
	// Nested: the outer is ready while the inner is.
	outer = (int)MUST(epoll_create1(0));
	event.data.fd = 5;
	CHECK_EQ(epoll_ctl(outer, EPOLL_CTL_ADD, queue, &event), 0);
	CHECK_EQ(epoll_wait(outer, got, 4, 0), 1);
	CHECK_EQ(got[0].data.fd, 5);
	MUST(read(ends[0], got, sizeof(got)));
	CHECK_EQ(epoll_wait(outer, got, 4, 0), 0);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_ADD, outer, &event), ELOOP);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_ADD, queue, &event), EINVAL);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event), EEXIST);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_MOD, ends[1], &event), ENOENT);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_DEL, ends[1], NULL), ENOENT);
	CHECK_ERRNO(epoll_ctl(queue, EPOLL_CTL_ADD, open("f", O_CREAT | O_RDWR, 0600), &event),
		    EPERM);
	CHECK_ERRNO(epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], &event), EINVAL);
	CHECK_ERRNO(epoll_ctl(queue, 9, ends[0], &event), EINVAL);
	CHECK_ERRNO(epoll_wait(queue, got, 0, 0), EINVAL);
	CHECK_ERRNO(epoll_wait(ends[0], got, 1, 0), EINVAL);
	CHECK_ERRNO(epoll_create1(1), EINVAL);
	MUST(write(ends[1], "d", 1));
	CHECK_ERRNO(syscall(SYS_epoll_pwait, queue, (void *)8, 1, 0, NULL, 8), EFAULT);
	MUST(read(ends[0], &byte, 1));
	// Two waiters on one edge: one is woken.
	counter = (int)MUST(eventfd(0, EFD_NONBLOCK));
	event.events = EPOLLIN | EPOLLET;
	CHECK_EQ(epoll_ctl(queue, EPOLL_CTL_ADD, counter, &event), 0);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, waits, &woken[i]);
	wait_threads_asleep(2);
	MUST(write(counter, &(uint64_t){1}, 8));
	while (__atomic_load_n(&woken[0], __ATOMIC_SEQ_CST) +
		       __atomic_load_n(&woken[1], __ATOMIC_SEQ_CST) ==
	       0)
		sleep_ms(1);
	sleep_ms(20);
	CHECK_EQ(woken[0] + woken[1], 1);
	MUST(write(counter, &(uint64_t){1}, 8));
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	CHECK_EQ(woken[0] + woken[1], 2);
	// What the one that is woken cannot take is the next one's, whichever end they are woken from.
	for (int i = 0; i < 3; i++) {
		pthread_create(&threads[i], NULL, i == 1 ? waits : waits_nowhere, &woken[1]);
		wait_threads_asleep(i + 1);
	}
	MUST(write(counter, &(uint64_t){1}, 8));
	pthread_join(threads[1], NULL);
	CHECK_EQ(woken[0] + woken[1], 3);
	MUST(write(counter, &(uint64_t){1}, 8));
	pthread_join(threads[0], NULL);
	pthread_join(threads[2], NULL);
}
