// SPDX-License-Identifier: MIT
// Covers: SIG-37. sigprocmask: the three ways, the old mask, sizes; threads have their own mask
// and start with their parent's.
#include "contract.h"

static void *thread(void *argument)
{
	sigset_t now, more = set_of(SIGHUP);

	pthread_sigmask(SIG_BLOCK, &more, &now);
	return (void *)(uintptr_t)(sigismember(&now, SIGUSR1) && !sigismember(&now, SIGHUP) &&
				   argument == NULL);
}

CONTRACT
{
	uint64_t set = 1UL << (SIGUSR1 - 1), old = 0, other = 1UL << (SIGUSR2 - 1);
	pthread_t id;
	void *result;

	MUST(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8));
	CHECK_EQ(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8), 0);
	CHECK_EQ(old, 0);
	CHECK_EQ(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &other, &old, 8), 0);
	CHECK_EQ(old, set);
	CHECK_EQ(syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &other, &old, 8), 0);
	CHECK_EQ(old, set | other);
	CHECK_EQ(syscall(SYS_rt_sigprocmask, 99, NULL, &old, 8), 0);
	CHECK_EQ(old, set);
	CHECK_ERRNO(syscall(SYS_rt_sigprocmask, 99, &set, &old, 8), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 9), EINVAL);
	CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, (void *)8, NULL, 8), EFAULT);
	CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, (void *)8, 8), EFAULT);
	CHECK_EQ(pthread_create(&id, NULL, thread, NULL), 0);
	CHECK_EQ(pthread_join(id, &result), 0);
	CHECK_EQ((uintptr_t)result, 1);
	MUST(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &old, 8));
	CHECK_EQ(old, set);
	char text[32];
	snprintf(text, sizeof(text), "SigBlk:\t%016llx\n", (unsigned long long)set);
	CHECK(strstr(get_file("/proc/self/status"), text) != NULL);
}
