// SPDX-License-Identifier: MIT
// Covers: SYS-01 SYS-05. Whose the files of /proc/PID are, and who may look: a process that is not
// dumpable keeps its folders and loses the rest to root; it still looks into its own descriptors;
// the dead are remembered as they were.
#include "contract.h"
#include <sys/prctl.h>
#include <sys/stat.h>

static int owner(pid_t pid, const char *name)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	MUST(lstat(path, &status));
	CHECK_EQ(status.st_uid, status.st_gid);
	return (int)status.st_uid;
}

// Opening it for reading: 0 or errno.
static int opens(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void look(pid_t pid, bool dumpable)
{
	CHECK_EQ(owner(pid, ""), 1000);
	CHECK_EQ(owner(pid, "task"), 1000);
	CHECK_EQ(owner(pid, "fdinfo"), 1000);
	CHECK_EQ(owner(pid, "fd"), dumpable ? 1000 : 0);
	CHECK_EQ(owner(pid, "status"), dumpable ? 1000 : 0);
	CHECK_EQ(owner(pid, "environ"), dumpable ? 1000 : 0);
	CHECK_EQ(opens(pid, "status"), 0);
	CHECK_EQ(opens(pid, "fd"), dumpable ? 0 : EACCES);
	CHECK_EQ(opens(pid, "fdinfo"), dumpable ? 0 : EACCES);
	CHECK_EQ(opens(pid, "fdinfo/0"), dumpable ? 0 : EACCES);
	CHECK_EQ(opens(pid, "environ"), dumpable ? 0 : EACCES);
	CHECK_EQ(opens(pid, "exe"), dumpable ? 0 : EACCES);
}

static void look_at_child(int dumpable)
{
	int ready[2], pidfd;
	siginfo_t info;
	pid_t child;

	MUST(pipe(ready));
	child = CHILD(MUST(prctl(PR_SET_DUMPABLE, dumpable)); tell(ready); for (;;) pause());
	hear(ready);
	look(child, dumpable);
	pidfd = (int)MUST(syscall(SYS_pidfd_open, child, 0));
	if (dumpable)
		CHECK(syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0);
	else
		CHECK_ERRNO(syscall(SYS_pidfd_getfd, pidfd, 0, 0), EPERM);
	MUST(kill(child, SIGKILL));
	MUST(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	CHECK_EQ(owner(child, ""), 1000);
	CHECK_EQ(owner(child, "status"), 0);
	CHECK_EQ(opens(child, "exe"), dumpable ? ENOENT : EACCES);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, pidfd, 0, 0), dumpable ? ESRCH : EPERM);
	MUST(waitpid(child, NULL, 0));
}

static void as_user(void)
{
	MUST(setresgid(1000, 1000, 1000));
	MUST(setresuid(1000, 1000, 1000));
	MUST(prctl(PR_SET_DUMPABLE, 1));
	look(getpid(), true);
	look_at_child(1);
	look_at_child(0);
	MUST(prctl(PR_SET_DUMPABLE, 0));
	CHECK_EQ(owner(getpid(), "fd"), 0);
	CHECK_EQ(opens(getpid(), "fd"), 0);
	CHECK_EQ(opens(getpid(), "fd/0"), 0);
	CHECK_EQ(opens(getpid(), "fdinfo/0"), 0);
	CHECK_EQ(opens(getpid(), "environ"), EACCES);
}

CONTRACT
{
	CHECK_EXIT(CHILD(as_user()), 0);
}
