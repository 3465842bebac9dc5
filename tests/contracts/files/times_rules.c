// SPDX-License-Identifier: MIT
// Covers: FILE-13. utimensat: NOW, OMIT, nanoseconds, who may, symlinks; which calls move atime,
// mtime and ctime.
#include "contract.h"

static struct timespec last_m, last_c;

static void look(const char *path)
{
	struct stat info;

	MUST(stat(path, &info));
	last_m = info.st_mtim;
	last_c = info.st_ctim;
}

static bool later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void expect(const char *path, bool modified, bool changed)
{
	struct timespec m = last_m, c = last_c;

	look(path);
	CHECK_EQ(later(last_m, m), modified);
	CHECK_EQ(later(last_c, c), changed);
	sleep_ms(12);
}

CONTRACT
{
	struct timespec times[2] = {{100, 1}, {200, 2}};
	struct stat info;
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));

	CHECK_EQ(utimensat(AT_FDCWD, "f", times, 0), 0);
	MUST(stat("f", &info));
	CHECK(info.st_atim.tv_sec == 100 && info.st_atim.tv_nsec == 1 &&
	      info.st_mtim.tv_sec == 200 && info.st_mtim.tv_nsec == 2);
	times[0].tv_nsec = UTIME_OMIT;
	times[1].tv_nsec = UTIME_NOW;
	CHECK_EQ(futimens(fd, times), 0);
	MUST(stat("f", &info));
	CHECK(info.st_atim.tv_sec == 100 && info.st_mtim.tv_sec > 1000000000);
	times[0].tv_nsec = 1000000000;
	CHECK_ERRNO(utimensat(AT_FDCWD, "f", times, 0), EINVAL);
	MUST(symlink("f", "l"));
	times[0] = times[1] = (struct timespec){300, 3};
	CHECK_EQ(utimensat(AT_FDCWD, "l", times, AT_SYMLINK_NOFOLLOW), 0);
	MUST(lstat("l", &info));
	CHECK_EQ(info.st_mtim.tv_sec, 300);
	MUST(stat("f", &info));
	CHECK(info.st_mtim.tv_sec != 300);
	MUST(chmod("f", 0666));
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9));
			 CHECK_ERRNO(utimensat(AT_FDCWD, "f", times, 0), EPERM);
			 CHECK_EQ(utimensat(AT_FDCWD, "f", NULL, 0), 0)),
		   0);
	MUST(chmod("f", 0644));
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9));
			 CHECK_ERRNO(utimensat(AT_FDCWD, "f", NULL, 0), EACCES)),
		   0);
	// A process's folder is its own, but nobody changes it; what is told of one that has changed its ids is root's.
	CHECK_ERRNO(utimensat(AT_FDCWD, "/proc/self", NULL, 0), EPERM);
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9));
			 CHECK(open("/proc/self", O_RDONLY | O_NOATIME) >= 0);
			 CHECK_ERRNO(open("/proc/self/status", O_RDONLY | O_NOATIME), EPERM);
			 CHECK_ERRNO(open("/proc/1", O_RDONLY | O_NOATIME), EPERM);
			 CHECK_ERRNO(utimensat(AT_FDCWD, "/proc/self", NULL, 0), EPERM)),
		   0);
	look("f");
	sleep_ms(12);
	MUST(write(fd, "x", 1));
	expect("f", true, true);
	MUST(chmod("f", 0600));
	expect("f", false, true);
	MUST(link("f", "g"));
	expect("f", false, true);
	MUST(rename("g", "h"));
	expect("f", false, true);
	MUST(ftruncate(fd, 0));
	expect("f", true, true);
	MUST(mkdir("d", 0700));
	look("d");
	sleep_ms(12);
	put_file("d/x", "");
	expect("d", true, true);
	put_file("d/x", "more");
	expect("d", false, false);
	MUST(rename("d/x", "d/y"));
	expect("d", true, true);
	MUST(unlink("d/y"));
	expect("d", true, true);
}
