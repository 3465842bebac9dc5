// SPDX-License-Identifier: MIT
// Covers: MEM-10. memfd and its seals.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(memfd_create("name", MFD_ALLOW_SEALING | MFD_CLOEXEC));
	char link[64] = {0}, path[64], *map;
	struct stat info;

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(readlink(path, link, sizeof(link) - 1));
	CHECK_TEXT(link, "/memfd:name (deleted)");
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 0);
	CHECK_EQ(info.st_nlink, 0);
	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0);
	// A write that cannot be read leaves no page beyond the end.
	map = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_ERRNO(pwrite(fd, map, 10, 100), EFAULT);
	CHECK_KILLED(CHILD(_exit(*(volatile char *)map)), SIGBUS);
	MUST(munmap(map, PAGE));
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 0);
	MUST(ftruncate(fd, PAGE));
	// What a write reads from a mapping of the file may be what it has written just before.
	map = MAP(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(map, 'a', PAGE);
	CHECK_EQ(pwrite(fd, map + PAGE - 100, 300, PAGE), 300);
	CHECK_EQ(map[PAGE + 299], 'a');
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, PAGE + 300);
	CHECK_EQ(pwrite(fd, map + PAGE, 2 * PAGE, PAGE + 300), 2 * PAGE);
	MUST(munmap(map, 3 * PAGE));
	MUST(ftruncate(fd, PAGE));
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	CHECK_ERRNO(ftruncate(fd, 0), EPERM);
	CHECK_EQ(ftruncate(fd, 2 * PAGE), 0);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	CHECK_ERRNO(ftruncate(fd, 3 * PAGE), EPERM);
	CHECK_ERRNO(pwrite(fd, "x", 1, 2 * PAGE), EPERM);
	map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	map[3] = 'm';
	MUST(munmap(map, PAGE));
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL), 0);
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	CHECK_ERRNO(pwrite(fd, "x", 1, 0), EPERM);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
	map = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(map[3], 'm');
	map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	map[3] = 'p';
	CHECK_EQ(map[3], 'p');
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
	fd = (int)MUST(memfd_create("", 0));
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL);
	CHECK_ERRNO(memfd_create("x", 0x8000), EINVAL);
	CHECK_ERRNO(fcntl((int)MUST(open("/dev/null", O_RDWR)), F_GET_SEALS), EINVAL);
}
