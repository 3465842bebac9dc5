// SPDX-License-Identifier: MIT
// Covers: EVENT-02. What is ready is ready for all who ask one epoll at the same time, itself, by poll and by way of
// another: who comes while somebody else asks does not sleep for an event that has been. Who is killed takes no edge along.
#include "contract.h"
#include <sys/epoll.h>

#define A_WHILE 150000000

static int inner, outer;
static long long end;

// The event goes to memory that is not there yet: it takes its time.
static bool wait_on(int queue)
{
	static _Thread_local struct epoll_event *event;

	if (!event)
		event = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(madvise(event, PAGE, MADV_DONTNEED));
	return epoll_wait(queue, event, 1, 10000) == 1;
}

static bool ask_inner(void)
{
	return wait_on(inner);
}

static bool ask_outer(void)
{
	return wait_on(outer);
}

static bool ask_poll(void)
{
	return poll(&(struct pollfd){.fd = inner, .events = POLLIN}, 1, 10000) == 1;
}

static void *keep_asking(void *ask)
{
	bool ready;

	do
		ready = ((bool (*)(void))ask)();
	while (ready && now_ns(CLOCK_MONOTONIC) < end);
	return (void *)(uintptr_t)ready;
}

static void together(bool (*one)(void), bool (*other)(void))
{
	pthread_t thread;
	void *ready;

	end = now_ns(CLOCK_MONOTONIC) + A_WHILE;
	MUST(pthread_create(&thread, NULL, keep_asking, other));
	CHECK(keep_asking(one));
	MUST(pthread_join(thread, &ready));
	CHECK(ready);
}

static void killed(void)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	int queue = (int)MUST(epoll_create1(0)), ends[2];
	cpu_set_t cpus;
	pid_t child;

	MUST(pipe(ends));
	MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event));
	// On one processor, where the child does not run before it has been killed and there is something to take.
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	MUST(sched_setaffinity(0, sizeof(cpus), &cpus));
	child = CHILD(epoll_wait(queue, &event, 1, -1));
	wait_until_asleep(child);
	MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(struct sched_param){1}));
	MUST(kill(child, SIGKILL));
	MUST(write(ends[1], "x", 1));
	CHECK_KILLED(child, SIGKILL);
	CHECK_EQ(epoll_wait(queue, &event, 1, 0), 1);
}

CONTRACT
{
	struct epoll_event event = {.events = EPOLLIN};
	int ends[2];

	inner = (int)MUST(epoll_create1(0));
	outer = (int)MUST(epoll_create1(0));
	MUST(pipe(ends));
	MUST(epoll_ctl(inner, EPOLL_CTL_ADD, ends[0], &event));
	MUST(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
	MUST(write(ends[1], "x", 1));
	together(ask_inner, ask_inner);
	together(ask_inner, ask_poll);
	together(ask_inner, ask_outer);
	together(ask_poll, ask_outer);
	killed();
}
