// SPDX-License-Identifier: MIT
// Covers: SYS-02. /dev/null, zero, full, urandom; getrandom.
#include "contract.h"
#include <sys/random.h>

CONTRACT
{
	char data[64], other[64];
	int fd = (int)MUST(open("/dev/null", O_RDWR));

	CHECK_EQ(write(fd, data, 64), 64);
	CHECK_EQ(read(fd, data, 64), 0);
	fd = (int)MUST(open("/dev/zero", O_RDWR));
	memset(data, 1, 64);
	CHECK_EQ(read(fd, data, 64), 64);
	CHECK_EQ(data[0] | data[63], 0);
	char *map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK_EQ(map[100], 0);
	map[100] = 1;
	fd = (int)MUST(open("/dev/full", O_RDWR));
	CHECK_ERRNO(write(fd, data, 1), ENOSPC);
	memset(data, 1, 64);
	CHECK_EQ(read(fd, data, 64), 64);
	CHECK_EQ(data[63], 0);
	fd = (int)MUST(open("/dev/urandom", O_RDONLY));
	CHECK_EQ(read(fd, data, 64), 64);
	CHECK_EQ(getrandom(other, 64, 0), 64);
	CHECK(memcmp(data, other, 64) != 0);
	CHECK_ERRNO(getrandom(other, 64, 0x80), EINVAL);
	CHECK_ERRNO(getrandom((void *)8, 64, 0), EFAULT);
	CHECK_ERRNO(syscall(999), ENOSYS);
}
