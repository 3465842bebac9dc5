// SPDX-License-Identifier: MIT
// Covers: THREAD-01. A thread by clone itself: same pid and parent, its own tid, shared memory
// and descriptors, its TLS, not waitable, its tid word cleared and woken.
#include "contract.h"
#include <linux/futex.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int tid, pid, parent;
static int word = 1;

static int body(void *argument)
{
	tid = (int)syscall(SYS_gettid);
	pid = (int)syscall(SYS_getpid);
	parent = (int)syscall(SYS_getppid);
	syscall(SYS_dup3, 0, 45, 0);
	*(int *)argument = 99;
	syscall(SYS_exit, 3);
	return 0;
}

CONTRACT
{
	int value = 0;
	int made = (int)MUST(clone(body, stack + sizeof(stack),
				   CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
					   CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
				   &value, NULL, NULL, &word));

	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) != 0)
		syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
	CHECK_EQ(value, 99);
	CHECK_EQ(pid, getpid());
	CHECK_EQ(parent, getppid());
	CHECK_EQ(tid, made);
	CHECK(tid != pid);
	CHECK_EQ(fcntl(45, F_GETFD), 0);
	CHECK_ERRNO(waitpid(made, NULL, __WALL), ECHILD);
	while (syscall(SYS_tgkill, getpid(), made, 0) == 0)
		sleep_ms(1);
	CHECK_EQ(errno, ESRCH);
	CHECK_ERRNO(syscall(SYS_tgkill, getpid() + 100000, getpid(), 0), ESRCH);
	CHECK_ERRNO(syscall(SYS_tgkill, 1, getpid(), 0), ESRCH);
	CHECK_EQ(field_of("/proc/self/status", "Threads:"), 1);
}
