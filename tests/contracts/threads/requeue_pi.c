// SPDX-License-Identifier: MIT
// Covers: THREAD-05. FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: only with each other and for the
// lock that the waiter named; the waiter returns owning it, whether it was free, held, or its owner
// died; time limits and signals before and after the move; priority is lent from the move on.
#include "contract.h"
#include <linux/futex.h>

#define WAITERS 3

static uint32_t word, lock, other;
static volatile int answers[WAITERS];	// 0 or errno
static volatile uint32_t held[WAITERS]; // the lock, as the waiter found it
static volatile pid_t tids[WAITERS];
static struct timespec limit;
static int clock_flag, use_limit, priority_of_waiter;
static volatile int signals;

static long call(uint32_t *address, int op, uint32_t value, const void *time_or_count,
		 uint32_t *second, uint32_t value3)
{
	return syscall(SYS_futex, address, op | FUTEX_PRIVATE_FLAG, value, time_or_count, second,
		       value3);
}

static long unlock(void)
{
	return call(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static long take(void)
{
	return call(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
}

static long requeue(long count, uint32_t *to)
{
	return call(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)count, to, word);
}

static void *waiter(void *argument)
{
	int me = (int)(intptr_t)argument;
	struct sched_param parameter = {priority_of_waiter};

	if (priority_of_waiter)
		MUST(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
	tids[me] = gettid();
	answers[me] = call(&word, FUTEX_WAIT_REQUEUE_PI | clock_flag, word,
			   use_limit ? &limit : NULL, &lock, 0) < 0
			      ? errno
			      : 0;
	held[me] = lock;
	if (!answers[me])
		MUST(unlock());
	return NULL;
}

static pthread_t begin(int index)
{
	pthread_t thread;
	char path[64];

	tids[index] = 0;
	answers[index] = -1;
	CHECK_EQ(pthread_create(&thread, NULL, waiter, (void *)(intptr_t)index), 0);
	while (!tids[index])
		sleep_ms(1);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tids[index]);
	for (int i = 0; answers[index] < 0 && (i < 3 || state_in(path) != 'S'); i++)
		sleep_ms(1);
	return thread;
}

// It ended with this answer, and owned the lock if that is 0.
static void ended(pthread_t thread, int index, int answer)
{
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(answers[index], answer);
	if (!answer)
		CHECK_EQ(held[index] & FUTEX_TID_MASK, tids[index]);
}

static void refused(void)
{
	uint32_t *nowhere = MAP(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_ERRNO(call(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 1, NULL, &word, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 0, NULL, &lock, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 2, NULL, &lock, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 1, (void *)-1L, &lock, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_WAIT_REQUEUE_PI, 7, NULL, &lock, 0), EAGAIN);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock, 7), EAGAIN);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 1, NULL, (void *)((char *)&lock + 1), 0),
		    EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, (void *)((char *)&lock + 1), 0),
		    EINVAL);
	CHECK_ERRNO(call(nowhere, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0), EFAULT);
	CHECK_ERRNO(call(nowhere, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock, 0), EFAULT);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI, 1, NULL, nowhere, 0), EFAULT);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 1, NULL, &lock, 0),
		    ENOSYS);
	CHECK_EQ(requeue(1, &lock), 0); // nobody
	CHECK_EQ(lock, 0);
}

static void *plain(void *unused)
{
	MUST(call(&word, FUTEX_WAIT, word, NULL, NULL, 0));
	return unused;
}

