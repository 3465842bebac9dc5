/* SPDX-License-Identifier: MIT */
/* core/timespec.h - Linux's struct timespec and timeval to and from nanoseconds, with its checks.
 */
#ifndef CORE_TIMESPEC_H
#define CORE_TIMESPEC_H

#include <core/types.h>

/* As Linux counts; any two of them can be added. */
#define TIMESPEC_MAX ((ktime_t)INT64_MAX)

/* Nanoseconds of a user's timespec, saturated at TIMESPEC_MAX: 0, -EFAULT, -EINVAL (negative, or
 * nanoseconds out of range). */
__must_check int timespec_from_user(ktime_t *ns, unsigned long user);
/* 0 or -EFAULT. */
__must_check int timespec_to_user(unsigned long user, ktime_t ns);
/* The same for a timeval; microseconds out of range are -EINVAL. */
__must_check int timeval_from_user(ktime_t *ns, unsigned long user);
__must_check int timeval_to_user(unsigned long user, ktime_t ns);

#endif
