// SPDX-License-Identifier: MIT
// prctl: what a thread can say about itself. What Linux has only with a feature that is absent here
// is EINVAL.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/proc.h>
#include <core/syscall.h>

#include "capability.h"

#define PR_SET_PDEATHSIG       1
#define PR_GET_PDEATHSIG       2
#define PR_GET_DUMPABLE	       3
#define PR_SET_DUMPABLE	       4
#define PR_GET_KEEPCAPS	       7
#define PR_SET_KEEPCAPS	       8
#define PR_GET_TIMING	       13
#define PR_SET_TIMING	       14
#define PR_SET_NAME	       15
#define PR_GET_NAME	       16
#define PR_CAPBSET_READ	       23
#define PR_CAPBSET_DROP	       24
#define PR_GET_SECUREBITS      27
#define PR_SET_SECUREBITS      28
#define PR_SET_TIMERSLACK      29
#define PR_GET_TIMERSLACK      30
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define PR_SET_NO_NEW_PRIVS    38
#define PR_GET_NO_NEW_PRIVS    39
#define PR_GET_TID_ADDRESS     40
#define PR_SET_THP_DISABLE     41
#define PR_GET_THP_DISABLE     42
#define PR_CAP_AMBIENT	       47
#define PR_SET_MDWE	       65
#define PR_GET_MDWE	       66

#define PR_CAP_AMBIENT_IS_SET	 1
#define PR_CAP_AMBIENT_RAISE	 2
#define PR_CAP_AMBIENT_LOWER	 3
#define PR_CAP_AMBIENT_CLEAR_ALL 4

static long set_name(unsigned long user)
{
	char name[sizeof(current->name)] = {0};
	long n = hal_string_from_user(name, hal_user_ptr(const char, user), sizeof(name) - 1);

	if (n < 0)
		return n;
	memset(name + n, 0, sizeof(name) - (size_t)n);
	memcpy(current->name, name, sizeof(name));
	return 0;
}

static long get_name(unsigned long user)
{
	char name[sizeof(current->name)] = {0};

	(void)strscpy(name, current->name, sizeof(name)); /* same size */
	return copy_to_user(user, name, sizeof(name));
}

/* ---- what changes credentials ---- */

static long drop_bounding(unsigned long cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST)
		return -EINVAL;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	new->cap_bounding &= ~(1ull << cap);
	cred_commit(new);
	return 0;
}

