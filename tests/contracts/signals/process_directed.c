// SPDX-License-Identifier: MIT
// Covers: SIG-22. A signal to the process goes to a thread that does not block it; blocked by
// all, it waits for whoever unblocks it first.
#include "contract.h"

static volatile int ran_in, ready, go;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	ran_in = gettid();
}

static void *open_thread(void *argument)
{
	sigset_t set = set_of(SIGUSR1);

	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	ready = gettid();
	while (!go)
		sleep_ms(1);
	return argument;
}

static void *later(void *argument)
{
	sigset_t set = set_of(SIGUSR1), now;

	sigpending(&now);
	if (!sigismember(&now, SIGUSR1))
		return (void *)1;
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	return ran_in == gettid() ? argument : (void *)2;
}

CONTRACT
{
	sigset_t set = set_of(SIGUSR1), now;
	pthread_t id;
	void *result;

	catch_signal(SIGUSR1, handler, 0);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	pthread_create(&id, NULL, open_thread, NULL);
	while (!ready)
		sleep_ms(1);
	kill(getpid(), SIGUSR1);
	while (!ran_in)
		sleep_ms(1);
	CHECK_EQ(ran_in, ready);
	go = 1;
	pthread_join(id, NULL);
	ran_in = 0;
	kill(getpid(), SIGUSR1);
	sleep_ms(5);
	CHECK_EQ(ran_in, 0);
	pthread_create(&id, NULL, later, NULL);
	pthread_join(id, &result);
	CHECK(result == NULL);
	MUST(sigpending(&now));
	CHECK_EQ(sigismember(&now, SIGUSR1), 0);
	// To a thread that blocks it: pending there, and nowhere else.
	pthread_kill(pthread_self(), SIGUSR1);
	MUST(sigpending(&now));
	CHECK_EQ(sigismember(&now, SIGUSR1), 1);
	CHECK_EQ(field_of("/proc/self/status", "ShdPnd:\t0000000000000"), 0);
}
