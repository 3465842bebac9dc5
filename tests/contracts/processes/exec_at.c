// SPDX-License-Identifier: MIT
// Covers: PROC-23. execveat: from a folder, from a descriptor with AT_EMPTY_PATH, a script
// through a descriptor, NOFOLLOW, a CLOEXEC script is ENOENT, a file that cannot be
// opened is ENXIO, names in AT_EXECFN.
#include "contract.h"
#include <sys/auxv.h>
#include <sys/eventfd.h>

static int run(int fd, const char *path, int flags)
{
	char *words[] = {"zero", "again", NULL}, *environment[] = {"RUN=1", NULL};
	pid_t child = CHILD(syscall(SYS_execveat, fd, path, words, environment, flags);
			    _exit(100 + errno));

	return child_wait(child) >> 8;
}

CONTRACT
{
	int folder, self, script, nameless;

	if (getenv("RUN")) {
		const char *name = (const char *)getauxval(AT_EXECFN);

		_exit(strncmp(name, "/dev/fd/", 8) == 0 ? 41 : 42);
	}
	self = (int)MUST(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	folder = (int)MUST(open("/contracts/processes", O_PATH));
	CHECK_EQ(run(self, "", AT_EMPTY_PATH), 41);
	// Relative to a folder: the name is told through the descriptor too.
	CHECK_EQ(run(folder, "exec_at", 0), 41);
	CHECK_EQ(run(AT_FDCWD, "/contracts/processes/exec_at", 0), 42);
	CHECK_EQ(run(self, "", 0), 100 + ENOENT);
	CHECK_EQ(run(folder, "none", 0), 100 + ENOENT);
	CHECK_EQ(run(self, "x", 0), 100 + ENOTDIR);
	CHECK_EQ(run(folder, "", AT_EMPTY_PATH), 100 + EACCES);
	CHECK_EQ(run(99, "", AT_EMPTY_PATH), 100 + EBADF);
	CHECK_EQ(run(AT_FDCWD, "/bin/sh", 0x8000), 100 + EINVAL);
	// Anonymous files share an inode that has a mode, and no way to be opened.
	nameless = (int)MUST(eventfd(0, 0));
	CHECK_EQ(run(nameless, "", AT_EMPTY_PATH), 100 + EACCES);
	MUST(fchmod(nameless, 0700));
	CHECK_EQ(run(nameless, "", AT_EMPTY_PATH), 100 + ENXIO);
	MUST(fchmod(nameless, 0600));
	MUST(symlink("/bin/sh", "l"));
	CHECK_EQ(run(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW), 100 + ELOOP);
	put_file("s", "#!/bin/sh\nexit 7\n");
	MUST(chmod("s", 0755));
	script = (int)MUST(open("s", O_RDONLY));
	CHECK_EQ(run(script, "", AT_EMPTY_PATH), 7);
	script = (int)MUST(open("s", O_RDONLY | O_CLOEXEC));
	// The interpreter could not open what is closed on exec.
	CHECK_EQ(run(script, "", AT_EMPTY_PATH), 100 + ENOENT);
}
