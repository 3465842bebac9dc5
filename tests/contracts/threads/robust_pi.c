// SPDX-License-Identifier: MIT
// Covers: THREAD-03 THREAD-05. Robust locks with priority inheritance: whoever dies with one, thread or
// process, with waiters or without, the next owner is told; one that is not made consistent is lost. Becoming another program is an end, too.
#include "contract.h"
#include <linux/futex.h>

static pthread_mutex_t *mutex;
static int ends[2];

static void make(pthread_mutex_t *m)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	CHECK_EQ(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT), 0);
	CHECK_EQ(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), 0);
	CHECK_EQ(pthread_mutex_init(m, &attributes), 0);
}

static void *dies_holding(void *argument)
{
	(void)argument;
	pthread_mutex_lock(mutex);
	return NULL;
}

// A waiter: dies holding it too, and so on.
static void *waits_and_dies(void *argument)
{
	(void)argument;
	if (pthread_mutex_lock(mutex) != EOWNERDEAD || pthread_mutex_consistent(mutex) != 0)
		return (void *)1;
	return NULL;
}

static void threads(void)
{
	pthread_t thread, waiters[4];
	void *result;

	make(mutex);
	CHECK_EQ(pthread_create(&thread, NULL, dies_holding, NULL), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&waiters[i], NULL, waits_and_dies, NULL), 0);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(pthread_join(waiters[i], &result), 0);
		CHECK(result == NULL);
	}
	CHECK_EQ(pthread_mutex_trylock(mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(mutex), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(mutex), 0);
}

// Processes are killed in the middle of it, three deep in waiters.
static void processes(void)
{
	pid_t holder, waiters[3];

	make(mutex);
	holder = CHILD(CHECK_EQ(pthread_mutex_lock(mutex), 0); tell(ends); for (;;) pause());
	hear(ends);
	for (int i = 0; i < 3; i++) {
		waiters[i] = CHILD(int error = pthread_mutex_lock(mutex);
				   if (error == EOWNERDEAD) pthread_mutex_consistent(mutex);
				   pthread_mutex_unlock(mutex); _exit(error));
		wait_until_asleep(waiters[i]);
	}
	MUST(kill(holder, SIGKILL));
	CHECK_KILLED(holder, SIGKILL);
	// One of them finds the owner dead and repairs; then it is whole for the others.
	int told = 0, whole = 0;
	for (int i = 0; i < 3; i++) {
		int code = child_wait(waiters[i]) >> 8;

		told += code == EOWNERDEAD;
		whole += code == 0;
	}
	CHECK_EQ(told, 1);
	CHECK_EQ(whole, 2);
	// Not repaired: lost for everybody who waits or comes.
	CHECK_EXIT(CHILD(CHECK_EQ(pthread_mutex_lock(mutex), 0); _exit(0)), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_unlock(mutex), 0);
	CHECK_EQ(pthread_mutex_lock(mutex), ENOTRECOVERABLE);
}

// By the kernel's own words: a list of one entry, marked as PI.
static void words(void)
{
	static struct {
		struct robust_list_head head;
		struct robust_list entry;
		uint32_t word;
	} *shared;
	pid_t child, waiter;

	shared = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = CHILD(shared->head.futex_offset = (char *)&shared->word - (char *)&shared->entry;
		      shared->head.list.next = (void *)((uintptr_t)&shared->entry | 1);
		      shared->entry.next = &shared->head.list;
		      MUST(syscall(SYS_set_robust_list, &shared->head, sizeof(shared->head)));
		      MUST(syscall(SYS_futex, &shared->word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
		      tell(ends); for (;;) pause());
	hear(ends);
	CHECK_EQ(shared->word, child);
	waiter = CHILD(
		CHECK_EQ(syscall(SYS_futex, &shared->word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
		CHECK_EQ(shared->word & FUTEX_TID_MASK, getpid());
		CHECK_EQ(shared->word & FUTEX_OWNER_DIED, FUTEX_OWNER_DIED); _exit(5));
	wait_until_asleep(waiter);
	CHECK_EQ(shared->word, (uint32_t)child | FUTEX_WAITERS);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	CHECK_EXIT(waiter, 5);
}

// Who comes while the owner's memory goes away, and would rather have its processor, does not wait for
// it to be gone.
static void dying(void)
{
	uint32_t *word = (uint32_t *)((char *)mutex + 1024);
	struct sched_param high = {.sched_priority = 10}, none = {0};
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	MUST(sched_setaffinity(0, sizeof(first), &first));
	for (int i = 0; i < 12; i++) {
		pid_t child =
			CHILD(char *memory = MAP(NULL, 4096 * PAGE, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
			      *word = (uint32_t)getpid(); memory[0] = 1; tell(ends); pause());
		struct timespec time = {0, i * 150000};

		hear(ends);
		MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high));
		kill(child, SIGKILL);
		nanosleep(&time, NULL);
		if (syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) < 0)
			CHECK_EQ(errno, ESRCH);
		MUST(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none));
		CHECK_KILLED(child, SIGKILL);
	}
}

// A thread that holds a lock becomes another program and with that gets another number.
static void *replaced(void *word)
{
	char *arguments[] = {"true", NULL}, *environment[] = {"REPLACED=1", NULL};

	CHECK(syscall(SYS_gettid) != getpid());
	MUST(syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	tell(ends);
	while (!(__atomic_load_n((uint32_t *)word, __ATOMIC_RELAXED) & FUTEX_WAITERS))
		sleep_ms(1);
	wait_until_asleep(getppid());
	execve("/proc/self/exe", arguments, environment);
	return word;
}

static void programs(void)
{
	uint32_t *word = (uint32_t *)((char *)mutex + 2048);
	pid_t child = CHILD(pthread_t thread; MUST(pthread_create(&thread, NULL, replaced, word));
			    for (;;) pause());

	hear(ends);
	CHECK_EQ(syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
	CHECK_EQ(*word & ~FUTEX_WAITERS, (uint32_t)getpid() | FUTEX_OWNER_DIED);
	CHECK_EXIT(child, 0);
}

CONTRACT
{
	if (getenv("REPLACED"))
		return;
	mutex = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(pipe(ends));
	threads();
	processes();
	words();
	dying();
	programs();
}
