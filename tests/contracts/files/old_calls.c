// SPDX-License-Identifier: MIT
// Covers: FILE-26. The calls that only x86_64 still has: creat, getdents, utime, utimes,
// futimesat, epoll_create, and what they do beside the new ones.
#include "contract.h"
#include <sys/epoll.h>

#ifdef SYS_creat
#include <utime.h>

CONTRACT
{
	struct utimbuf old = {100, 200};
	struct timeval times[2] = {{300, 5}, {400, 6}};
	struct stat info;
	char buffer[512];
	int fd = (int)MUST(syscall(SYS_creat, "f", 0640)), folder;

	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	MUST(write(fd, "text", 4));
	MUST(syscall(SYS_creat, "f", 0600));
	MUST(stat("f", &info));
	CHECK_EQ(info.st_size, 0);
	CHECK_EQ(info.st_mode & 0777, 0640);
	CHECK_EQ(syscall(SYS_utime, "f", &old), 0);
	MUST(stat("f", &info));
	CHECK(info.st_atim.tv_sec == 100 && info.st_mtim.tv_sec == 200 &&
	      info.st_mtim.tv_nsec == 0);
	CHECK_EQ(syscall(SYS_utimes, "f", times), 0);
	MUST(stat("f", &info));
	CHECK(info.st_mtim.tv_sec == 400 && info.st_mtim.tv_nsec == 6000);
	times[0].tv_usec = 1000000;
	CHECK_ERRNO(syscall(SYS_utimes, "f", times), EINVAL);
	times[0].tv_usec = 0;
	times[1].tv_sec = 500;
	CHECK_EQ(syscall(SYS_futimesat, AT_FDCWD, "f", times), 0);
	MUST(stat("f", &info));
	CHECK_EQ(info.st_mtim.tv_sec, 500);
	CHECK_EQ(syscall(SYS_utime, "f", NULL), 0);
	MUST(stat("f", &info));
	CHECK(info.st_mtim.tv_sec > 1000000000);
	// In the old record the kind stands in the last byte.
	folder = (int)MUST(open(".", O_RDONLY));
	long n = MUST(syscall(SYS_getdents, folder, buffer, sizeof(buffer)));
	int seen = 0;
	for (long at = 0; at < n;) {
		uint16_t length;

		memcpy(&length, buffer + at + 16, 2);
		if (strcmp(buffer + at + 18, "f") == 0) {
			CHECK_EQ(buffer[at + length - 1], DT_REG);
			seen++;
		}
		at += length;
	}
	CHECK_EQ(seen, 1);
	CHECK(syscall(SYS_epoll_create, 1) > 2);
	CHECK_ERRNO(syscall(SYS_epoll_create, 0), EINVAL);
}
#else
CONTRACT
{
	NOT_HERE("these calls are x86_64's");
}
#endif
