// SPDX-License-Identifier: MIT
// Covers: FILE-01. open's flags and errors.
#include "contract.h"

CONTRACT
{
	char long_name[300];
	struct stat info;
	int fd;

	memset(long_name, 'n', sizeof(long_name));
	long_name[256] = 0;
	put_file("f", "text");
	MUST(mkdir("d", 0755));
	MUST(symlink("f", "link"));
	MUST(symlink("loop", "loop"));
	MUST(symlink("nowhere", "dangling"));
	CHECK_ERRNO(open("none", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("f/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("f/", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("d", O_WRONLY), EISDIR);
	CHECK_ERRNO(open("d", O_RDWR), EISDIR);
	CHECK_ERRNO(open("d", O_RDONLY | O_CREAT, 0644), EISDIR);
	CHECK_ERRNO(open("new/", O_WRONLY | O_CREAT, 0644), EISDIR);
	CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(open("f", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST);
	CHECK_ERRNO(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST);
	CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERRNO(open("loop", O_RDONLY), ELOOP);
	CHECK_ERRNO(open(long_name, O_RDONLY), ENAMETOOLONG);
	CHECK_ERRNO(open((char *)8, O_RDONLY), EFAULT);
	CHECK_ERRNO(openat(99, "f", O_RDONLY), EBADF);
	CHECK_ERRNO(openat((int)MUST(open("f", O_RDONLY)), "x", O_RDONLY), ENOTDIR);
	CHECK(openat(99, "/", O_RDONLY) >= 0);
	CHECK_ERRNO(open("f", O_RDONLY | O_CREAT | O_DIRECTORY, 0644), EINVAL);
	// Creation through a dangling link makes its target.
	fd = (int)MUST(open("dangling", O_CREAT | O_WRONLY, 0600));
	CHECK_EQ(lstat("nowhere", &info), 0);
	CHECK_EQ(info.st_mode, S_IFREG | 0600);
	// The mode of a new file does not bind its first descriptor.
	fd = (int)MUST(open("locked", O_CREAT | O_RDWR, 0));
	CHECK_EQ(write(fd, "x", 1), 1);
	fd = (int)MUST(open("f", O_RDONLY));
	CHECK_ERRNO(write(fd, "x", 1), EBADF);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	fd = (int)MUST(open("f", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC));
	CHECK_ERRNO(read(fd, long_name, 1), EBADF);
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK),
		 O_WRONLY | O_APPEND | O_NONBLOCK);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	fd = (int)MUST(open("f", O_RDWR | O_TRUNC));
	CHECK_EQ(fstat(fd, &info), 0);
	CHECK_EQ(info.st_size, 0);
	fd = (int)MUST(open("f", O_PATH));
	CHECK_ERRNO(read(fd, long_name, 1), EBADF);
	CHECK_ERRNO(syscall(SYS_fchmod, fd, 0600), EBADF);
	CHECK_EQ(fstat(fd, &info), 0);
	fd = (int)MUST(open("link", O_PATH | O_NOFOLLOW));
	MUST(fstat(fd, &info));
	CHECK(S_ISLNK(info.st_mode));
	CHECK_EQ(readlinkat(fd, "", long_name, 10), 1);
}
