// SPDX-License-Identifier: MIT
// Covers: PROC-18. nice and priorities: bounds, who may lower, PRIO_PGRP and PRIO_USER (of each thread), the raw
// call's odd scale; umask is nine bits.
#include "contract.h"

static volatile pid_t other;

static void *change_user(void *argument)
{
	MUST(syscall(SYS_setresuid, 777, 0, 0));
	other = gettid();
	for (;;)
		pause();
	return argument;
}

// By the raw call a thread changes its own user, and no other thread's.
static void users(void)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, change_user, NULL), 0);
	while (!other)
		sleep_ms(1);
	MUST(syscall(SYS_setresuid, 778, 0, 0));
	CHECK_EQ(setpriority(PRIO_USER, 777, 9), 0);
	CHECK_EQ(setpriority(PRIO_USER, 778, 11), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, (id_t)other), 9);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 11);
	CHECK_EQ(getpriority(PRIO_USER, 777), 9);
}

CONTRACT
{
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 100), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), 19);
	CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 1);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, -100), 0);
	CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 40);
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, 3), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(getpriority(PRIO_PROCESS, 0), 3)), 0);
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9));
			 CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, 2), EACCES);
			 CHECK_EQ(setpriority(PRIO_PROCESS, 0, 4), 0);
			 CHECK_ERRNO(setpriority(PRIO_PROCESS, 1, 5), EPERM)),
		   0);
	pid_t child = CHILD(for (;;) pause());
	CHECK_EQ(setpriority(PRIO_PGRP, 0, 7), 0);
	CHECK_EQ(getpriority(PRIO_PROCESS, child), 7);
	MUST(setpriority(PRIO_PROCESS, child, 5));
	// The highest of all that match.
	CHECK_EQ(getpriority(PRIO_PGRP, 0), 5);
	CHECK_ERRNO(getpriority(9, 0), EINVAL);
	CHECK_ERRNO(getpriority(PRIO_PROCESS, 99999999), ESRCH);
	CHECK_ERRNO(setpriority(PRIO_USER, 54321, 1), ESRCH);
	CHECK_EXIT(CHILD(users()), 0);
	kill(child, SIGKILL);
	umask(0);
	CHECK_EQ(umask(07777), 0);
	CHECK_EQ(umask(022), 0777);
	CHECK_EQ(field_of("/proc/self/status", "Umask:"), 022);
}
