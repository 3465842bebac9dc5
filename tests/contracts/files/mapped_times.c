// SPDX-License-Identifier: MIT
// Covers: FILE-13 MEM-05. The first write to a page through a shared mapping sets the times of the file; one through a mapping
// that has the page, because it was read or filled before, does not.
#include "contract.h"

static int fd;

static char *map(int rights, int flags)
{
	MUST(futimens(fd, (struct timespec[2]){{1, 0}, {2, 0}}));
	return MAP(NULL, 2 * PAGE, rights, MAP_SHARED | flags, fd, 0);
}

// Was the file changed since map()?
static bool changed(void)
{
	struct stat info;

	MUST(fstat(fd, &info));
	CHECK(info.st_mtime == 2 || info.st_mtime == info.st_ctime);
	return info.st_mtime != 2;
}

static void forget(void)
{
	MUST(futimens(fd, (struct timespec[2]){{1, 0}, {2, 0}}));
}

CONTRACT
{
	char *at;
	int ends[2];

	fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0644));
	MUST(ftruncate(fd, 2 * PAGE));
	at = map(PROT_READ | PROT_WRITE, 0);
	CHECK(!changed());
	at[0] = 'w';
	CHECK(changed());
	forget();
	at[1] = 'w'; // the page is there
	CHECK(!changed());
	at[PAGE] = 'w';
	CHECK(changed());
	MUST(madvise(at, 2 * PAGE, MADV_DONTNEED));
	forget();
	at[0] = 'w';
	CHECK(changed());
	at = map(PROT_READ | PROT_WRITE, 0);
	CHECK_EQ(at[0], 'w');
	at[0] = 'x';
	CHECK(!changed()); // by the read it can be written
	at = map(PROT_READ | PROT_WRITE, MAP_POPULATE);
	at[0] = 'y';
	CHECK(!changed());
	at = map(PROT_READ | PROT_WRITE, 0);
	MUST(mlock(at, 2 * PAGE));
	CHECK(!changed());
	at = map(PROT_READ | PROT_WRITE, 0);
	MUST(madvise(at, 2 * PAGE, 23 /* MADV_POPULATE_WRITE */));
	CHECK(changed());
	at = map(PROT_READ, 0);
	MUST(mprotect(at, 2 * PAGE, PROT_READ | PROT_WRITE));
	CHECK(!changed());
	at[0] = 'z';
	CHECK(changed());
	MUST(pipe(ends));
	MUST(write(ends[1], "abc", 3));
	at = map(PROT_READ | PROT_WRITE, 0);
	CHECK_EQ(read(ends[0], at, 3), 3); // the kernel writes for us
	CHECK(changed());
	MUST(futimens(fd, (struct timespec[2]){{1, 0}, {2, 0}}));
	at = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	at[0] = 'p';
	CHECK(!changed());
}
