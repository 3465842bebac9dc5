// SPDX-License-Identifier: MIT
// Covers: PROC-18. Priorities of input and output: kept per thread, inherited, checked, and the
// best one of a group.
#include "contract.h"

#define VALUE(class, level) ((class) << 13 | (level))
enum { WHO_PROCESS = 1, WHO_PGRP, WHO_USER };

static long set(int which, int who, int value)
{
	return syscall(SYS_ioprio_set, which, who, value);
}

static long get(int which, int who)
{
	return syscall(SYS_ioprio_get, which, who);
}

CONTRACT
{
	int gate[2], checked[2];
	pid_t child;
	char c;

	CHECK_EQ(set(WHO_PROCESS, 0, VALUE(2, 6)), 0);
	CHECK_EQ(get(WHO_PROCESS, 0), VALUE(2, 6));
	CHECK_EQ(get(WHO_PROCESS, getpid()), VALUE(2, 6));
	CHECK_ERRNO(set(WHO_PROCESS, 0, VALUE(4, 0)), EINVAL);
	CHECK_ERRNO(set(WHO_PROCESS, 0, VALUE(0, 1)), EINVAL);
	CHECK_ERRNO(set(0, 0, VALUE(2, 0)), EINVAL);
	CHECK_ERRNO(get(4, 0), EINVAL);
	CHECK_ERRNO(get(WHO_PROCESS, 0x3fffffff), ESRCH);
	CHECK_ERRNO(set(WHO_PROCESS, 0x3fffffff, VALUE(3, 0)), ESRCH);

	MUST(pipe(gate));
	MUST(pipe(checked));
	child = CHILD(CHECK_EQ(get(WHO_PROCESS, 0), VALUE(2, 6)); MUST(write(checked[1], "x", 1));
		      MUST(read(gate[0], &c, 1)));
	MUST(read(checked[0], &c, 1));
	CHECK_EQ(set(WHO_PROCESS, child, VALUE(2, 1)), 0);
	CHECK_EQ(get(WHO_PROCESS, child), VALUE(2, 1));
	CHECK_EQ(get(WHO_PROCESS, 0), VALUE(2, 6));
	CHECK_EQ(get(WHO_PGRP, 0), VALUE(2, 1));
	CHECK_EQ(set(WHO_PGRP, getpgrp(), VALUE(3, 0)), 0);
	CHECK_EQ(get(WHO_PROCESS, child), VALUE(3, 0));
	CHECK_EQ(get(WHO_PROCESS, 0), VALUE(3, 0));
	CHECK_EQ(set(WHO_PROCESS, 0, VALUE(1, 4)), 0);
	MUST(write(gate[1], "x", 1));
	CHECK_EXIT(child, 0);

	child = CHILD(MUST(setuid(12345)); CHECK_ERRNO(set(WHO_PROCESS, 0, VALUE(1, 0)), EPERM);
		      CHECK_ERRNO(set(WHO_PROCESS, getppid(), VALUE(2, 0)), EPERM);
		      CHECK_EQ(set(WHO_PROCESS, 0, VALUE(2, 7)), 0);
		      CHECK_EQ(get(WHO_USER, 0), VALUE(2, 7)));
	CHECK_EXIT(child, 0);
	CHECK_EQ(get(WHO_PROCESS, 0), VALUE(1, 4));

	// Of a group the last to join is asked first, and the first refusal ends it; whoever has more capabilities refuses.
	child = CHILD(
		MUST(setpgid(0, 0)); MUST(set(WHO_PROCESS, 0, VALUE(2, 3)));
		pid_t last = CHILD(MUST(setresuid(12345, 12345, 12345));
				   CHECK_ERRNO(set(WHO_PGRP, 0, VALUE(3, 0)), EPERM);
				   CHECK_EQ(get(WHO_PROCESS, 0), VALUE(3, 0));
				   CHECK_EQ(get(WHO_PROCESS, getppid()), VALUE(2, 3)));
		CHECK_EXIT(last, 0);
		last = CHILD(struct {
			unsigned int version;
			int pid;
		} head = {0x20080522, 0};
			     unsigned int none[6] = {0}; MUST(syscall(SYS_capset, &head, none));
			     CHECK_ERRNO(set(WHO_PROCESS, getppid(), VALUE(3, 0)), EPERM);
			     CHECK_ERRNO(setpriority(PRIO_PROCESS, (id_t)getppid(), 5), EPERM));
		CHECK_EXIT(last, 0));
	CHECK_EXIT(child, 0);
}