static void pairing(void)
{
	pthread_t thread = begin(0);

	CHECK_ERRNO(call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_REQUEUE, 0, (void *)1L, &lock, 0), EINVAL);
	CHECK_ERRNO(call(&word, FUTEX_CMP_REQUEUE, 1, (void *)1L, &lock, word), EINVAL);
	CHECK_ERRNO(requeue(1, &other), EINVAL);
	CHECK_EQ(requeue(0, &lock), 1);
	ended(thread, 0, 0);
	CHECK_EQ(lock, 0);

	CHECK_EQ(pthread_create(&thread, NULL, plain, NULL), 0);
	wait_threads_asleep(1);
	CHECK_ERRNO(requeue(1, &lock), EINVAL);
	CHECK_EQ(call(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}

static void moved(void)
{
	pthread_t threads[WAITERS];

	MUST(take());
	for (int i = 0; i < WAITERS; i++) {
		priority_of_waiter = i == 1 ? 20 : 0;
		threads[i] = begin(i);
	}
	priority_of_waiter = 0;
	CHECK_EQ(requeue(0, &lock), 1); // the one of priority 20
	CHECK_EQ(lock, (uint32_t)gettid() | FUTEX_WAITERS);
	CHECK_EQ(requeue(INT_MAX, &lock), 2);
	CHECK_EQ(requeue(INT_MAX, &lock), 0);
	sleep_ms(5);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(answers[i], -1); // none has it
	MUST(unlock());
	for (int i = 0; i < WAITERS; i++)
		ended(threads[i], i, 0);
	CHECK_EQ(held[1], (uint32_t)tids[1] | FUTEX_WAITERS);
	CHECK_EQ(held[0], (uint32_t)tids[0] | FUTEX_WAITERS);
	CHECK_EQ(held[2], (uint32_t)tids[2] | FUTEX_WAITERS);
	CHECK_EQ(lock, 0);
}

static void limits(void)
{
	pthread_t thread;

	for (int after = 0; after < 2; after++) {
		for (int i = 0; i < 2; i++) {
			clockid_t clock = i ? CLOCK_REALTIME : CLOCK_MONOTONIC;

			clock_flag = i ? FUTEX_CLOCK_REALTIME : 0;
			use_limit = 1;
			MUST(take());
			MUST(clock_gettime(clock, &limit));
			limit.tv_sec += after;
			thread = begin(0);
			if (after)
				CHECK_EQ(requeue(0, &lock), 1);
			ended(thread, 0, ETIMEDOUT);
			CHECK(now_ns(clock) >= limit.tv_sec * 1000000000LL + limit.tv_nsec);
			MUST(unlock());
			CHECK_EQ(lock, 0);
		}
	}
	clock_flag = use_limit = 0;
}

static void count_signal(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	signals++;
}

static void change_word(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	word++;
}

static void signalled(void)
{
	pthread_t thread;

	// Before the move: the wait goes on, whatever SA_RESTART says, or finds the word changed.
	catch_signal(SIGUSR1, count_signal, 0);
	catch_signal(SIGUSR2, change_word, 0);
	thread = begin(0);
	CHECK_EQ(syscall(SYS_tgkill, getpid(), tids[0], SIGUSR1), 0);
	while (!signals)
		sleep_ms(1);
	wait_threads_asleep(1);
	CHECK_EQ(answers[0], -1);
	CHECK_EQ(requeue(0, &lock), 1);
	ended(thread, 0, 0);
	thread = begin(0);
	CHECK_EQ(syscall(SYS_tgkill, getpid(), tids[0], SIGUSR2), 0);
	ended(thread, 0, EAGAIN);
	// After it: EAGAIN, and it waits for the lock no more.
	MUST(take());
	thread = begin(0);
	CHECK_EQ(requeue(0, &lock), 1);
	CHECK_EQ(syscall(SYS_tgkill, getpid(), tids[0], SIGUSR1), 0);
	ended(thread, 0, EAGAIN);
	CHECK_EQ(signals, 2);
	MUST(unlock());
	CHECK_EQ(lock, 0);
}

// Waits while it owns the lock already; then rightly.
static void *owner_waits(void *unused)
{
	MUST(take());
	tids[1] = gettid();
	answers[1] = call(&word, FUTEX_WAIT_REQUEUE_PI, word, NULL, &lock, 0) < 0 ? errno : 0;
	return unused;
}

static void *die_holding(void *unused)
{
	MUST(take());
	tids[2] = gettid();
	while (answers[2] < 0)
		sleep_ms(1);
	return unused;
}

static void owners(void)
{
	pthread_t thread, owner;

	catch_signal(SIGUSR2, change_word, 0);
	tids[1] = 0;
	CHECK_EQ(pthread_create(&thread, NULL, owner_waits, NULL), 0);
	wait_threads_asleep(1);
	CHECK_ERRNO(requeue(0, &lock), EDEADLK);
	CHECK_EQ(syscall(SYS_tgkill, getpid(), tids[1], SIGUSR2), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(answers[1], EAGAIN);
	// That one died with it: nobody of that name.
	CHECK_EQ(lock & FUTEX_TID_MASK, tids[1]);
	thread = begin(0);
	CHECK_ERRNO(requeue(0, &lock), ESRCH);
	lock = 0;
	CHECK_EQ(requeue(0, &lock), 1);
	ended(thread, 0, 0);
	CHECK_EQ(lock, 0);
	// The owner dies while it is waited for.
	tids[2] = 0;
	answers[2] = -1;
	CHECK_EQ(pthread_create(&owner, NULL, die_holding, NULL), 0);
	while (!tids[2])
		sleep_ms(1);
	thread = begin(0);
	CHECK_EQ(requeue(0, &lock), 1);
	answers[2] = 0;
	CHECK_EQ(pthread_join(owner, NULL), 0);
	ended(thread, 0, 0);
	CHECK_EQ(held[0], (uint32_t)tids[0] | FUTEX_OWNER_DIED | FUTEX_WAITERS);
}

// What /proc says of this thread's priority: -1 - level in real time, 20 + nice else.
static int my_priority(void)
{
	char line[512] = "";
	long value = 99;
	FILE *file = fopen("/proc/self/stat", "r");

	if (file && fgets(line, sizeof(line), file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')'),
		       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %ld", &value);
	if (file)
		fclose(file);
	return (int)value;
}

static void lending(void)
{
	pthread_t thread;

	lock = 0;
	MUST(take());
	priority_of_waiter = 40;
	use_limit = 1;
	for (int ends = 0; ends < 2; ends++) {
		MUST(clock_gettime(CLOCK_MONOTONIC, &limit));
		limit.tv_sec += ends ? 1 : 1000;
		thread = begin(0);
		CHECK_EQ(my_priority(), 20);
		CHECK_EQ(requeue(0, &lock), 1);
		CHECK_EQ(my_priority(), -41);
		if (!ends)
			MUST(unlock());
		ended(thread, 0, ends ? ETIMEDOUT : 0);
		CHECK_EQ(my_priority(), 20);
		if (!ends)
			MUST(take());
	}
	MUST(unlock());
	priority_of_waiter = use_limit = 0;
}

struct shared {
	uint32_t word, lock;
	pid_t owner;
};

// Between processes, the second at another address.
static void between(void)
{
	int fd = (int)MUST(syscall(SYS_memfd_create, "shared", 0));

	MUST(ftruncate(fd, PAGE));
	struct shared *s = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct shared *t = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK_ERRNO(syscall(SYS_futex, &s->word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &t->word, 0),
		    EINVAL);
	CHECK_ERRNO(syscall(SYS_futex, &s->word, FUTEX_CMP_REQUEUE_PI, 1, NULL, &t->word, 0),
		    EINVAL);
	pid_t child = CHILD(
		MUST(syscall(SYS_futex, &t->word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &t->lock, 0));
		t->owner = (pid_t)(t->lock & FUTEX_TID_MASK);
		MUST(syscall(SYS_futex, &t->lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0)));
	wait_until_asleep(child);
	MUST(syscall(SYS_futex, &s->lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
	CHECK_EQ(syscall(SYS_futex, &s->word, FUTEX_CMP_REQUEUE_PI, 1, NULL, &s->lock, 0), 1);
	CHECK_EQ(s->lock, (uint32_t)getpid() | FUTEX_WAITERS);
	MUST(syscall(SYS_futex, &s->lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	CHECK_EXIT(child, 0);
	CHECK_EQ(s->owner, child);
	CHECK_EQ(s->lock, 0);
}

CONTRACT
{
	refused();
	pairing();
	moved();
	limits();
	signalled();
	owners();
	lending();
	between();
}
