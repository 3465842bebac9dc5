// SPDX-License-Identifier: MIT
// Covers: THREAD-05. PI futexes: the word holds the owner and the waiters bit, unlock hands on,
// a dead owner is ESRCH, errors, trylock, and the real mutex.
#include "contract.h"
#include <linux/futex.h>

static uint32_t *word;

static long futex(int op, uint32_t value, const void *time)
{
	return syscall(SYS_futex, word, op, value, time, NULL, 0);
}

CONTRACT
{
	struct timespec soon;
	int ends[2];
	pid_t child;

	word = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(pipe(ends));
	CHECK_EQ(futex(FUTEX_LOCK_PI, 0, NULL), 0);
	CHECK_EQ(*word, gettid());
	CHECK_ERRNO(futex(FUTEX_LOCK_PI, 0, NULL), EDEADLK);
	CHECK_ERRNO(futex(FUTEX_TRYLOCK_PI, 0, NULL), EDEADLK);
	child = CHILD(CHECK_ERRNO(futex(FUTEX_TRYLOCK_PI, 0, NULL), EAGAIN);
		      CHECK_ERRNO(futex(FUTEX_UNLOCK_PI, 0, NULL), EPERM); tell(ends);
		      CHECK_EQ(futex(FUTEX_LOCK_PI, 0, NULL), 0);
		      CHECK_EQ(*word & FUTEX_TID_MASK, getpid());
		      CHECK_EQ(futex(FUTEX_UNLOCK_PI, 0, NULL), 0));
	hear(ends);
	wait_until_asleep(child);
	CHECK_EQ(*word, (uint32_t)gettid() | FUTEX_WAITERS);
	CHECK_EQ(futex(FUTEX_UNLOCK_PI, 0, NULL), 0);
	CHECK_EXIT(child, 0);
	CHECK_EQ(*word & FUTEX_TID_MASK, 0);
	*word = 0;
	// A time that has passed, on CLOCK_REALTIME.
	child = CHILD(CHECK_EQ(futex(FUTEX_LOCK_PI, 0, NULL), 0); tell(ends); for (;;) pause());
	hear(ends);
	MUST(clock_gettime(CLOCK_REALTIME, &soon));
	CHECK_ERRNO(futex(FUTEX_LOCK_PI, 0, &soon), ETIMEDOUT);
	kill(child, SIGKILL);
	child_wait(child);
	// An owner that is gone, and no robust list: ESRCH.
	CHECK_ERRNO(futex(FUTEX_LOCK_PI, 0, NULL), ESRCH);
	*word = 0;
	pthread_mutexattr_t attributes;
	pthread_mutex_t *mutex = (void *)(word + 64);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT), 0);
	CHECK_EQ(pthread_mutex_init(mutex, &attributes), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
	child = CHILD(tell(ends); CHECK_EQ(pthread_mutex_lock(mutex), 0);
		      CHECK_EQ(pthread_mutex_unlock(mutex), 0); _exit(5));
	hear(ends);
	wait_until_asleep(child);
	CHECK_EQ(pthread_mutex_unlock(mutex), 0);
	CHECK_EXIT(child, 5);
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
}
