// SPDX-License-Identifier: MIT
// Covers: FILE-01 FILE-05. open with O_CREAT of a link that leads nowhere: an ordinary one's target is made, a magic one of a
// process that has ended is ENOENT.
#include "contract.h"

CONTRACT
{
	static const char *const links[] = {"exe", "cwd", "root"};
	pid_t child = CHILD();
	char path[64];
	siginfo_t info;

	MUST(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", child, links[i]);
		CHECK_ERRNO(open(path, O_RDONLY | O_CREAT, 0644), ENOENT);
		CHECK_ERRNO(open(path, O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
		CHECK_ERRNO(open(path, O_RDONLY), ENOENT);
	}
	CHECK_EXIT(child, 0);
	CHECK_ERRNO(open(path, O_RDONLY | O_CREAT, 0644), ENOENT);

	MUST(symlink("target", "link"));
	CHECK_EQ(close((int)MUST(open("link", O_RDONLY | O_CREAT, 0644))), 0);
	CHECK_EQ(access("target", F_OK), 0);
	MUST(symlink("none/target", "far"));
	CHECK_ERRNO(open("far", O_RDONLY | O_CREAT, 0644), ENOENT);
}
