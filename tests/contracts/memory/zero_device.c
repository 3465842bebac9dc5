// SPDX-License-Identifier: MIT
// Covers: MEM-01 MEM-09 MEM-17. /dev/zero mapped: shared, it is memory of the mapping's own, which children
// share and no other mapping sees; its size is the mapping's, so that pages behind it, by the
// mapping's offset or after it grew, are SIGBUS. Private, it is anonymous memory.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf from_fault;

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	siglongjmp(from_fault, number);
}

// Write there: 0, or the signal of it.
static int writes(char *at, char value)
{
	int number = sigsetjmp(from_fault, 1);

	if (!number)
		*(volatile char *)at = value;
	return number;
}

static bool shown_as(const char *map, const char *rights, const char *name)
{
	FILE *file = fopen("/proc/self/maps", "r");
	char line[512];
	bool good = false;

	while (file && fgets(line, sizeof(line), file)) {
		unsigned long from;

		if (sscanf(line, "%lx-", &from) == 1 && from == (unsigned long)map)
			good = strstr(line, rights) && strstr(line, name);
	}
	if (file)
		fclose(file);
	return good;
}

static void behind_the_end(int fd, off_t offset)
{
	char *map = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset * PAGE);

	for (off_t page = 0; page < 3; page++)
		CHECK_EQ(writes(map + page * PAGE, 1), page + offset < 3 ? 0 : SIGBUS);
	MUST(munmap(map, 3 * PAGE));
}

CONTRACT
{
	int fd = (int)MUST(open("/dev/zero", O_RDWR)), read_only;
	char *map = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *other;

	catch_signal(SIGBUS, on_fault, 0);
	CHECK_EQ(map[2 * PAGE], 0);
	CHECK_EXIT(CHILD(map[2 * PAGE] = 'c'), 0);
	CHECK_EQ(map[2 * PAGE], 'c');
	CHECK(shown_as(map, "rw-s", "/dev/zero (deleted)"));
	other = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_EQ(other[2 * PAGE], 0);
	MUST(munmap(other, 3 * PAGE));
	map = (char *)mremap(map, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	CHECK(map != MAP_FAILED);
	CHECK_EQ(map[2 * PAGE], 'c');
	CHECK_EQ(writes(map + 3 * PAGE, 1), SIGBUS);
	for (off_t offset = 0; offset < 4; offset++)
		behind_the_end(fd, offset);

	read_only = (int)MUST(open("/dev/zero", O_RDONLY));
	map = MAP(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, read_only, PAGE);
	CHECK_EQ(map[2 * PAGE], 0);
	CHECK(shown_as(map, "r--s", "/dev/zero\n"));
	CHECK_ERRNO(mprotect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, read_only, 0), EACCES);

	map = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 7 * PAGE);
	map[2 * PAGE] = 'p';
	CHECK_EXIT(CHILD(map[2 * PAGE] = 'c'), 0);
	CHECK_EQ(map[2 * PAGE], 'p');
	CHECK(shown_as(map, "rw-p", "/dev/zero\n"));
	CHECK_ERRNO(madvise(map, PAGE, MADV_WIPEONFORK), EINVAL);
	CHECK_EQ(madvise(map, PAGE, MADV_FREE), 0);
	map[0] = 'f';
	CHECK_EQ(map[0], 'f');
	CHECK_EQ(map[2 * PAGE], 'p');
}
