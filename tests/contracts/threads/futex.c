// SPDX-License-Identifier: MIT
// Covers: THREAD-04. futex: wait, wake counts, bitset, requeue, cmp_requeue, wake_op, shared
// between processes, errors, also of words without a page.
#include "contract.h"
#include <linux/futex.h>

static uint32_t *words;
static volatile int woken;

static long futex(uint32_t *word, int op, uint32_t value, const void *time, uint32_t *second,
		  uint32_t third)
{
	return syscall(SYS_futex, word, op, value, time, second, third);
}

static void *waiter(void *argument)
{
	if (futex(words, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, (uint32_t)(uintptr_t)argument) !=
	    0)
		_exit(40);
	__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void start(pthread_t *threads, int count, uint32_t bits)
{
	woken = 0;
	for (int i = 0; i < count; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, waiter, (void *)(uintptr_t)bits), 0);
	wait_threads_asleep(count);
}

static void wait_woken(int count)
{
	while (__atomic_load_n(&woken, __ATOMIC_SEQ_CST) != count)
		sleep_ms(1);
	sleep_ms(10);
	CHECK_EQ(woken, count);
}

// A word that is shared is named by its page: it has to be there, and such that somebody may change it.
static void pages(void)
{
	uint32_t *none = MAP(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t *constant = MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t *file, *shared = MAP(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	put_file("short", "0123");
	file = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		   (int)MUST(open("short", O_RDWR)), 0);
	uint32_t *bad[] = {none, constant, file + PAGE / sizeof(*file)};

	for (int i = 0; i < 3; i++) {
		CHECK_ERRNO(futex(bad[i], FUTEX_WAKE, 1, NULL, NULL, 0), EFAULT);
		CHECK_ERRNO(futex(words, FUTEX_REQUEUE, 1, NULL, bad[i], 0), EFAULT);
		CHECK_EQ(futex(bad[i], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
	}
	CHECK_ERRNO(futex(constant, FUTEX_WAIT, 1, NULL, NULL, 0), EFAULT);
	CHECK_ERRNO(futex(constant, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0), EAGAIN);
	CHECK_ERRNO(futex(shared, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	CHECK_EQ(futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
	CHECK_EQ(futex(file, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
	MUST(unlink("short"));
}

CONTRACT
{
	pthread_t threads[4];
	struct timespec bit = {0, 15000000}, bad = {0, 1000000000};
	long long before;

	words = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_ERRNO(futex(words, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	before = now_ns(CLOCK_MONOTONIC);
	CHECK_ERRNO(futex(words, FUTEX_WAIT, 0, &bit, NULL, 0), ETIMEDOUT);
	CHECK(now_ns(CLOCK_MONOTONIC) - before >= 15000000);
	CHECK_ERRNO(futex(words, FUTEX_WAIT, 0, &bad, NULL, 0), EINVAL);
	CHECK_ERRNO(futex((uint32_t *)((char *)words + 1), FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL);
	CHECK_ERRNO(futex((uint32_t *)8, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	CHECK_ERRNO(futex(words, 99, 0, NULL, NULL, 0), ENOSYS);
	// An unknown operation on a word that is not there.
	CHECK_ERRNO(futex(words, FUTEX_WAKE_OP_PRIVATE, 0, NULL, (uint32_t *)8, 7u << 28), ENOSYS);
	CHECK_ERRNO(futex(words, FUTEX_WAKE_OP_PRIVATE, 0, NULL, (uint32_t *)8, 0), EFAULT);
	CHECK_ERRNO(futex(words, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL);
	CHECK_EQ(futex(words, FUTEX_WAKE, 10, NULL, NULL, 0), 0);
	pages();

	start(threads, 4, 6);
	CHECK_EQ(futex(words, FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, NULL, 1), 0);
	CHECK_EQ(futex(words, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 2), 1);
	wait_woken(1);
	CHECK_ERRNO(futex(words, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2UL, words + 1, 5), EAGAIN);
	CHECK_EQ(futex(words, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2UL, words + 1, 0), 3);
	wait_woken(2);
	CHECK_EQ(futex(words, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 0);
	CHECK_EQ(futex(words + 1, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 2);
	wait_woken(4);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);

	// The count is signed, and one is woken before it is looked at.
	start(threads, 3, ~0U);
	CHECK_EQ(futex(words, FUTEX_WAKE_PRIVATE, (uint32_t)-1, NULL, NULL, 0), 1);
	CHECK_EQ(futex(words, FUTEX_WAKE_PRIVATE, 0, NULL, NULL, 0), 1);
	wait_woken(2);
	CHECK_EQ(futex(words, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 1);
	wait_woken(3);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);

	// WAKE_OP: word 1 gets 7 added, its old value 3 is compared with 3: both are woken.
	words[1] = 3;
	start(threads, 2, ~0U);
	CHECK_EQ(futex(words, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1UL, words + 1,
		       FUTEX_OP(FUTEX_OP_ADD, 7, FUTEX_OP_CMP_EQ, 3)),
		 1);
	CHECK_EQ(words[1], 10);
	wait_woken(1);
	CHECK_EQ(futex(words + 1, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1UL, words,
		       FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0)),
		 1);
	CHECK_EQ(words[0], 1);
	wait_woken(2);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);

	// Between processes, by the page and not by the address.
	words[0] = 0;
	pid_t child =
		CHILD(uint32_t *same = mremap(words, 0, PAGE, MREMAP_MAYMOVE); CHECK(same != words);
		      CHECK_EQ(futex(same, FUTEX_WAIT, 0, NULL, NULL, 0), 0));
	wait_until_asleep(child);
	CHECK_EQ(futex(words, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 0);
	while (futex(words, FUTEX_WAKE, 1, NULL, NULL, 0) == 0)
		sleep_ms(1);
	CHECK_EXIT(child, 0);
}
