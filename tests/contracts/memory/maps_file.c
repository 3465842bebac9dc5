// SPDX-License-Identifier: MIT
// Covers: MEM-02 SYS-01. /proc/self/maps shows each mapping's range, rights, offset, device,
// inode and name; neighbours that fit are one; smaps and statm agree.
#include "contract.h"

static bool line_of(void *address, unsigned long *start, unsigned long *end, char *rights,
		    unsigned long *offset, char *rest)
{
	for (const char *line = get_file("/proc/self/maps"); *line; line = strchr(line, '\n') + 1) {
		int used = 0;

		if (sscanf(line, "%lx-%lx %4s %lx %n", start, end, rights, offset, &used) == 4 &&
		    *start <= (uintptr_t)address && (uintptr_t)address < *end) {
			snprintf(rest, 128, "%.*s", (int)(strchr(line, '\n') - line - used),
				 line + used);
			return true;
		}
	}
	return false;
}

CONTRACT
{
	unsigned long start, end, offset, inode;
	char rights[8], rest[128], name[64];
	unsigned int major, minor;
	struct stat info;
	int fd = (int)MUST(open("file", O_RDWR | O_CREAT, 0600));

	MUST(ftruncate(fd, 8 * (off_t)PAGE));
	char *map = MAP(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 2 * PAGE);
	CHECK(line_of(map, &start, &end, rights, &offset, rest));
	CHECK_EQ(start, map);
	CHECK_EQ(end - start, 4 * PAGE);
	CHECK_TEXT(rights, "r--s");
	CHECK_EQ(offset, 2 * PAGE);
	MUST(fstat(fd, &info));
	CHECK_EQ(sscanf(rest, "%x:%x %lu %63s", &major, &minor, &inode, name), 4);
	CHECK_EQ(inode, info.st_ino);
	CHECK_EQ(major << 8 | minor, info.st_dev);
	CHECK_TEXT(name, "/tmp/contract/file");
	MUST(unlink("file"));
	CHECK(line_of(map, &start, &end, rights, &offset, rest));
	CHECK(strstr(rest, "/tmp/contract/file (deleted)") != NULL);
	char *area = MAP(NULL, 9 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(mprotect(area + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
	MUST(mprotect(area + 3 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
	CHECK(line_of(area + PAGE, &start, &end, rights, &offset, rest));
	CHECK_EQ(end - start, 4 * PAGE);
	CHECK_TEXT(rights, "rw-p");
	MUST(mprotect(area + 2 * PAGE, PAGE, PROT_READ | PROT_EXEC));
	CHECK(line_of(area + 2 * PAGE, &start, &end, rights, &offset, rest));
	CHECK_EQ(end - start, PAGE);
	CHECK_TEXT(rights, "r-xp");
	MUST(munmap(area + 2 * PAGE, PAGE));
	CHECK(!line_of(area + 2 * PAGE, &start, &end, rights, &offset, rest));
	// The stack is where it began, though its pages have other rights elsewhere.
	char *below = (char *)((uintptr_t)&start & -PAGE) - 16 * PAGE;
	*(volatile char *)below = 's';
	MUST(mprotect(below, PAGE, PROT_READ));
	CHECK(line_of(&start, &start, &end, rights, &offset, rest));
	CHECK(strstr(rest, "[stack]") != NULL);
	CHECK(line_of(below, &start, &end, rights, &offset, rest));
	CHECK(strstr(rest, "[stack]") == NULL);
	CHECK(line_of(below - 1, &start, &end, rights, &offset, rest));
	CHECK(strstr(rest, "[stack]") == NULL);
	CHECK(strstr(get_file("/proc/self/maps"), "[vdso]") != NULL);
	CHECK(strstr(get_file("/proc/self/maps"), "[vvar]") != NULL);
	char *heap = (char *)syscall(SYS_brk, 0);
	CHECK((char *)syscall(SYS_brk, heap + PAGE) == heap + PAGE);
	CHECK(line_of(heap, &start, &end, rights, &offset, rest));
	CHECK(strstr(rest, "[heap]") != NULL);
}
