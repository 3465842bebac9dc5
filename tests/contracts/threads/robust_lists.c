// SPDX-License-Identifier: MIT
// Covers: THREAD-03. The robust list of a thread that dies: every lock on it is marked and one
// waiter woken, the pending one too, a list in a loop ends, get_robust_list.
#include "contract.h"
#include <linux/futex.h>

struct lock {
	struct robust_list list;
	uint32_t word;
};

static struct lock *locks;

static void dies(bool loop)
{
	struct robust_list_head *head = (void *)((char *)locks + 2048);
	uint32_t me = (uint32_t)gettid();

	head->futex_offset = offsetof(struct lock, word);
	head->list.next = &locks[0].list;
	locks[0].list.next = &locks[1].list;
	locks[1].list.next = loop ? &locks[0].list : &head->list;
	head->list_op_pending = &locks[2].list;
	for (int i = 0; i < 3; i++)
		locks[i].word = me | (i == 1 ? FUTEX_WAITERS : 0);
	locks[3].word = me;
	MUST(syscall(SYS_set_robust_list, head, sizeof(*head)));
}

CONTRACT
{
	struct robust_list_head *head;
	size_t length;
	int ends[2];

	locks = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(pipe(ends));
	pid_t waiter, owner = CHILD(dies(false); tell(ends); for (;;) pause());
	hear(ends);
	waiter = CHILD(CHECK_EQ(syscall(SYS_futex, &locks[1].word, FUTEX_WAIT,
					(uint32_t)owner | FUTEX_WAITERS, NULL, NULL, 0),
				0));
	wait_until_asleep(waiter);
	kill(owner, SIGKILL);
	child_wait(owner);
	CHECK_EXIT(waiter, 0);
	CHECK_EQ(locks[0].word, FUTEX_OWNER_DIED);
	CHECK_EQ(locks[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
	CHECK_EQ(locks[2].word, FUTEX_OWNER_DIED);
	// What was not on the list is left alone.
	CHECK_EQ(locks[3].word, (uint32_t)owner);
	owner = CHILD(dies(true));
	CHECK_EXIT(owner, 0);
	CHECK_EQ(locks[0].word & FUTEX_OWNER_DIED, FUTEX_OWNER_DIED);
	// Woken for a lock that nobody has, and dead before it could take it: the next is woken.
	locks[4].word = FUTEX_WAITERS | FUTEX_OWNER_DIED;
	waiter = CHILD(CHECK_EQ(
		syscall(SYS_futex, &locks[4].word, FUTEX_WAIT, locks[4].word, NULL, NULL, 0), 0));
	wait_until_asleep(waiter);
	owner = CHILD(dies(false); head = (void *)((char *)locks + 2048);
		      head->list_op_pending = &locks[4].list);
	CHECK_EXIT(owner, 0);
	CHECK_EXIT(waiter, 0);
	CHECK_EQ(locks[4].word, FUTEX_WAITERS | FUTEX_OWNER_DIED);
	// exec is an end too.
	owner = CHILD(dies(false); execl("/bin/sh", "sh", "-c", "exit 3", NULL));
	CHECK_EXIT(owner, 3);
	CHECK_EQ(locks[0].word, FUTEX_OWNER_DIED);
	CHECK_ERRNO(syscall(SYS_set_robust_list, NULL, 5), EINVAL);
	CHECK_EQ(syscall(SYS_get_robust_list, 0, &head, &length), 0);
	CHECK_EQ(length, sizeof(*head));
	CHECK_ERRNO(syscall(SYS_get_robust_list, 99999999, &head, &length), ESRCH);
}
