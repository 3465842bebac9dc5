// SPDX-License-Identifier: MIT
// struct timespec and timeval to and from nanoseconds.

#include <core/errno.h>
#include <core/time.h>
#include <core/timespec.h>
#include <core/uio.h>

static int to_ns(ktime_t *ns, const int64_t pair[2], int64_t fractions)
{
	if (pair[0] < 0 || pair[1] < 0 || pair[1] >= fractions)
		return -EINVAL;
	if (pair[0] >= (int64_t)(TIMESPEC_MAX / NSEC_PER_SEC))
		*ns = TIMESPEC_MAX;
	else
		*ns = (uint64_t)pair[0] * NSEC_PER_SEC +
		      (uint64_t)pair[1] * (NSEC_PER_SEC / (uint64_t)fractions);
	return 0;
}

static int from_user(ktime_t *ns, unsigned long user, int64_t fractions)
{
	int64_t pair[2];

	if (copy_from_user(pair, user, sizeof(pair)))
		return -EFAULT;
	return to_ns(ns, pair, fractions);
}

int timespec_from_user(ktime_t *ns, unsigned long user)
{
	return from_user(ns, user, (int64_t)NSEC_PER_SEC);
}

int timeval_from_user(ktime_t *ns, unsigned long user)
{
	return from_user(ns, user, 1000000);
}

int timespec_to_user(unsigned long user, ktime_t ns)
{
	int64_t pair[2] = {(int64_t)(ns / NSEC_PER_SEC), (int64_t)(ns % NSEC_PER_SEC)};

	return copy_to_user(user, pair, sizeof(pair));
}

int timeval_to_user(unsigned long user, ktime_t ns)
{
	int64_t pair[2] = {(int64_t)(ns / NSEC_PER_SEC),
			   (int64_t)(ns % NSEC_PER_SEC / NSEC_PER_USEC)};

	return copy_to_user(user, pair, sizeof(pair));
}
