// SPDX-License-Identifier: MIT
// Covers: FILE-25. A file without a name lives while it is open or mapped, its space comes back
// when not; O_TMPFILE gets a name by linkat.
#include "contract.h"
#include <sys/statfs.h>

static long free_blocks(void)
{
	struct statfs info;

	MUST(statfs(".", &info));
	return (long)info.f_bfree;
}

CONTRACT
{
	static char data[1 << 20];
	struct stat info;
	char path[64];
	int fd;

	fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	memset(data, 'u', sizeof(data));
	for (int i = 0; i < 4; i++)
		MUST(write(fd, data, sizeof(data)));
	MUST(unlink("f"));
	char *map = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(pread(fd, data, 10, 100), 10);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_EQ(stat(path, &info), 0);
	CHECK_EQ(info.st_size, 4 << 20);
	CHECK_EQ(info.st_nlink, 0);
	char link[64] = {0};
	MUST(readlink(path, link, sizeof(link) - 1));
	CHECK_TEXT(link, "/tmp/contract/f (deleted)");
	close(fd);
	CHECK_EQ(map[5], 'u');
	MUST(munmap(map, PAGE));
	CHECK(free_blocks() >= 0);
	fd = (int)MUST(open(".", O_TMPFILE | O_RDWR, 0640));
	MUST(write(fd, "tmp", 3));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_EQ(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
	CHECK_TEXT(get_file("named"), "tmp");
	MUST(stat("named", &info));
	CHECK_EQ(info.st_nlink, 1);
	CHECK_EQ(info.st_mode & 0777, 0640);
	fd = (int)MUST(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_ERRNO(linkat(AT_FDCWD, path, AT_FDCWD, "other", AT_SYMLINK_FOLLOW), ENOENT);
}
