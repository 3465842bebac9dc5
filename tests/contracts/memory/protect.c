// SPDX-License-Identifier: MIT
// Covers: MEM-02. mprotect: read-only takes effect at once and back; the errors; areas split and
// merge.
#include "contract.h"
#include <setjmp.h>

static sigjmp_buf back;
static volatile int faults;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	faults++;
	siglongjmp(back, 1);
}

static int areas_within(char *start, char *end, char *permissions)
{
	// Not through stdio: its buffers may lie in the very hole.
	const char *line = get_file("/proc/self/maps");
	int count = 0;

	for (; *line; line = strchr(line, '\n') + 1) {
		unsigned long from, to;
		char flags[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, flags) != 3 || to <= (uintptr_t)start ||
		    from >= (uintptr_t)end)
			continue;
		count++;
		strcpy(permissions, flags);
		permissions += 5;
	}
	return count;
}

CONTRACT
{
	char *map = MAP(NULL, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	     *page = map + PAGE, flags[64] = "";

	catch_signal(SIGSEGV, handler, 0);
	MUST(mprotect(page, 3 * PAGE, PROT_READ | PROT_WRITE));
	memset(page, 1, 3 * PAGE);
	for (int i = 0; i < 3; i++) {
		MUST(mprotect(page, PAGE, PROT_READ));
		if (sigsetjmp(back, 1) == 0)
			*(volatile char *)page = 2;
		CHECK_EQ(faults, i + 1);
		CHECK_EQ(page[0], 1);
		CHECK_ERRNO(read((int)MUST(open("/dev/zero", O_RDONLY)), page, 1), EFAULT);
		MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
		*(volatile char *)page = 1;
	}
	MUST(mprotect(page + PAGE, PAGE, PROT_READ));
	CHECK_EQ(areas_within(page, page + 3 * PAGE, flags), 3);
	CHECK_TEXT(flags + 5, "r--p");
	CHECK_TEXT(flags + 10, "rw-p");
	MUST(mprotect(page + PAGE, PAGE, PROT_READ | PROT_WRITE));
	CHECK_EQ(areas_within(page, page + 3 * PAGE, flags), 1);
	CHECK_TEXT(flags, "rw-p");
	MUST(munmap(page + PAGE, PAGE));
	CHECK_EQ(areas_within(page, page + 3 * PAGE, flags), 2);
	CHECK_ERRNO(mprotect(page, 3 * PAGE, PROT_READ), ENOMEM);
	CHECK_ERRNO(syscall(SYS_mprotect, page + 1, PAGE, PROT_READ), EINVAL);
	CHECK_ERRNO(mprotect(page, PAGE, 0x100), EINVAL);
	CHECK_EQ(mprotect(page, 0, PROT_READ), 0);
	// What comes before the first hole is changed, however far the range goes.
	MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	CHECK_ERRNO(syscall(SYS_mprotect, page, 1ul << 62, PROT_READ), ENOMEM);
	CHECK_EQ(areas_within(page, page + 3 * PAGE, flags), 2);
	CHECK_TEXT(flags, "r--p");
	CHECK_TEXT(flags + 5, "rw-p");
	MUST(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	CHECK_ERRNO(syscall(SYS_mprotect, page, -(unsigned long)page, PROT_READ), ENOMEM);
	CHECK_ERRNO(syscall(SYS_mprotect, 1ul << 62, PAGE, PROT_READ), ENOMEM);
	CHECK_EQ(areas_within(page, page + 3 * PAGE, flags), 2);
	CHECK_TEXT(flags, "rw-p");
	// A shared mapping of a file that was opened for reading never becomes writable.
	put_file("f", "x");
	char *shared = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, (int)MUST(open("f", O_RDONLY)), 0);
	CHECK_ERRNO(mprotect(shared, PAGE, PROT_READ | PROT_WRITE), EACCES);
}
