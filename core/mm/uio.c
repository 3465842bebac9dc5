// SPDX-License-Identifier: MIT
// Bulk data between the kernel and user (or kernel) buffers that come in pieces.

#include <core/errno.h>
#include <core/lib/string.h>
#include <core/mm.h>
#include <core/slab.h>
#include <core/thread.h>
#include <core/uio.h>
#include <core/upcall.h>

void uio_init_kernel(struct uio *uio, struct iovec *iov, void *base, size_t n)
{
	*iov = (struct iovec){.base = (unsigned long)base, .length = n};
	*uio = (struct uio){.iov = iov, .count = 1, .left = n, .kernel = true};
}

int uio_import(struct uio *uio, const void __user *vector, unsigned long count, struct iovec *fast,
	       struct iovec **allocated)
{
	struct iovec *iov = fast;
	size_t total = 0;
	int error;

	*allocated = NULL;
	if (count > UIO_MAXIOV)
		return -EINVAL;
	if (count > UIO_FASTIOV) {
		iov = kmalloc(count * sizeof(*iov), GFP_KERNEL);
		if (!iov)
			return -ENOMEM;
		*allocated = iov;
	}
	if (count && hal_copy_from_user(iov, vector, count * sizeof(*iov))) {
		error = -EFAULT;
		goto fail;
	}
	for (unsigned long i = 0; i < count; i++) {
		if ((ssize_t)iov[i].length < 0) {
			error = -EINVAL;
			goto fail;
		}
		if (!hal_user_range(hal_user_ptr(const void, iov[i].base), iov[i].length)) {
			error = -EFAULT;
			goto fail;
		}
		if (iov[i].length > UIO_MOVE_MAX - total) // cut off, not refused
			iov[i].length = UIO_MOVE_MAX - total;
		total += iov[i].length;
	}
	*uio = (struct uio){.iov = iov, .count = (unsigned int)count, .left = total};
	return 0;
fail:
	kfree(*allocated);
	*allocated = NULL;
	return error;
}

void uio_advance(struct uio *uio, size_t n)
{
	ASSERT(n <= uio->left);
	uio->left -= n;
	if (likely(!uio->left)) {
		uio->count = 0;
		return;
	}
	uio->offset += n;
	while (uio->count && uio->offset >= uio->iov->length) {
		uio->offset -= uio->iov->length;
		uio->iov++;
		uio->count--;
	}
}

void uio_revert(struct uio *uio, const struct uio *earlier)
{
	*uio = *earlier;
}

enum direction { TO, FROM, ZERO };

// The bytes of one piece that could not be moved.
static inline __attribute__((always_inline)) size_t move(const struct uio *uio, unsigned long at,
							 void *buffer, size_t n,
							 enum direction direction, bool nofault)
{
	if (unlikely(uio->kernel)) {
		if (direction == TO)
			memcpy((void *)at, buffer, n);
		else if (direction == FROM)
			memcpy(buffer, (const void *)at, n);
		else
			memset((void *)at, 0, n);
		return 0;
	}
	switch (direction) {
	case TO:
		return nofault ? hal_copy_to_user_nofault(hal_user_ptr(void, at), buffer, n)
			       : hal_copy_to_user(hal_user_ptr(void, at), buffer, n);
	case FROM:
		return nofault ? hal_copy_from_user_nofault(buffer, hal_user_ptr(const void, at), n)
			       : hal_copy_from_user(buffer, hal_user_ptr(const void, at), n);
	default:
		return hal_zero_user(hal_user_ptr(void, at), n);
	}
}

static inline __attribute__((always_inline)) size_t transfer(struct uio *uio, void *buffer,
							     size_t n, enum direction direction,
							     bool nofault)
{
	size_t done = 0;

	n = MIN(n, uio->left);
	while (done < n) {
		size_t piece = MIN(n - done, uio->iov->length - uio->offset);
		size_t missed = 0;

		if (likely(piece))
			missed = move(uio, uio->iov->base + uio->offset, (char *)buffer + done,
				      piece, direction, nofault);
		uio_advance(uio, piece - missed);
		done += piece - missed;
		if (unlikely(missed))
			break;
	}
	return done;
}

size_t uio_copy_to(struct uio *uio, const void *from, size_t n)
{
	user_copy_check(from, n);
	return transfer(uio, (void *)(uintptr_t)from, n, TO, false);
}

size_t uio_copy_from(struct uio *uio, void *to, size_t n)
{
	user_copy_check(to, n);
	return transfer(uio, to, n, FROM, false);
}

size_t uio_copy_to_nofault(struct uio *uio, const void *from, size_t n)
{
	user_copy_check(from, n);
	return transfer(uio, (void *)(uintptr_t)from, n, TO, true);
}

size_t uio_copy_from_nofault(struct uio *uio, void *to, size_t n)
{
	user_copy_check(to, n);
	return transfer(uio, to, n, FROM, true);
}

size_t uio_zero(struct uio *uio, size_t n)
{
	return transfer(uio, NULL, n, ZERO, false);
}

int uio_prefault(struct uio *uio, size_t n, bool write)
{
	struct uio at = *uio;
	struct mm *mm = current->mm;
	int code;

	if (uio->kernel)
		return 0;
	if (!mm)
		return -EFAULT;
	n = MIN(n, at.left);
	while (n) {
		unsigned long address = at.iov->base + at.offset;
		size_t piece = MIN(n, at.iov->length - at.offset);

		piece = MIN(piece, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
		if (piece &&
		    (!hal_user_range(hal_user_ptr(const void, address), piece) ||
		     mm_fault(mm, hal_untag(address), write ? CORE_FAULT_WRITE : 0, &code)))
			return -EFAULT;
		uio_advance(&at, piece);
		n -= piece;
	}
	return 0;
}
