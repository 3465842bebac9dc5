// SPDX-License-Identifier: MIT
// Robust lists: the locks that a thread says it holds, marked as orphaned in user memory when it dies.

#include "futex.h"

#include <core/errno.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/syscall.h>

#define ROBUST_MAX 2048

struct robust_head {
	uint64_t next;
	int64_t offset;
	uint64_t pending;
};

/* The owner of the word at address dies. */
static int robust_death(unsigned long address, bool pi, bool pending)
{
	uint32_t me = (uint32_t)current->pid->number, old, seen;
	uint32_t __user *word = hal_user_ptr(uint32_t, address);

	if (address % sizeof(uint32_t) || hal_get_user32(&old, word))
		return -EFAULT;
	for (;;) {
		/* Died between unlocking and waking, or woken and before taking it: somebody else may
		 * be asleep, whose bit is there. */
		if (pending && !pi && !(old & FUTEX_TID_MASK)) {
			(void)futex_wake_user(address, 1); /* nobody there is fine */
			return 0;
		}
		if ((old & FUTEX_TID_MASK) != me)
			return 0;
		if (hal_user_cmpxchg32(&seen, word, old, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return -EFAULT;
		if (seen == old)
			break;
		old = seen;
	}
	if (!pi && (old & FUTEX_WAITERS))
		(void)futex_wake_user(address, 1); /* nobody there is fine */
	return 0;
}

static void robust_exit(struct thread *thread)
{
	unsigned long head_address = thread->robust_list;
	struct robust_head head;
	uint64_t entry, next, pending;

	if (copy_from_user(&head, head_address, sizeof(head)))
		return;
	entry = head.next & ~1ull;
	pending = head.pending & ~1ull;
	next = head.next;
	for (unsigned int i = 0; i < ROBUST_MAX && entry != head_address; i++) {
		bool pi = next & 1;
		int error = hal_get_user64(&next, hal_user_ptr(const void, entry));

		/* The pending one is looked at last, once. */
		if (entry != pending && robust_death(entry + (unsigned long)head.offset, pi, false))
			return;
		if (error)
			return;
		entry = next & ~1ull;
		resched_point();
	}
	if (pending)
		(void)robust_death(pending + (unsigned long)head.offset, head.pending & 1,
				   true); /* nobody to tell */
}

void futex_exit(struct thread *thread)
{
	if (thread->robust_list && thread->mm)
		robust_exit(thread);
	thread->robust_list = 0;
	futex_exit_pi(thread);
}

SYSCALL(set_robust_list)
{
	if (args->arg[1] != sizeof(struct robust_head))
		return -EINVAL;
	current->robust_list = args->arg[0];
	return 0;
}

SYSCALL(get_robust_list)
{
	struct thread *thread = current;
	pid_t pid = (pid_t)args->arg[0];
	unsigned long head;
	long error = 0;

	if (pid) {
		thread = thread_find(pid);
		if (!thread)
			return -ESRCH;
		error = thread_may_inspect(thread, NULL, current->cred->uid, current->cred->gid);
	}
	head = thread->robust_list;
	if (pid)
		thread_put(thread);
	if (error)
		return error;
	if (hal_put_user64(hal_user_ptr(void, args->arg[2]), sizeof(struct robust_head)) ||
	    hal_put_user64(hal_user_ptr(void, args->arg[1]), head))
		return -EFAULT;
	return 0;
}
