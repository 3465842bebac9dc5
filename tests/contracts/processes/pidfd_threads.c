// SPDX-License-Identifier: MIT
// Covers: PROC-08. A pidfd of a thread (PIDFD_THREAD) wakes who polls it when the thread has ended,
// and when it has taken the leader's number by execve.
#include "contract.h"

#define PIDFD_THREAD O_EXCL

static int *shared; // the number of the thread that ends or executes

// The events that come on a pidfd, however long they take.
static int events_of(int pidfd, short events)
{
	struct pollfd ready = {pidfd, events, 0};

	MUST(poll(&ready, 1, -1));
	return ready.revents;
}

static void start(void *(*run)(void *))
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, run, NULL));
}

// Say our number, and wait until who took it polls.
static void say_number(pid_t poller)
{
	__atomic_store_n(shared, gettid(), __ATOMIC_RELEASE);
	while (__atomic_load_n(shared, __ATOMIC_ACQUIRE))
		sched_yield();
	wait_until_asleep(poller);
}

static void *ends(void *argument)
{
	say_number(getpid());
	return argument;
}

static void *executes(void *argument)
{
	char *words[] = {"pidfd_threads", NULL}, *environment[] = {"AGAIN=1", NULL};

	say_number(getppid());
	execve("/proc/self/exe", words, environment);
	return argument;
}

// A pidfd of the thread that says its number.
static int open_told(void)
{
	pid_t number;

	while ((number = __atomic_exchange_n(shared, 0, __ATOMIC_ACQUIRE)) == 0)
		sched_yield();
	return (int)MUST(syscall(SYS_pidfd_open, number, PIDFD_THREAD));
}

CONTRACT
{
	pid_t child;

	if (getenv("AGAIN"))
		_exit(31);
	shared = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	// POLLHUP alone, which comes with the last of the thread.
	start(ends);
	CHECK_EQ(events_of(open_told(), 0), POLLHUP);
	child = CHILD(start(executes); for (;;) pause());
	CHECK_EQ(events_of(open_told(), POLLIN), POLLIN | POLLHUP);
	CHECK_EXIT(child, 31);
}
