// SPDX-License-Identifier: MIT
// Covers: PROC-17 MEM-02 MEM-04. Where the personality executes what it reads: mmap and mprotect give that
// right to what may have it, and leave alone what is on a mount without execution.
#include "contract.h"
#include <sys/mount.h>
#include <sys/personality.h>

static const char *rights(const char *at)
{
	static char found[8];
	unsigned long start, end;

	for (const char *line = get_file("/proc/self/maps"); *line; line = strchr(line, '\n') + 1)
		if (sscanf(line, "%lx-%lx %4s", &start, &end, found) == 3 &&
		    start <= (uintptr_t)at && (uintptr_t)at < end)
			return found;
	return "nothing";
}

CONTRACT
{
	char *area, *file;
	int fd;

	MUST(mkdir("m", 0755));
	MUST(mount("none", "m", "tmpfs", MS_NOEXEC, NULL));
	put_file("m/f", "text");
	fd = (int)MUST(open("m/f", O_RDONLY));
	personality(READ_IMPLIES_EXEC);
	area = MAP(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_TEXT(rights(area), "r-xp");
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	file = MAP(area + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	CHECK_TEXT(rights(file), "r--p");
	CHECK_EQ(mprotect(area, 3 * PAGE, PROT_WRITE), 0);
	CHECK_TEXT(rights(area), "-w-p");
	CHECK_EQ(mprotect(area, 3 * PAGE, PROT_READ), 0);
	CHECK_TEXT(rights(area), "r-xp");
	CHECK_TEXT(rights(file), "r--p");
	CHECK_TEXT(rights(area + 2 * PAGE), "r-xp");
	CHECK_ERRNO(mprotect(file, PAGE, PROT_READ | PROT_EXEC), EACCES);
	MUST(munmap(area, 3 * PAGE));
	close(fd);
	MUST(umount("m"));
}
