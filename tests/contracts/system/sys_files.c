// SPDX-License-Identifier: MIT
// Covers: SYS-03. /sys as lscpu and C libraries read it: which processors there are, kernel/mm,
// class and block folders, numbers that end in a newline.
#include "contract.h"

CONTRACT
{
	char text[64];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct stat info;

	snprintf(text, sizeof(text), processors == 1 ? "0\n" : "0-%ld\n", processors - 1);
	CHECK_TEXT(get_file("/sys/devices/system/cpu/online"), text);
	CHECK_TEXT(get_file("/sys/devices/system/cpu/present"), text);
	CHECK(strncmp(get_file("/sys/devices/system/cpu/possible"), "0", 1) == 0);
	CHECK_EQ(stat("/sys/devices/system/cpu/cpu0", &info), 0);
	CHECK(S_ISDIR(info.st_mode));
	snprintf(text, sizeof(text), "/sys/devices/system/cpu/cpu%ld", processors);
	CHECK_ERRNO(stat(text, &info), ENOENT);
	CHECK_EQ(stat("/sys/class", &info), 0);
	CHECK_EQ(stat("/sys/block", &info), 0);
	CHECK_EQ(stat("/sys/kernel", &info), 0);
	CHECK_EQ(stat("/sys/fs", &info), 0);
	CHECK_ERRNO(mkdir("/sys/new", 0700), EPERM);
	CHECK_ERRNO(open("/sys/new", O_CREAT | O_RDWR, 0600), EACCES);
	CHECK_ERRNO(unlink("/sys/devices/system/cpu/online"), EPERM);
}
