// SPDX-License-Identifier: MIT
// Covers: MEM-09 MEM-14. The kernel's own ways to 2 MiB pages: read and write across them,
// process_vm_readv, /proc/PID/mem, futexes, mincore, mlock, MAP_POPULATE, signal stacks.
#include "thp_helpers.h"

#include <linux/futex.h>
#include <sys/uio.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static void across_pages(void)
{
	char *map = blocks(2), *copy = blocks(2);
	int fd = (int)MUST(memfd_create("copy", 0));

	fill(map, 1024, 1);
	CHECK_EQ(MUST(write(fd, map + 100, 2 * BIG - 100)), 2 * BIG - 100);
	CHECK_EQ(MUST(pread(fd, copy + 100, 2 * BIG - 100, 0)), 2 * BIG - 100);
	CHECK(memcmp(map + 100, copy + 100, 2 * BIG - 100) == 0);
	CHECK(smaps_number(copy, "AnonHugePages:") >= 2048); // the kernel wrote there first
	CHECK(zeroed(copy, 0) && copy[99] == 0);
	close(fd);
}

static void from_outside(void)
{
	char *map = blocks(2), *back = malloc(3 * PAGE);
	struct iovec mine = {back, 3 * PAGE}, other = {map + BIG - PAGE, 3 * PAGE};
	int fd;

	fill(map, 1024, 1);
	CHECK_EQ(process_vm_readv(getpid(), &mine, 1, &other, 1, 0), 3 * PAGE);
	CHECK(filled(back, 3, 512));
	memset(back, 200, 3 * PAGE);
	CHECK_EQ(process_vm_writev(getpid(), &mine, 1, &other, 1, 0), 3 * PAGE);
	CHECK_EQ(map[BIG - 1], (char)200);
	CHECK_EQ(map[BIG + 2 * PAGE - 1], (char)200);
	CHECK(filled(map, 511, 1));
	CHECK(filled(map + BIG + 2 * PAGE, 510, 515));

	// Through the rights, as a debugger does.
	MUST(mprotect(map, BIG, PROT_READ));
	fd = (int)MUST(open("/proc/self/mem", O_RDWR));
	CHECK_EQ(pwrite(fd, "debug", 5, (off_t)(uintptr_t)(map + 5 * PAGE)), 5);
	CHECK(memcmp(map + 5 * PAGE, "debug", 5) == 0);
	CHECK_EQ(pread(fd, back, 5, (off_t)(uintptr_t)(map + 5 * PAGE)), 5);
	CHECK(memcmp(back, "debug", 5) == 0);
	CHECK(faults(map + 5 * PAGE, true));
	CHECK(filled(map + 6 * PAGE, 505, 7));
	close(fd);
	free(back);
}

static int *word;

static void *waker(void *unused)
{
	(void)unused;
	wait_threads_asleep(1);
	__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
	while (syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0)
		sched_yield();
	return NULL;
}

static void futexes(void)
{
	char *map = blocks(1);
	pthread_t thread;

	word = (int *)(map + 333 * PAGE + 64);
	CHECK_EQ(*word, 0); // only read so far
	CHECK_ERRNO(syscall(SYS_futex, word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
	map[0] = 1;
	CHECK_EQ(pthread_create(&thread, NULL, waker, NULL), 0);
	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0)
		syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
	// The page may be split meanwhile; the word is the same one.
	MUST(mprotect(map, PAGE, PROT_READ));
	CHECK_EQ(*word, 1);
	while (pthread_tryjoin_np(thread, NULL) == EBUSY) {
		struct timespec moment = {0, 1000000};

		syscall(SYS_futex, word, FUTEX_WAIT, 1, &moment, NULL, 0);
	}
}

static void resident(void)
{
	unsigned char there[1024];
	char *map = blocks(2);
	size_t count = 0;

	MUST(mincore(map, 2 * BIG, there));
	for (size_t i = 0; i < 1024; i++)
		count += there[i] & 1;
	CHECK_EQ(count, 0);
	MUST(mlock(map, 2 * BIG));
	MUST(mincore(map, 2 * BIG, there));
	for (size_t i = 0; i < 1024; i++)
		count += there[i] & 1;
	CHECK_EQ(count, 1024);
	CHECK_EQ(smaps_number(map, "Rss:"), 4096);
	CHECK(zeroed(map, 1024));
	MUST(munlock(map, 2 * BIG));
	MUST(munmap(map, 2 * BIG));

	map = blocks(2);
	MUST(madvise(map, 2 * BIG, MADV_POPULATE_WRITE));
	CHECK_EQ(smaps_number(map, "Rss:"), 4096);
	CHECK(smaps_number(map, "AnonHugePages:") >= 2048);
	CHECK(zeroed(map, 1024));
}

static volatile int handled;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	handled = number;
}

static void signal_stack(void)
{
	char *map = blocks(1);
	stack_t stack = {.ss_sp = map + BIG / 2, .ss_size = 64 * 1024},
		none = {.ss_flags = SS_DISABLE};

	MUST(sigaltstack(&stack, NULL)); // not touched before: the frame is the first write
	catch_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK_EQ(handled, SIGUSR1);
	MUST(sigaltstack(&none, NULL));
	CHECK_EQ(map[0], 0);
}

CONTRACT
{
	policy_madvise();
	across_pages();
	from_outside();
	futexes();
	resident();
	signal_stack();
}
