// SPDX-License-Identifier: MIT
// Covers: FILE-15. Extended attributes: set, get, list, remove, sizes, CREATE and REPLACE, name
// spaces and their errors, on files, links and descriptors.
#include "contract.h"
#include <sys/xattr.h>

// More names than any buffer may take: no larger one is asked for.
static void too_many(void)
{
	static char list[80000];
	char name[256];
	int count = 65536 / 256 + 1;

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "trusted.%0247d", i);
		MUST(setxattr("many", name, "", 0, 0));
	}
	CHECK_EQ(listxattr("many", NULL, 0), count * 256);
	CHECK_ERRNO(listxattr("many", list, sizeof(list)), E2BIG);
	CHECK_ERRNO(listxattr("many", list, 65536), E2BIG);
	CHECK_ERRNO(listxattr("many", list, 65535), ERANGE);
	MUST(removexattr("many", name));
	CHECK_EQ(listxattr("many", list, sizeof(list)), 65536);
}

CONTRACT
{
	char value[64] = {0}, list[128];
	int fd;

	put_file("f", "x");
	MUST(symlink("f", "l"));
	fd = (int)MUST(open("f", O_RDWR));
	CHECK_EQ(listxattr("f", list, sizeof(list)), 0);
	CHECK_ERRNO(getxattr("f", "user.a", value, sizeof(value)), ENODATA);
	CHECK_EQ(setxattr("f", "trusted.a", "hello", 5, 0), 0);
	CHECK_EQ(getxattr("f", "trusted.a", value, sizeof(value)), 5);
	CHECK_TEXT(value, "hello");
	CHECK_EQ(getxattr("f", "trusted.a", NULL, 0), 5);
	CHECK_ERRNO(getxattr("f", "trusted.a", value, 3), ERANGE);
	CHECK_ERRNO(setxattr("f", "trusted.a", "x", 1, XATTR_CREATE), EEXIST);
	CHECK_ERRNO(setxattr("f", "trusted.b", "x", 1, XATTR_REPLACE), ENODATA);
	CHECK_EQ(fsetxattr(fd, "trusted.b", "", 0, XATTR_CREATE), 0);
	CHECK_EQ(fgetxattr(fd, "trusted.b", value, sizeof(value)), 0);
	CHECK_EQ(listxattr("f", NULL, 0), 20);
	CHECK_EQ(flistxattr(fd, list, sizeof(list)), 20);
	CHECK(memmem(list, 20, "trusted.a", 10) && memmem(list, 20, "trusted.b", 10));
	CHECK_ERRNO(listxattr("f", list, 5), ERANGE);
	CHECK_EQ(llistxattr("l", list, sizeof(list)), 0);
	CHECK_EQ(getxattr("l", "trusted.a", value, sizeof(value)), 5);
	CHECK_EQ(lsetxattr("l", "trusted.l", "1", 1, 0), 0);
	CHECK_ERRNO(getxattr("f", "trusted.l", value, sizeof(value)), ENODATA);
	CHECK_EQ(removexattr("f", "trusted.a"), 0);
	CHECK_ERRNO(fremovexattr(fd, "trusted.a"), ENODATA);
	CHECK_ERRNO(setxattr("f", "nonsense", "x", 1, 0), EOPNOTSUPP);
	CHECK_ERRNO(setxattr("f", "", "x", 1, 0), ERANGE);
	CHECK_ERRNO(setxattr("f", "trusted.c", "x", 1, 8), EINVAL);
	CHECK_ERRNO(setxattr("none", "trusted.c", "x", 1, 0), ENOENT);
	CHECK_ERRNO(setxattr("f", "trusted.c", "x", 70000, 0), E2BIG);
	CHECK_ERRNO(lsetxattr("l", "user.x", "x", 1, 0), EPERM);
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9));
			 CHECK_ERRNO(getxattr("f", "trusted.b", value, 64), ENODATA);
			 CHECK_ERRNO(setxattr("f", "trusted.z", "1", 1, 0), EPERM);
			 CHECK_EQ(listxattr("f", list, 128), 0)),
		   0);
	put_file("many", "");
	too_many();
}
