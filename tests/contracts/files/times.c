// SPDX-License-Identifier: MIT
// Covers: FILE-13. utimensat: NOW, OMIT, nanoseconds, permissions; which calls change which times.
#include "contract.h"

CONTRACT
{
	struct timespec set[2] = {{1000, 123456789}, {2000, 987654321}},
			omit[2] = {{0, UTIME_OMIT}, {7, 7}},
			now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}},
			bad[2] = {{0, 1000000000}, {0, 0}};
	struct stat a, b;
	int fd;

	put_file("f", "x");
	CHECK_EQ(utimensat(AT_FDCWD, "f", set, 0), 0);
	MUST(stat("f", &a));
	CHECK_EQ(a.st_atim.tv_sec, 1000);
	CHECK_EQ(a.st_atim.tv_nsec, 123456789);
	CHECK_EQ(a.st_mtim.tv_sec, 2000);
	CHECK_EQ(a.st_mtim.tv_nsec, 987654321);
	CHECK(a.st_ctim.tv_sec > 2000 || a.st_ctim.tv_sec < 1000);
	CHECK_EQ(utimensat(AT_FDCWD, "f", omit, 0), 0);
	MUST(stat("f", &a));
	CHECK_EQ(a.st_atim.tv_sec, 1000);
	CHECK_EQ(a.st_mtim.tv_sec, 7);
	CHECK_ERRNO(utimensat(AT_FDCWD, "f", bad, 0), EINVAL);
	CHECK_ERRNO(utimensat(AT_FDCWD, "none", set, 0), ENOENT);
	fd = (int)MUST(open("f", O_RDWR));
	CHECK_EQ(futimens(fd, now), 0);
	MUST(fstat(fd, &a));
	CHECK(a.st_mtim.tv_sec > 2000);
	// The clock of files may stand still for a while.
	do {
		sleep_ms(10);
		MUST(write(fd, "y", 1));
		MUST(fstat(fd, &b));
	} while (b.st_mtim.tv_nsec == a.st_mtim.tv_nsec);
	CHECK(b.st_mtim.tv_sec > a.st_mtim.tv_sec || b.st_mtim.tv_nsec > a.st_mtim.tv_nsec);
	CHECK_EQ(b.st_mtim.tv_nsec, b.st_ctim.tv_nsec);
	do {
		sleep_ms(10);
		MUST(chmod("f", 0600));
		MUST(stat("f", &a));
	} while (a.st_ctim.tv_nsec == b.st_ctim.tv_nsec);
	CHECK_EQ(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	CHECK(a.st_ctim.tv_nsec != b.st_ctim.tv_nsec);
	MUST(stat(".", &a));
	do {
		sleep_ms(10);
		put_file("g", "");
		MUST(stat(".", &b));
		MUST(unlink("g"));
	} while (b.st_mtim.tv_nsec == a.st_mtim.tv_nsec);
	CHECK(b.st_mtim.tv_nsec != a.st_mtim.tv_nsec || b.st_mtim.tv_sec != a.st_mtim.tv_sec);
	MUST(chmod(".", 0755));
	CHECK_EXIT(CHILD(MUST(chmod("f", 0666)); MUST(setuid(1000));
			 CHECK_EQ(utimensat(AT_FDCWD, "f", NULL, 0), 0);
			 CHECK_ERRNO(utimensat(AT_FDCWD, "f", set, 0), EPERM)),
		   0);
	MUST(symlink("f", "l"));
	CHECK_EQ(utimensat(AT_FDCWD, "l", set, AT_SYMLINK_NOFOLLOW), 0);
	MUST(lstat("l", &a));
	CHECK_EQ(a.st_mtim.tv_sec, 2000);
}
