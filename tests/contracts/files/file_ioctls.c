// SPDX-License-Identifier: MIT
// Covers: FILE-17. What ioctl and fcntl say of every file: block size, bytes occupied, whose owner it
// is, and that a regular file has no SIGIO and no seals.
#include "contract.h"
#include <sys/ioctl.h>

#define GET_OWNER_UIDS 17
#define BLOCK_SIZE     2      // FIGETBSZ
#define OCCUPIED       0x5460 // FIOQSIZE
#define ADD_SEALS      1033

CONTRACT
{
	int fd = (int)MUST(open("f", O_CREAT | O_RDWR, 0644)), ends[2], size = 0, on = 0;
	unsigned int uids[2] = {7, 7};
	long long occupied = -1;
	struct stat info;

	CHECK_EQ(fcntl(fd, GET_OWNER_UIDS, uids), 0);
	CHECK_EQ(uids[0], 0);
	CHECK_EXIT(
		CHILD(MUST(setresuid(1000, 1001, 0)); CHECK_EQ(fcntl(fd, F_SETOWN, getpid()), 0)),
		0);
	CHECK_EQ(fcntl(fd, GET_OWNER_UIDS, uids), 0);
	CHECK_EQ(uids[0], 1000);
	CHECK_EQ(uids[1], 1001);
	CHECK_ERRNO(fcntl(fd, GET_OWNER_UIDS, 8), EFAULT);
	// A hole occupies nothing.
	MUST(ftruncate(fd, 100000));
	MUST(pwrite(fd, "x", 1, 50000));
	MUST(fstat(fd, &info));
	CHECK_EQ(ioctl(fd, OCCUPIED, &occupied), 0);
	CHECK(occupied > 0 && occupied < 100000);
	CHECK_EQ(occupied, info.st_blocks * 512);
	CHECK_EQ(ioctl(fd, BLOCK_SIZE, &size), 0);
	CHECK_EQ(size, info.st_blksize);
	MUST(pipe(ends));
	CHECK_EQ(ioctl(ends[0], BLOCK_SIZE, &size), 0);
	CHECK_EQ(size, 4096);
	CHECK_ERRNO(ioctl(ends[0], OCCUPIED, &occupied), ENOTTY);
	// SIGIO: asking for it is refused or forgotten.
	CHECK_EQ(ioctl(fd, FIOASYNC, &on), 0);
	on = 1;
	CHECK_ERRNO(ioctl(fd, FIOASYNC, &on), ENOTTY);
	CHECK_EQ(fcntl(fd, F_SETFL, O_ASYNC), 0);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ASYNC, 0);
	// Seals: first whether it may be written to.
	CHECK_ERRNO(fcntl(ends[0], ADD_SEALS, 1), EPERM);
	CHECK_ERRNO(fcntl(ends[1], ADD_SEALS, 1), EINVAL);
}