static long set_securebits(unsigned long bits)
{
	uint32_t old = current->cred->securebits, locks = old & SECURE_ALL_LOCKS;
	struct cred *new;

	/* A lock is one bit above what it locks; locked bits and locks cannot change. */
	if (((locks >> 1) & (old ^ bits)) || (locks & ~bits) ||
	    (bits & ~(unsigned long)(SECURE_ALL_BITS | SECURE_ALL_LOCKS)) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	new->securebits = (uint32_t)bits;
	cred_commit(new);
	return 0;
}

static long set_keepcaps(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (current->cred->securebits & (SECURE_KEEP_CAPS << 1))
		return -EPERM;
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	new->securebits = (new->securebits & ~SECURE_KEEP_CAPS) | (on ? SECURE_KEEP_CAPS : 0);
	cred_commit(new);
	return 0;
}

static long cap_ambient(const unsigned long *arg)
{
	const struct cred *old = current->cred;
	struct cred *new;
	uint64_t bit;

	if (arg[1] == PR_CAP_AMBIENT_CLEAR_ALL) {
		if (arg[2] || arg[3] || arg[4])
			return -EINVAL;
	} else if (arg[3] || arg[4] || arg[2] > CAP_LAST) {
		return -EINVAL;
	}
	bit = arg[1] == PR_CAP_AMBIENT_CLEAR_ALL ? 0 : 1ull << arg[2];
	switch (arg[1]) {
	case PR_CAP_AMBIENT_IS_SET:
		return (old->cap_ambient & bit) != 0;
	case PR_CAP_AMBIENT_RAISE:
		if (!(old->cap_permitted & old->cap_inheritable & bit) ||
		    (old->securebits & SECURE_NO_CAP_AMBIENT_RAISE))
			return -EPERM;
		break;
	case PR_CAP_AMBIENT_LOWER:
	case PR_CAP_AMBIENT_CLEAR_ALL:
		break;
	default:
		return -EINVAL;
	}
	new = cred_prepare(SIZE_MAX);
	if (!new)
		return -ENOMEM;
	if (arg[1] == PR_CAP_AMBIENT_RAISE)
		new->cap_ambient |= bit;
	else if (arg[1] == PR_CAP_AMBIENT_LOWER)
		new->cap_ambient &= ~bit;
	else
		new->cap_ambient = 0;
	cred_commit(new);
	return 0;
}

/* ---- children ---- */

/* tasklist held: descendants born before need to know that somebody up there reaps. Without
 * recursion: down, else right, else up. */
static void tell_descendants(struct process *top)
{
	struct process *p = top;

	for (;;) {
		if (!list_empty(&p->children)) {
			p = list_first(&p->children, struct process, sibling);
		} else {
			while (p != top && p->sibling.next == &p->parent->children)
				p = p->parent;
			if (p == top)
				return;
			p = list_entry(p->sibling.next, struct process, sibling);
		}
		p->has_child_subreaper = true;
	}
}

static long set_subreaper(bool on)
{
	struct process *process = current->process;
	unsigned long flags = spin_lock_irqsave(&tasklist);

	process->child_subreaper = on;
	if (on)
		tell_descendants(process);
	spin_unlock_irqrestore(&tasklist, flags);
	return 0;
}

/* ---- memory ---- */

static long set_huge_disabled(bool on)
{
	struct mm *mm = current->mm;

	if (rwsem_write_killable(&mm->lock))
		return -EINTR;
	WRITE_ONCE(mm->huge_disabled, on);
	rwsem_write_done(&mm->lock);
	return 0;
}

/* Once said, it stays. */
static long set_no_new_exec(unsigned long bits)
{
	unsigned int now = READ_ONCE(current->mm->no_new_exec);

	if ((bits & ~(unsigned long)(PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT)) ||
	    bits == PR_MDWE_NO_INHERIT)
		return -EINVAL;
	if (now && now != bits)
		return -EPERM;
	WRITE_ONCE(current->mm->no_new_exec, (unsigned int)bits);
	return 0;
}

SYSCALL(prctl)
{
	const unsigned long *arg = args->arg;
	struct thread *t = current;

	switch ((int)arg[0]) {
	case PR_SET_THP_DISABLE:
		if (arg[2] || arg[3] || arg[4])
			return -EINVAL;
		return set_huge_disabled(arg[1]);
	case PR_GET_THP_DISABLE:
		if (arg[1] || arg[2] || arg[3] || arg[4])
			return -EINVAL;
		return READ_ONCE(t->mm->huge_disabled);
	case PR_SET_MDWE:
		return arg[2] || arg[3] || arg[4] ? -EINVAL : set_no_new_exec(arg[1]);
	case PR_GET_MDWE:
		if (arg[1] || arg[2] || arg[3] || arg[4])
			return -EINVAL;
		return READ_ONCE(t->mm->no_new_exec);
	case PR_SET_PDEATHSIG:
		if (arg[1] > SIGMAX)
			return -EINVAL;
		t->death_signal = (int)arg[1];
		return 0;
	case PR_GET_PDEATHSIG:
		return hal_put_user32(hal_user_ptr(void, arg[1]), (uint32_t)t->death_signal);
	case PR_GET_DUMPABLE:
		return t->mm->dumpable;
	case PR_SET_DUMPABLE:
		if (arg[1] > 1)
			return -EINVAL;
		t->mm->dumpable = arg[1] == 1;
		return 0;
	case PR_GET_KEEPCAPS:
		return (t->cred->securebits & SECURE_KEEP_CAPS) != 0;
	case PR_SET_KEEPCAPS:
		return set_keepcaps(arg[1]);
	case PR_GET_TIMING:
		return 0;
	case PR_SET_TIMING:
		return arg[1] ? -EINVAL : 0;
	case PR_SET_NAME:
		return set_name(arg[1]);
	case PR_GET_NAME:
		return get_name(arg[1]);
	case PR_CAPBSET_READ:
		return arg[1] > CAP_LAST ? -EINVAL : (long)(t->cred->cap_bounding >> arg[1] & 1);
	case PR_CAPBSET_DROP:
		return drop_bounding(arg[1]);
	case PR_GET_SECUREBITS:
		return t->cred->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(arg[1]);
	case PR_SET_TIMERSLACK:
		if (t->sched.rt_priority) /* it has none */
			return 0;
		t->timer_slack_ns = arg[1] ? arg[1] : t->default_timer_slack_ns;
		return 0;
	case PR_GET_TIMERSLACK:
		return (long)t->timer_slack_ns;
	case PR_SET_CHILD_SUBREAPER:
		return set_subreaper(arg[1]);
	case PR_GET_CHILD_SUBREAPER:
		return hal_put_user32(hal_user_ptr(void, arg[1]), t->process->child_subreaper);
	case PR_SET_NO_NEW_PRIVS:
		if (arg[1] != 1 || arg[2] || arg[3] || arg[4])
			return -EINVAL;
		t->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return arg[1] || arg[2] || arg[3] || arg[4] ? -EINVAL : t->no_new_privs;
	case PR_GET_TID_ADDRESS:
		return hal_put_user64(hal_user_ptr(void, arg[1]), t->clear_child_tid);
	case PR_CAP_AMBIENT:
		return cap_ambient(arg);
	default:
		return -EINVAL;
	}
}
