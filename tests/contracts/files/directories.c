// SPDX-License-Identifier: MIT
// Covers: FILE-14. getdents64 lists each name once, also while names come and go; d_type,
// seekdir, EINVAL for a small buffer.
#include "contract.h"
#include <dirent.h>

CONTRACT
{
	char name[32], small[8];
	static bool seen[300];
	struct dirent *entry;
	DIR *folder;
	int count = 0, types = 0;
	long place;

	MUST(mkdir("d", 0755));
	MUST(chdir("d"));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "n%03d", i);
		put_file(name, "");
	}
	folder = opendir(".");
	while ((entry = readdir(folder))) {
		int number;

		if (entry->d_name[0] == '.') {
			types += entry->d_type == DT_DIR;
			continue;
		}
		CHECK_EQ(sscanf(entry->d_name, "n%d", &number), 1);
		CHECK_EQ(seen[number], 0);
		seen[number] = true;
		types += entry->d_type == DT_REG;
		count++;
		// What was listed already goes away.
		MUST(unlink(entry->d_name));
	}
	CHECK_EQ(count, 300);
	CHECK_EQ(types, 302);
	rewinddir(folder);
	count = 0;
	while (readdir(folder))
		count++;
	CHECK_EQ(count, 2);
	put_file("a", "");
	put_file("b", "");
	put_file("c", "");
	rewinddir(folder);
	for (int i = 0; i < 3; i++)
		entry = readdir(folder);
	place = telldir(folder);
	strcpy(name, readdir(folder)->d_name);
	readdir(folder);
	CHECK(readdir(folder) == NULL);
	seekdir(folder, place);
	CHECK_TEXT(readdir(folder)->d_name, name);
	MUST(lseek(dirfd(folder), 0, SEEK_SET));
	CHECK_ERRNO(syscall(SYS_getdents64, dirfd(folder), small, sizeof(small)), EINVAL);
	CHECK_ERRNO(syscall(SYS_getdents64, (int)MUST(open("a", O_RDONLY)), small, 8), ENOTDIR);
	CHECK_ERRNO(read(dirfd(folder), small, 1), EISDIR);
	MUST(rmdir("../d") == -1 && errno == ENOTEMPTY ? 0 : -1);
	unlink("a");
	unlink("b");
	unlink("c");
	CHECK_EQ(rmdir("../d"), 0);
	// A folder that was removed lists nothing and takes nothing.
	MUST(lseek(dirfd(folder), 0, SEEK_SET));
	CHECK_EQ(syscall(SYS_getdents64, dirfd(folder), seen, sizeof(seen)), -1);
	CHECK_EQ(errno, ENOENT);
	CHECK_ERRNO(open("x", O_CREAT | O_WRONLY, 0600), ENOENT);
	CHECK_ERRNO(syscall(SYS_getcwd, name, sizeof(name)), ENOENT);
}
