// SPDX-License-Identifier: MIT
// Covers: FILE-14. getdents64: every name once while others come and go, d_type and d_ino true,
// offsets usable with lseek, a removed folder reads as empty.
#include "contract.h"

struct entry {
	uint64_t ino, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

CONTRACT
{
	char buffer[1024], name[32];
	int fd, seen[200] = {0}, turns = 0;
	struct stat info;
	long n;

	MUST(mkdir("d", 0700));
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "d/%d", i);
		put_file(name, "");
	}
	fd = (int)MUST(open("d", O_RDONLY | O_DIRECTORY));
	while ((n = MUST(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)))) > 0) {
		for (long at = 0; at < n;) {
			struct entry *entry = (struct entry *)(buffer + at);

			if (entry->name[0] >= '0' && entry->name[0] <= '9' &&
			    atoi(entry->name) < 200) {
				seen[atoi(entry->name)]++;
				if (entry->type != DT_REG)
					seen[0] = 99;
			}
			at += entry->length;
		}
		// Odd ones that it may already have told go, new ones come.
		snprintf(name, sizeof(name), "d/%d", 1000 + turns);
		put_file(name, "");
		turns++;
	}
	int wrong = 0;
	for (int i = 0; i < 200; i++)
		wrong += seen[i] != 1;
	CHECK_EQ(wrong, 0);
	CHECK(turns > 3);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	n = MUST(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	struct entry *first = (struct entry *)buffer;
	MUST(fstatat(fd, first->name, &info, 0));
	CHECK_EQ(info.st_ino, first->ino);
	// To the place after the first, and on with the second.
	struct entry *second = (struct entry *)(buffer + first->length);
	snprintf(name, sizeof(name), "%s", second->name);
	MUST(lseek(fd, (off_t)first->offset, SEEK_SET));
	n = MUST(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	CHECK_TEXT(((struct entry *)buffer)->name, name);
	CHECK_ERRNO(syscall(SYS_getdents64, fd, buffer, 10), EINVAL);
	CHECK_ERRNO(syscall(SYS_getdents64, fd, (void *)8, 1024), EFAULT);
	CHECK_ERRNO(syscall(SYS_getdents64, 0, buffer, 1024), ENOTDIR);
	MUST(mkdir("e", 0700));
	fd = (int)MUST(open("e", O_RDONLY));
	MUST(rmdir("e"));
	CHECK_EQ(MUST(fstat(fd, &info)) + (long)info.st_nlink, 0);
	CHECK_EXIT(CHILD(errno = 0; n = syscall(SYS_getdents64, fd, buffer, 1024);
			 CHECK(n == 0 || errno == ENOENT)),
		   0);
	CHECK_ERRNO(openat(fd, "x", O_CREAT | O_RDWR, 0600), ENOENT);
}
