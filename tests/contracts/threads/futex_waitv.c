// SPDX-License-Identifier: MIT
// Covers: THREAD-05. futex_waitv waits for any of several words and tells which; values that
// differ are EAGAIN; times; private and shared; errors.
#include "contract.h"
#include <linux/futex.h>
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct waiter {
	uint64_t value, address;
	uint32_t flags, reserved;
};

CONTRACT
{
	uint32_t *words =
		MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct waiter list[3];
	struct timespec time;
	pid_t child;

	for (int i = 0; i < 3; i++)
		list[i] = (struct waiter){0, (uintptr_t)(words + i), 2, 0};
	child = CHILD(CHECK_EQ(syscall(SYS_futex_waitv, list, 3, 0, NULL, 0), 1));
	wait_until_asleep(child);
	CHECK_EQ(syscall(SYS_futex, words + 1, FUTEX_WAKE, 5, NULL, NULL, 0), 1);
	CHECK_EXIT(child, 0);
	words[2] = 4;
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, NULL, 0), EAGAIN);
	words[2] = 0;
	// The time is a point of the clock, not a length: what is certain is that it has passed.
	long long deadline = now_ns(CLOCK_MONOTONIC) + 20000000;
	time = (struct timespec){deadline / 1000000000, deadline % 1000000000};
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, &time, CLOCK_MONOTONIC), ETIMEDOUT);
	CHECK(now_ns(CLOCK_MONOTONIC) >= deadline);
	deadline = now_ns(CLOCK_REALTIME) + 20000000;
	time = (struct timespec){deadline / 1000000000, deadline % 1000000000};
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, &time, CLOCK_REALTIME), ETIMEDOUT);
	CHECK(now_ns(CLOCK_REALTIME) >= deadline);
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 0, 0, NULL, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 129, 0, NULL, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 1, NULL, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, &time, CLOCK_BOOTTIME), EINVAL);
	list[1].flags = 0x80;
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, NULL, 0), EINVAL);
	list[1].flags = 2;
	list[1].reserved = 1;
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, NULL, 0), EINVAL);
	list[1].reserved = 0;
	list[1].address = 8;
	CHECK_ERRNO(syscall(SYS_futex_waitv, list, 3, 0, NULL, 0), EFAULT);
	CHECK_ERRNO(syscall(SYS_futex_waitv, (void *)8, 3, 0, NULL, 0), EFAULT);
}
