// SPDX-License-Identifier: MIT
// Covers: FILE-02. O_TMPFILE: no name, linked later through /proc, unless O_EXCL; no place to mount on.
#include "contract.h"
#include <sys/mount.h>

CONTRACT
{
	int fd = (int)MUST(open(".", O_TMPFILE | O_RDWR, 0640));
	char path[64], byte;
	struct stat info;

	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_nlink, 0);
	CHECK_EQ(info.st_mode, S_IFREG | 0640);
	MUST(write(fd, "t", 1));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	put_file("other", "");
	CHECK_ERRNO(mount("other", path, NULL, MS_BIND, NULL), ENOENT);
	MUST(unlink("other"));
	CHECK_EQ(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
	CHECK_EQ(read((int)MUST(open("named", O_RDONLY)), &byte, 1), 1);
	CHECK_EQ(byte, 't');
	MUST(fstat(fd, &info));
	CHECK_EQ(info.st_nlink, 1);
	fd = (int)MUST(open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0600));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_ERRNO(linkat(AT_FDCWD, path, AT_FDCWD, "other", AT_SYMLINK_FOLLOW), ENOENT);
	CHECK_ERRNO(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	CHECK_ERRNO(open("named", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
}
