// SPDX-License-Identifier: MIT
// Covers: FILE-01. open: CREAT and EXCL, DIRECTORY, NOFOLLOW, TRUNC, PATH, modes and umask, what
// F_GETFL shows, unknown flags, openat2's strictness.
#include "contract.h"
#include <linux/openat2.h>

static long openat2(const char *path, struct open_how how, size_t size)
{
	return syscall(SYS_openat2, AT_FDCWD, path, &how, size);
}

CONTRACT
{
	struct stat info;
	int fd;

	umask(027);
	fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_EXCL, 0777));
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_mode, S_IFREG | 0750);
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_CREAT | O_EXCL), O_RDWR);
	CHECK_ERRNO(open("f", O_RDWR | O_CREAT | O_EXCL, 0777), EEXIST);
	MUST(symlink("f", "link"));
	MUST(symlink("nowhere", "dangling"));
	MUST(mkdir("d", 0700));
	CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERRNO(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK_EQ(close(open("dangling", O_RDWR | O_CREAT, 0600)), 0);
	CHECK_EQ(stat("nowhere", &info), 0);
	CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(open("d", O_RDWR), EISDIR);
	CHECK_ERRNO(open("d", O_RDONLY | O_CREAT, 0600), EISDIR);
	CHECK_ERRNO(open("d", O_RDONLY | O_DIRECTORY | O_CREAT, 0600), EINVAL);
	CHECK_ERRNO(open("f/", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("new/", O_RDWR | O_CREAT, 0600), EISDIR);
	CHECK_ERRNO(open("", O_RDONLY), ENOENT);
	CHECK_ERRNO(open((char *)8, O_RDONLY), EFAULT);
	CHECK_ERRNO(open("d", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	MUST(write(fd, "text", 4));
	close((int)MUST(open("f", O_RDONLY | O_APPEND)));
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 4);
	close((int)MUST(open("f", O_WRONLY | O_TRUNC)));
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_size, 0);
	// open forgives what it does not know, openat2 does not.
	fd = (int)MUST(syscall(SYS_openat, AT_FDCWD, "f", O_RDONLY | 0x40000000, 0));
	close(fd);
	CHECK_ERRNO(openat2("f", (struct open_how){.flags = 0x40000000}, sizeof(struct open_how)),
		    EINVAL);
	CHECK_ERRNO(openat2("f", (struct open_how){.mode = 0600}, sizeof(struct open_how)), EINVAL);
	CHECK_ERRNO(openat2("f", (struct open_how){0}, 8), EINVAL);
	CHECK_ERRNO(openat2("../../etc", (struct open_how){.resolve = RESOLVE_BENEATH},
			    sizeof(struct open_how)),
		    EXDEV);
	CHECK_ERRNO(openat2("link", (struct open_how){.resolve = RESOLVE_NO_SYMLINKS},
			    sizeof(struct open_how)),
		    ELOOP);
	CHECK_ERRNO(openat2("/proc/self/exe", (struct open_how){.resolve = RESOLVE_NO_MAGICLINKS},
			    sizeof(struct open_how)),
		    ELOOP);
	CHECK_ERRNO(openat2("/proc/self", (struct open_how){.resolve = RESOLVE_NO_XDEV},
			    sizeof(struct open_how)),
		    EXDEV);
	fd = (int)MUST(
		openat2("/link",
			(struct open_how){.resolve = RESOLVE_IN_ROOT, .flags = O_PATH | O_NOFOLLOW},
			sizeof(struct open_how)));
	CHECK_EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
}
