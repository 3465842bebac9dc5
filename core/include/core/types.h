/* SPDX-License-Identifier: MIT */
/* core/types.h - the words every file uses: sizes, limits of arithmetic, container_of, annotations.
 */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

#include <hal/types.h>
#include <hal_arch/arch.h>

typedef int64_t loff_t; /* a file offset in bytes */
typedef long ssize_t;
typedef int32_t pid_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
typedef uint32_t umode_t; /* st_mode */
typedef uint64_t dev_t;	  /* Linux's 64-bit encoding: see core/uapi/stat.h */
typedef uint64_t ktime_t; /* nanoseconds, absolute or relative */

#define PAGE_SHIFT HAL_PAGE_SHIFT
#define PAGE_SIZE  ((size_t)1 << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define NR_CPUS	   HAL_MAX_CPUS

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_USEC 1000ull

#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer) - offsetof(type, member)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))
/* to: a power of two */
#define ALIGN_UP(x, to)	  (((x) + ((__typeof__(x))(to) - 1)) & ~((__typeof__(x))(to) - 1))
#define ALIGN_DOWN(x, to) ((x) & ~((__typeof__(x))(to) - 1))
#define IS_ALIGNED(x, to) (((x) & ((__typeof__(x))(to) - 1)) == 0)
#define PAGE_UP(x)	  ALIGN_UP(x, PAGE_SIZE)
#define PAGE_DOWN(x)	  ALIGN_DOWN(x, PAGE_SIZE)

#define likely(x)	    __builtin_expect(!!(x), 1)
#define unlikely(x)	    __builtin_expect(!!(x), 0)
#define __cacheline_aligned __attribute__((aligned(HAL_CACHE_LINE)))
/* For buffers that are filled before they are read: no zeroing of the automatic variable. */
#define __uninitialized __attribute__((uninitialized))
#define __weak_unused	__attribute__((unused))

/* One load or store, not torn, not repeated, not merged: for data that other CPUs or interrupts
 * change. */
#define READ_ONCE(x)	    __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)    __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define load_acquire(p)	    __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* Pointers that may carry a negative errno. */
#define MAX_ERRNO 4095
static inline void *err_ptr(long error)
{
	return (void *)error;
}
static inline long ptr_err(const void *p)
{
	return (long)p;
}
static inline bool is_err(const void *p)
{
	return (unsigned long)p >= (unsigned long)-MAX_ERRNO;
}
/* Of NULL ptr_err() makes 0. */
static inline bool is_err_or_null(const void *p)
{
	return !p || is_err(p);
}

#endif
