// SPDX-License-Identifier: MIT
// Covers: FILE-14. Who has read a folder to its end is at its end: what is made afterwards is seen after rewinding only.
#include "contract.h"
#include <sys/syscall.h>

static int names(int fd)
{
	struct dirent64 {
		uint64_t ino, off;
		unsigned short length;
		unsigned char type;
		char name[];
	};
	char buffer[4096];
	int count = 0;
	long n;

	while ((n = MUST(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)))) > 0)
		for (long at = 0; at < n; count++)
			at += ((struct dirent64 *)(void *)(buffer + at))->length;
	return count;
}

CONTRACT
{
	int fd = (int)MUST(open(".", O_RDONLY | O_DIRECTORY));
	long end;

	MUST(mkdir("a", 0755));
	CHECK_EQ(names(fd), 3);
	end = (long)MUST(lseek(fd, 0, SEEK_CUR));
	CHECK_EQ(end, 0x7fffffff);
	MUST(mkdir("b", 0755));
	CHECK_EQ(names(fd), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(names(fd), 4);
	CHECK_EQ(lseek(fd, end, SEEK_SET), end);
	CHECK_EQ(names(fd), 0);
}
