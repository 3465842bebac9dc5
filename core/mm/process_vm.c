// SPDX-License-Identifier: MIT
// System calls process_vm_readv and process_vm_writev: copying between two address spaces through a
// frame in between.

#include "mm_internal.h"

#include <core/cred.h>
#include <core/mm.h>
#include <core/signal.h>
#include <core/slab.h>
#include <core/syscall.h>
#include <core/thread.h>
#include <core/uio.h>

// Copy between local and the pieces of remote memory, until the caller is to die. Bytes moved, or -EFAULT when none
// could be.
static long copy_pieces(struct mm *mm, struct uio *local, const struct iovec *remote,
			unsigned long count, bool write)
{
	struct page *page = page_alloc(GFP_USER, 0);
	char *buffer;
	long total = 0;
	int error = 0;

	if (!page)
		return -ENOMEM;
	buffer = page_address(page);
	for (unsigned long i = 0; i < count && local->left && !error; i++) {
		size_t done = 0;

		while (done < remote[i].length && local->left && !error) {
			vaddr_t at = hal_untag(remote[i].base) + done;
			size_t n = MIN(PAGE_SIZE - (at & (PAGE_SIZE - 1)),
				       MIN(remote[i].length - done, local->left));
			size_t moved = write ? uio_copy_from(local, buffer, n)
					     : mm_access(mm, at, buffer, n, false, false);

			moved = write ? mm_access(mm, at, buffer, moved, true, false)
				      : uio_copy_to(local, buffer, moved);
			done += moved;
			total += (long)moved;
			if (moved < n)
				error = -EFAULT;
			else if (signal_fatal_pending())
				error = -EINTR;
		}
	}
	page_put(page);
	return total ? total : error;
}

// The remote vector is not checked against our own address space.
static int import_remote(unsigned long vector, unsigned long count, struct iovec *fast,
			 struct iovec **remote)
{
	struct iovec *iov = fast;

	*remote = fast;
	if (count > UIO_MAXIOV)
		return -EINVAL;
	if (count > UIO_FASTIOV) {
		iov = kmalloc(count * sizeof(*iov), GFP_KERNEL);
		if (!iov)
			return -ENOMEM;
	}
	*remote = iov;
	if (count && copy_from_user(iov, vector, count * sizeof(*iov)))
		return -EFAULT;
	for (unsigned long i = 0; i < count; i++)
		if ((ssize_t)iov[i].length < 0)
			return -EINVAL;
	return 0;
}

static bool anything_to_move(const struct iovec *iov, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		if (iov[i].length)
			return true;
	return false;
}

static long process_vm(const struct syscall_args *args, bool write)
{
	struct iovec fast_local[UIO_FASTIOV], fast_remote[UIO_FASTIOV], *local,
		*remote = fast_remote;
	struct thread *thread;
	struct mm *mm;
	struct uio uio;
	long result;

	if (args->arg[5])
		return -EINVAL;
	result = uio_import(&uio, hal_user_ptr(const void, args->arg[1]), args->arg[2], fast_local,
			    &local);
	if (result)
		return result;
	if (!uio.left)
		goto out;
	result = import_remote(args->arg[3], args->arg[4], fast_remote, &remote);
	if (result || !anything_to_move(remote, args->arg[4]))
		goto out; // with nothing to move it does not matter whose memory it is
	thread = thread_find((pid_t)args->arg[0]);
	if (!thread) {
		result = -ESRCH;
		goto out;
	}
	mm = mm_of_thread(thread);
	if (!mm) {
		result = -ESRCH; // a kernel thread, or one that is ending
	} else {
		result = thread_may_inspect(thread, mm, current->cred->uid, current->cred->gid);
		if (!result)
			result = copy_pieces(mm, &uio, remote, args->arg[4], write);
		mm_put_user(mm);
	}
	thread_put(thread);
out:
	if (remote != fast_remote)
		kfree(remote);
	kfree(local);
	return result;
}

SYSCALL(process_vm_readv)
{
	return process_vm(args, false);
}

SYSCALL(process_vm_writev)
{
	return process_vm(args, true);
}
