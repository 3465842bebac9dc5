// SPDX-License-Identifier: MIT
// Covers: FILE-06. RENAME_WHITEOUT leaves a device of two zeros at the old name, which anybody may make.
#include "contract.h"

#include <linux/fs.h>
#include <sys/sysmacros.h>

static long rename_flags(const char *from, const char *to, unsigned int flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static bool is_whiteout(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0 && st.st_mode == S_IFCHR && st.st_rdev == 0 &&
	       st.st_nlink == 1;
}

static int entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

CONTRACT
{
	int status;

	MUST(mkdir("d", 0777));
	put_file("d/a", "a");
	put_file("d/b", "b");
	CHECK_EQ(rename_flags("d/a", "d/b", RENAME_WHITEOUT), 0);
	CHECK_TEXT(get_file("d/b"), "a");
	CHECK(is_whiteout("d/a"));
	CHECK_EQ(entries("d"), 2);
	CHECK_EQ(rename_flags("d/b", "moved", RENAME_WHITEOUT | RENAME_NOREPLACE), 0);
	CHECK(is_whiteout("d/b"));
	CHECK_ERRNO(rename_flags("moved", "d/a", RENAME_WHITEOUT | RENAME_EXCHANGE), EINVAL);
	CHECK_ERRNO(rename_flags("d/none", "x", RENAME_WHITEOUT), ENOENT);
	CHECK_EQ(unlink("d/a"), 0);
	CHECK_EQ(entries("d"), 1);
	CHECK_EQ(unlink("d/b"), 0);
	CHECK_EQ(rmdir("d"), 0);

	MUST(chmod(".", 0777));
	pid_t child = (pid_t)MUST(fork());
	if (child == 0) {
		MUST(setresuid(1000, 1000, 1000));
		CHECK_EQ(mknod("made", S_IFCHR | 0600, 0), 0);
		CHECK_ERRNO(mknod("null", S_IFCHR | 0600, makedev(1, 3)), EPERM);
		CHECK_ERRNO(open("made", O_RDONLY), ENXIO);
		CHECK_EQ(rename_flags("moved", "again", RENAME_WHITEOUT), 0);
		CHECK(is_whiteout("moved"));
		_exit(0);
	}
	MUST(waitpid(child, &status, 0));
	CHECK_EQ(status, 0);
}
