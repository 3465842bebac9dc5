// SPDX-License-Identifier: MIT
// Covers: THREAD-03 THREAD-02. A thread that dies holding a robust mutex hands it on with
// EOWNERDEAD; the child tid is cleared and woken.
#include "contract.h"

static pthread_mutex_t *mutex;

static void *dies(void *argument)
{
	pthread_mutex_lock(mutex);
	return argument;
}

CONTRACT
{
	pthread_mutexattr_t attributes;
	pthread_t thread;

	mutex = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutex_init(mutex, &attributes), 0);
	CHECK_EQ(pthread_create(&thread, NULL, dies, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(mutex), 0);
	// Killed in another process, while we wait for it.
	int ends[2];
	char byte;
	MUST(pipe(ends));
	pid_t child =
		CHILD(pthread_mutex_lock(mutex); MUST(write(ends[1], "", 1)); for (;;) pause());
	MUST(read(ends[0], &byte, 1));
	pid_t killer = CHILD(wait_until_asleep(getppid()); kill(child, SIGKILL));
	CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
	CHECK_KILLED(child, SIGKILL);
	CHECK_EXIT(killer, 0);
	// CLONE_CHILD_CLEARTID in memory that outlives the thread: zeroed at exit.
	int *word = (int *)((char *)mutex + 512);
	child = (pid_t)MUST(syscall(SYS_set_tid_address, word));
	CHECK_EQ(child, getpid());
	CHECK_EXIT(CHILD(*word = 55; syscall(SYS_set_tid_address, word)), 0);
	CHECK_EQ(*word, 55);
}
