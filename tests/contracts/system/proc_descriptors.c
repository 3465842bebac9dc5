// SPDX-License-Identifier: MIT
// Covers: SYS-05. /proc/PID/fd and fdinfo: every open descriptor and no other, links that open,
// positions and flags, pipes and events by name; for users too.
#include "contract.h"
#include <sys/eventfd.h>

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)), ends[2],
	    event = (int)MUST(eventfd(5, 0));
	char path[64], text[128] = {0}, want[64];
	struct stat info;
	DIR *folder;
	struct dirent *entry;
	int count = 0;

	MUST(write(fd, "12345", 5));
	MUST(pipe(ends));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	CHECK_EQ(field_of(path, "pos:"), 5);
	CHECK_EQ(field_of(path, "flags:\t"),
		 strtoll(strstr(get_file(path), "flags:\t") + 7, NULL, 8));
	CHECK_EQ(strtoll(strstr(get_file(path), "flags:\t") + 7, NULL, 8) &
			 (O_APPEND | O_CLOEXEC | O_ACCMODE),
		 O_APPEND | O_CLOEXEC | O_RDWR);
	CHECK(field_of(path, "mnt_id:") > 0);
	MUST(fstat(fd, &info));
	CHECK_EQ(field_of(path, "ino:"), info.st_ino);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", event);
	CHECK(strstr(get_file(path), "eventfd-count:                5\n") != NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	MUST(fstat(ends[0], &info));
	snprintf(want, sizeof(want), "pipe:[%lu]", (unsigned long)info.st_ino);
	MUST(readlink(path, text, sizeof(text) - 1));
	CHECK_TEXT(text, want);
	MUST(lstat(path, &info));
	CHECK_EQ(info.st_mode, S_IFLNK | 0500);
	MUST(stat(path, &info));
	CHECK(S_ISFIFO(info.st_mode));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(lstat(path, &info));
	CHECK_EQ(info.st_mode, S_IFLNK | 0700);
	int again = (int)MUST(open(path, O_RDONLY));
	CHECK_EQ(lseek(again, 0, SEEK_CUR), 0);
	CHECK_EQ(read(again, text, 5), 5);
	close(again);
	folder = opendir("/proc/self/fd");
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.') {
			CHECK(fcntl(atoi(entry->d_name), F_GETFD) >= 0);
			CHECK_EQ(entry->d_type, DT_LNK);
			count++;
		}
	closedir(folder);
	// 0 to 2, the file, the event, the pipe, the folder itself.
	CHECK_EQ(count, 8);
	CHECK_ERRNO(open("/proc/self/fd/99", O_RDONLY), ENOENT);
	pid_t child = CHILD(for (;;) pause());
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", child, fd);
	CHECK(strtoll(strstr(get_file(path), "flags:\t") + 7, NULL, 8) & O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/fdinfo/%d", child, child, event);
	CHECK(!(strtoll(strstr(get_file(path), "flags:\t") + 7, NULL, 8) & O_CLOEXEC));
	snprintf(path, sizeof(path), "/proc/%d/fd", child);
	CHECK_EXIT(CHILD(MUST(setresuid(7, 7, 7)); CHECK_ERRNO(open(path, O_RDONLY), EACCES)), 0);
	kill(child, SIGKILL);
}
