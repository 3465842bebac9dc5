// SPDX-License-Identifier: MIT
// Covers: FILE-20. A mount with nosymfollow: links on it are not followed, can be read all the
// same, and the attribute can be set and cleared.
#include "contract.h"
#include <sys/mount.h>
#include <sys/vfs.h>

#define ATTR_NOSYMFOLLOW 0x00200000
#define NOSYMFOLLOW	 256

struct attributes {
	uint64_t set, clear, propagation, userns;
};

static long set_attributes(uint64_t set, uint64_t clear)
{
	struct attributes attributes = {.set = set, .clear = clear};

	return syscall(442, AT_FDCWD, "m", 0, &attributes, sizeof(attributes));
}

CONTRACT
{
	struct statfs info;
	char text[16];

	MUST(mkdir("m", 0755));
	MUST(mount("none", "m", "tmpfs", NOSYMFOLLOW, NULL));
	MUST(mkdir("m/folder", 0755));
	MUST(close((int)MUST(open("m/file", O_CREAT | O_WRONLY, 0644))));
	MUST(symlink("file", "m/link"));
	MUST(symlink("folder", "m/through"));
	MUST(symlink("m/file", "outside"));
	CHECK_ERRNO(open("m/link", O_RDONLY), ELOOP);
	CHECK_ERRNO(open("m/through/x", O_RDONLY), ELOOP);
	CHECK_ERRNO(chdir("m/through"), ELOOP);
	CHECK_EQ(readlink("m/link", text, sizeof(text)), 4);
	CHECK_EQ(access("outside", R_OK), 0);
	CHECK(strstr(get_file("/proc/self/mountinfo"), ",nosymfollow") != NULL);
	MUST(statfs("m", &info));
	CHECK_EQ(info.f_flags & 0x2000, 0x2000);

	CHECK_EQ(set_attributes(0, ATTR_NOSYMFOLLOW), 0);
	CHECK_EQ(access("m/link", R_OK), 0);
	CHECK_ERRNO(access("m/through/x", R_OK), ENOENT);
	CHECK(strstr(get_file("/proc/self/mountinfo"), ",nosymfollow") == NULL);
	CHECK_EQ(set_attributes(ATTR_NOSYMFOLLOW | 1, 0), 0);
	CHECK_ERRNO(access("m/link", R_OK), ELOOP);
	CHECK_ERRNO(mkdir("m/new", 0755), EROFS);
	// What mount(8) asks for when it remounts.
	CHECK_EQ(set_attributes(0, ATTR_NOSYMFOLLOW | 0xf), 0);
	CHECK_EQ(access("m/link", R_OK), 0);
	MUST(umount("m"));
}
