// SPDX-License-Identifier: MIT
// Covers: PROC-18. chroot: .. stops at the new root, the working folder stays where it was,
// absolute links resolve inside, only root may.
#include "contract.h"

CONTRACT
{
	char folder[128];

	MUST(mkdir("jail", 0755));
	MUST(mkdir("jail/in", 0755));
	put_file("jail/in/file", "inside");
	put_file("outside", "outside");
	MUST(symlink("/in/file", "jail/link"));
	MUST(symlink("../../../in", "jail/in/up"));
	CHECK_ERRNO(chroot("outside"), ENOTDIR);
	CHECK_ERRNO(chroot("none"), ENOENT);
	CHECK_EXIT(CHILD(MUST(setresuid(5, 5, 5)); CHECK_ERRNO(chroot("jail"), EPERM)), 0);
	CHECK_EXIT(CHILD(MUST(chroot("jail")); CHECK_TEXT(get_file("/link"), "inside");
			 CHECK_TEXT(get_file("/../../in/file"), "inside");
			 CHECK_TEXT(get_file("/in/up/file"), "inside");
			 CHECK_TEXT(get_file("outside"), "outside");
			 CHECK_TEXT(get_file("../contract/outside"), "outside");
			 memset(folder, 0, sizeof(folder));
			 CHECK(syscall(SYS_getcwd, folder, sizeof(folder)) > 0);
			 CHECK_TEXT(folder, "(unreachable)/tmp/contract"); MUST(chdir("/in"));
			 CHECK(syscall(SYS_getcwd, folder, sizeof(folder)) > 0);
			 CHECK_TEXT(folder, "/in"); MUST(chdir("..")); MUST(chdir(".."));
			 CHECK(syscall(SYS_getcwd, folder, sizeof(folder)) > 0);
			 CHECK_TEXT(folder, "/"); CHECK_ERRNO(access("/outside", F_OK), ENOENT)),
		   0);
	CHECK_TEXT(get_file("/tmp/contract/outside"), "outside");
}
