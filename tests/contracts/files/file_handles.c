// SPDX-License-Identifier: MIT
// Covers: FILE-01 FILE-02. name_to_handle_at and open_by_handle_at: a file by its number.
#include "contract.h"

#include <grp.h>

static struct {
	unsigned int bytes;
	int type;
	unsigned char data[128];
} handle, other;

static long handle_of(int at, const char *name, unsigned int room, int flags, int *mount)
{
	memset(&handle, 0, sizeof(handle));
	handle.bytes = room;
	return syscall(SYS_name_to_handle_at, at, name, &handle, mount, flags);
}

static long open_handle(int flags)
{
	return syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, flags);
}

static void check_room(void)
{
	int mount = -1;
	unsigned int need;

	CHECK_ERRNO(handle_of(AT_FDCWD, "file", 0, 0, &mount), EOVERFLOW);
	need = handle.bytes;
	CHECK(need > 0 && need <= 128);
	CHECK(mount > 0);
	CHECK_ERRNO(handle_of(AT_FDCWD, "file", 129, 0, &mount), EINVAL);
	CHECK_ERRNO(handle_of(AT_FDCWD, "none", 128, 0, &mount), ENOENT);
	CHECK_ERRNO(handle_of(AT_FDCWD, "file", 128, 0x4000, &mount), EINVAL);
	CHECK_ERRNO(handle_of(AT_FDCWD, "/proc/self/stat", 128, 0, &mount), EOPNOTSUPP);
	CHECK_EQ(handle_of(AT_FDCWD, "file", need, 0, &mount), 0);
	CHECK_EQ(handle.bytes, need);
}

static void check_sameness(void)
{
	int mount, fd;

	CHECK_EQ(handle_of(AT_FDCWD, "file", 128, 0, &mount), 0);
	other = handle;
	CHECK_EQ(handle_of(AT_FDCWD, "linked", 128, 0, &mount), 0);
	CHECK(!memcmp(&handle, &other, sizeof(handle)));
	CHECK_EQ(handle_of(AT_FDCWD, "symlink", 128, AT_SYMLINK_FOLLOW, &mount), 0);
	CHECK(!memcmp(&handle, &other, sizeof(handle)));
	CHECK_EQ(handle_of(AT_FDCWD, "symlink", 128, 0, &mount), 0);
	CHECK(memcmp(&handle, &other, sizeof(handle)) != 0);
	fd = (int)MUST(open("file", O_PATH));
	CHECK_EQ(handle_of(fd, "", 128, AT_EMPTY_PATH, &mount), 0);
	CHECK(!memcmp(&handle, &other, sizeof(handle)));
	close(fd);
}

static void check_opening(void)
{
	struct stat st, again;
	char text[16] = "";
	int mount, fd;

	CHECK_EQ(handle_of(AT_FDCWD, "closed/hidden", 128, 0, &mount), 0);
	MUST(stat("closed/hidden", &st));
	MUST(rename("closed/hidden", "closed/renamed"));
	fd = (int)open_handle(O_RDWR);
	CHECK(fd >= 0);
	MUST(fstat(fd, &again));
	CHECK(again.st_ino == st.st_ino && again.st_dev == st.st_dev);
	CHECK_EQ(read(fd, text, sizeof(text)), 6);
	CHECK_TEXT(text, "secret");
	close(fd);
	CHECK_ERRNO(open_handle(O_RDONLY | O_DIRECTORY), ENOTDIR);
	MUST(unlink("closed/renamed"));
	CHECK_ERRNO(open_handle(O_RDONLY), ESTALE);
	CHECK_EQ(handle_of(AT_FDCWD, "closed", 128, 0, &mount), 0);
	fd = (int)open_handle(O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0);
	CHECK_EQ(mkdirat(fd, "made", 0700), 0);
	CHECK_EQ(access("closed/made", F_OK), 0);
	CHECK_ERRNO(open_handle(O_WRONLY), EISDIR);
	CHECK_EQ(handle_of(AT_FDCWD, "symlink", 128, 0, &mount), 0);
	CHECK_ERRNO(open_handle(O_RDONLY), ELOOP);
	CHECK_ERRNO(open_handle(O_RDONLY | O_DIRECTORY), ELOOP); // a link, before no folder
	CHECK_ERRNO(open_handle(O_RDWR | O_TMPFILE), ELOOP);
	CHECK_ERRNO(open_handle(O_PATH | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(syscall(SYS_open_by_handle_at, 999, &handle, O_RDONLY), EBADF);
	handle.bytes = 0;
	CHECK_ERRNO(open_handle(O_RDONLY), EINVAL);
}

CONTRACT
{
	int status, mount;

	put_file("file", "text");
	MUST(link("file", "linked"));
	MUST(symlink("file", "symlink"));
	MUST(mkdir("closed", 0700));
	put_file("closed/hidden", "secret");
	check_room();
	check_sameness();
	check_opening();
	CHECK_EQ(handle_of(AT_FDCWD, "file", 128, 0, &mount), 0);
	pid_t child = (pid_t)MUST(fork());
	if (child == 0) {
		MUST(setresuid(1000, 1000, 1000));
		CHECK_ERRNO(open_handle(O_RDONLY), EPERM); // folders would not be asked
		_exit(0);
	}
	MUST(waitpid(child, &status, 0));
	CHECK_EQ(status, 0);
}
