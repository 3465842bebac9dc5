// SPDX-License-Identifier: MIT
// Covers: SIG-22. A signal to the process goes to a thread that does not block it; to a thread,
// to that thread alone.
#include "contract.h"

static pthread_barrier_t barrier;
static volatile pid_t receiver;
static pid_t other_tid;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	receiver = (pid_t)syscall(SYS_gettid);
}

static void *other(void *argument)
{
	sigset_t block = set_of(SIGUSR1), pending;

	(void)argument;
	other_tid = (pid_t)syscall(SYS_gettid);
	sigaddset(&block, SIGUSR2);
	pthread_sigmask(SIG_UNBLOCK, &block, NULL);
	pthread_barrier_wait(&barrier);
	while (receiver == 0)
		sleep_ms(1);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	sigpending(&pending);
	CHECK_EQ(sigismember(&pending, SIGHUP), 0);
	return NULL;
}

CONTRACT
{
	sigset_t block = set_of(SIGUSR1), pending;
	pthread_t thread;

	sigaddset(&block, SIGUSR2);
	sigaddset(&block, SIGHUP);
	catch_signal(SIGUSR1, handler, 0);
	catch_signal(SIGUSR2, handler, 0);
	MUST(sigprocmask(SIG_BLOCK, &block, NULL));
	pthread_barrier_init(&barrier, NULL, 2);
	CHECK_EQ(pthread_create(&thread, NULL, other, NULL), 0);
	pthread_barrier_wait(&barrier);
	MUST(kill(getpid(), SIGUSR1));
	pthread_barrier_wait(&barrier);
	CHECK_EQ(receiver, other_tid);
	receiver = 0;
	MUST(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR2));
	sleep_ms(5);
	CHECK_EQ(receiver, 0);
	MUST(syscall(SYS_tgkill, getpid(), getpid(), SIGHUP));
	MUST(sigpending(&pending));
	CHECK_EQ(sigismember(&pending, SIGUSR2), 1);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	MUST(sigprocmask(SIG_UNBLOCK, &(sigset_t){0}, NULL));
	block = set_of(SIGUSR2);
	MUST(sigprocmask(SIG_UNBLOCK, &block, NULL));
	CHECK_EQ(receiver, getpid());
	/* Joined is a little earlier than gone. */
	while (syscall(SYS_tgkill, getpid(), other_tid, 0) == 0)
		sleep_ms(1);
	CHECK_ERRNO(syscall(SYS_tgkill, getpid(), other_tid, 0), ESRCH);
}
