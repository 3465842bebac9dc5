// SPDX-License-Identifier: MIT
// Covers: FILE-02. An O_PATH descriptor: what works on it (fstat, dup, *at, fchdir) and what is
// EBADF; opening through /proc/self/fd.
#include "contract.h"
#include <sys/ioctl.h>

CONTRACT
{
	char path[64], text[64] = {0}, byte;
	struct stat info, other;
	int file, folder, link, again;

	put_file("f", "hello");
	MUST(mkdir("d", 0700));
	MUST(symlink("f", "l"));
	file = (int)MUST(open("f", O_PATH | O_CLOEXEC));
	folder = (int)MUST(open("d", O_PATH));
	link = (int)MUST(open("l", O_PATH | O_NOFOLLOW));
	CHECK_ERRNO(read(file, &byte, 1), EBADF);
	CHECK_ERRNO(write(file, &byte, 1), EBADF);
	CHECK_ERRNO(lseek(file, 0, SEEK_SET), EBADF);
	CHECK_ERRNO(ftruncate(file, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_fchmod, file, 0600), EBADF);
	CHECK_ERRNO(syscall(SYS_fchown, file, 0, 0), EBADF);
	CHECK_ERRNO(fsync(file), EBADF);
	CHECK_ERRNO(ioctl(file, 0x5401, text), EBADF);
	CHECK_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_getdents64, folder, text, 64), EBADF);
	CHECK_EQ(fstat(file, &info), 0);
	CHECK_EQ(info.st_size, 5);
	CHECK_EQ(fstat(link, &info), 0);
	CHECK_EQ(info.st_mode & S_IFMT, S_IFLNK);
	CHECK_EQ(readlinkat(link, "", text, sizeof(text)), 1);
	CHECK_TEXT(text, "f");
	CHECK_EQ(mkdirat(folder, "in", 0700), 0);
	CHECK_EQ(fcntl(file, F_GETFD), FD_CLOEXEC);
	again = (int)MUST(dup(file));
	CHECK_ERRNO(read(again, &byte, 1), EBADF);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	again = (int)MUST(open(path, O_RDWR));
	CHECK_EQ(read(again, &byte, 1), 1);
	CHECK_EQ(byte, 'h');
	MUST(fstat(file, &info));
	MUST(fstat(again, &other));
	CHECK_EQ(info.st_ino, other.st_ino);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", link);
	CHECK_ERRNO(open(path, O_RDONLY), ELOOP);
	CHECK_EQ(linkat(AT_FDCWD, path, AT_FDCWD, "l2", AT_SYMLINK_FOLLOW), 0);
	MUST(lstat("l2", &info));
	CHECK_EQ(info.st_mode & S_IFMT, S_IFLNK);
	CHECK_EQ(fchdir(folder), 0);
	CHECK_EQ(access("in", F_OK), 0);
}
