// SPDX-License-Identifier: MIT
// Restartable sequences: a user structure that always holds the CPU its thread runs on, and
// critical sections that restart elsewhere when they were interrupted.

#include <core/errno.h>
#include <core/proc.h>
#include <core/syscall.h>
#include <hal/regs.h>
#include <hal/user.h>

#define RSEQ_SIZE	       32
#define RSEQ_FLAG_UNREGISTER   1
#define RSEQ_CPU_UNINITIALISED ((uint32_t)-1)

/* Offsets in the user's struct rseq. */
#define RSEQ_CPU_START 0
#define RSEQ_CPU_ID    4
#define RSEQ_CS	       8
#define RSEQ_NODE      20
#define RSEQ_MM_CID    24

struct rseq_cs {
	uint32_t version, flags;
	uint64_t start, length, abort;
};

/* The interrupted pc lies in a critical section: go to its abort handler. */
static bool leave_section(struct hal_regs *regs, vaddr_t area)
{
	vaddr_t pc = hal_regs_pc(regs);
	struct rseq_cs cs;
	uint64_t address;
	uint32_t signature;

	if (hal_get_user64(&address, hal_user_ptr(const void, area + RSEQ_CS)))
		return false;
	if (!address)
		return true;
	if (copy_from_user(&cs, address, sizeof(cs)))
		return false;
	if (cs.start >= hal_user_end() || cs.length > hal_user_end() - cs.start ||
	    cs.abort >= hal_user_end() || cs.version)
		return false;
	/* The abort handler may not lie in the section itself. */
	if (cs.abort - cs.start < cs.length)
		return false;
	if (hal_get_user32(&signature, hal_user_ptr(const void, cs.abort - sizeof(signature))) ||
	    signature != (uint32_t)current->rseq_signature)
		return false;
	/* Lazily cleared when the thread is outside. */
	if (hal_put_user64(hal_user_ptr(void, area + RSEQ_CS), 0))
		return false;
	if (pc - cs.start < cs.length)
		hal_regs_set_pc(regs, cs.abort);
	return true;
}

bool rseq_resume(struct hal_regs *regs)
{
	vaddr_t area = current->rseq;
	uint32_t cpu;

	if (!hal_regs_in_syscall(regs) && !leave_section(regs, area))
		return false;
	cpu = hal_cpu_id();
	return !hal_put_user32(hal_user_ptr(void, area + RSEQ_CPU_START), cpu) &&
	       !hal_put_user32(hal_user_ptr(void, area + RSEQ_CPU_ID), cpu) &&
	       !hal_put_user32(hal_user_ptr(void, area + RSEQ_NODE), 0) &&
	       !hal_put_user32(hal_user_ptr(void, area + RSEQ_MM_CID), cpu);
}

static long rseq_unregister(vaddr_t area, uint32_t length, int flags, uint32_t signature)
{
	struct thread *t = current;

	if (flags & ~RSEQ_FLAG_UNREGISTER)
		return -EINVAL;
	if (t->rseq != area || !t->rseq || t->rseq_length != length)
		return -EINVAL;
	if ((uint32_t)t->rseq_signature != signature)
		return -EPERM;
	if (hal_put_user32(hal_user_ptr(void, area + RSEQ_CPU_START), 0) ||
	    hal_put_user32(hal_user_ptr(void, area + RSEQ_CPU_ID), RSEQ_CPU_UNINITIALISED))
		return -EFAULT;
	t->rseq = 0;
	t->rseq_signature = 0;
	t->rseq_length = 0;
	return 0;
}

SYSCALL(rseq)
{
	vaddr_t area = args->arg[0];
	uint32_t length = (uint32_t)args->arg[1], signature = (uint32_t)args->arg[3];
	int flags = (int)args->arg[2];
	struct thread *t = current;

	if (flags & RSEQ_FLAG_UNREGISTER)
		return rseq_unregister(area, length, flags, signature);
	if (flags)
		return -EINVAL;
	if (t->rseq) {
		if (t->rseq != area || t->rseq_length != length)
			return -EINVAL;
		return (uint32_t)t->rseq_signature != signature ? -EPERM : -EBUSY;
	}
	if (length < RSEQ_SIZE || area % RSEQ_SIZE)
		return -EINVAL;
	if (!hal_user_range(hal_user_ptr(const void, area), length))
		return -EFAULT;
	/* No section is under way: what an earlier user of the memory left there must not look like
	 * one. */
	if (hal_put_user64(hal_user_ptr(void, area + RSEQ_CS), 0))
		return -EFAULT;
	t->rseq = area;
	t->rseq_length = length;
	t->rseq_signature = signature;
	__atomic_fetch_or(&t->hal.work, THREAD_WORK_RSEQ, __ATOMIC_RELAXED);
	return 0;
}
