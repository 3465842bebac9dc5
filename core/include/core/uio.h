/* SPDX-License-Identifier: MIT */
/*
 * core/uio.h - bulk data on its way between the kernel and a user (or kernel) buffer in pieces;
 * and the small user accessors that all system calls use.
 */
#ifndef CORE_UIO_H
#define CORE_UIO_H

#include <core/types.h>
#include <hal/user.h>

#define UIO_MAXIOV  1024
#define UIO_FASTIOV 8

struct iovec {
	unsigned long base; /* user or kernel address */
	size_t length;
};

struct uio {
	const struct iovec *iov;
	unsigned int count; /* pieces left */
	size_t offset;	    /* into the first piece */
	size_t left;	    /* bytes left in all */
	bool kernel;	    /* addresses are the kernel's */
	bool in_place;	    /* RWF_NOAPPEND: written where it is said, whatever O_APPEND says */
	bool nowait;	    /* RWF_NOWAIT: -EAGAIN where it would sleep, as with O_NONBLOCK */
};

/* What one call moves at most, as Linux has it. */
#define UIO_MOVE_MAX (0x7fffffffu & PAGE_MASK)

/* A single-piece uio; iov must live as long as it. Inline: every read and write begins with it. */
static inline void uio_init_user(struct uio *uio, struct iovec *iov, unsigned long base, size_t n)
{
	n = n < UIO_MOVE_MAX ? n : UIO_MOVE_MAX;
	*iov = (struct iovec){.base = base, .length = n};
	*uio = (struct uio){.iov = iov, .count = 1, .left = n};
}
void uio_init_kernel(struct uio *uio, struct iovec *iov, void *base, size_t n);
/* From a user's array of iovecs: copied into fast (UIO_FASTIOV entries) or allocated (*allocated,
 * to be kfreed). 0 or -EINVAL (count > UIO_MAXIOV, negative or overflowing lengths), -EFAULT,
 * -ENOMEM. */
__must_check int uio_import(struct uio *uio, const void __user *vector, unsigned long count,
			    struct iovec *fast, struct iovec **allocated);

/* Move up to n bytes between kernel memory and the uio, advancing it; returns the bytes moved:
 * fewer than asked means the uio ended or its memory faulted (uio_fault tells: left > 0). May
 * sleep, unless the _nofault form (which then may move less although memory is only paged out:
 * uio_prefault and retry). */
size_t uio_copy_to(struct uio *uio, const void *from, size_t n);
size_t uio_copy_from(struct uio *uio, void *to, size_t n);
size_t uio_copy_to_nofault(struct uio *uio, const void *from, size_t n);
size_t uio_copy_from_nofault(struct uio *uio, void *to, size_t n);
size_t uio_zero(struct uio *uio, size_t n);
/* Touch the first n bytes so that a nofault copy will probably succeed: 0 or -EFAULT. */
__must_check int uio_prefault(struct uio *uio, size_t n, bool write);
void uio_advance(struct uio *uio, size_t n);
void uio_revert(struct uio *uio, const struct uio *earlier);

/* 0 or -EFAULT. */
static inline __must_check int copy_from_user(void *to, unsigned long from, size_t n)
{
	return hal_copy_from_user(to, hal_user_ptr(const void, from), n) ? -14 : 0;
}
static inline __must_check int copy_to_user(unsigned long to, const void *from, size_t n)
{
	return hal_copy_to_user(hal_user_ptr(void, to), from, n) ? -14 : 0;
}

#endif
