// SPDX-License-Identifier: MIT
// Covers: MEM-10. Each seal forbids what it names, seals cannot be taken back, a writable
// mapping stands in F_SEAL_WRITE's way, FUTURE_WRITE lets old ones write.
#include "contract.h"
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 16
#endif

CONTRACT
{
	int fd = (int)MUST(memfd_create("a", MFD_ALLOW_SEALING | MFD_CLOEXEC)), plain;
	char link[64] = {0}, path[32];

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(readlink(path, link, sizeof(link) - 1));
	CHECK_TEXT(link, "/memfd:a (deleted)");
	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0);
	MUST(ftruncate(fd, 2 * (off_t)PAGE));
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	CHECK_ERRNO(ftruncate(fd, PAGE), EPERM);
	CHECK_EQ(ftruncate(fd, 3 * (off_t)PAGE), 0);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	CHECK_ERRNO(ftruncate(fd, 4 * (off_t)PAGE), EPERM);
	CHECK_ERRNO(pwrite(fd, "x", 1, 3 * (off_t)PAGE), EPERM);
	CHECK_EQ(pwrite(fd, "x", 1, 0), 1);
	// What would grow it is refused as a whole, not cut off at the end.
	static char large[4 * PAGE];
	CHECK_ERRNO(pwrite(fd, large, sizeof(large), 0), EPERM);
	char *map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
	map[0] = 'y';
	CHECK_ERRNO(pwrite(fd, "x", 1, 0), EPERM);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
	char *reader = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK_EQ(reader[0], 'y');
	CHECK_ERRNO(mprotect(reader, PAGE, PROT_READ | PROT_WRITE), EACCES);
	MUST(munmap(map, PAGE));
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL), 0);
	CHECK_EQ(fcntl(fd, F_GET_SEALS),
		 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, 0), EPERM);
	char *private = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	private[0] = 'z';
	CHECK_EQ(reader[0], 'y');
	plain = (int)MUST(memfd_create("b", 0));
	CHECK_EQ(fcntl(plain, F_GET_SEALS), F_SEAL_SEAL);
	CHECK_ERRNO(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
	CHECK_ERRNO(fcntl(1, F_GET_SEALS), EINVAL);
	CHECK_ERRNO(memfd_create("c", 0x4000), EINVAL);
	char name[300];
	memset(name, 'n', sizeof(name));
	name[250] = 0;
	CHECK_ERRNO(memfd_create(name, 0), EINVAL);
	name[249] = 0;
	CHECK(memfd_create(name, 0) > 0);
}
