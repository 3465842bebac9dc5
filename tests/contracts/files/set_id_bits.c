// SPDX-License-Identifier: MIT
// Covers: FILE-12. Set-id bits: kept by their owner, cleared by chown, write and truncate of
// others; group inheritance by folders with set-gid; chmod by a non-member.
#include "contract.h"

#include <linux/capability.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

static unsigned int mode_of(const char *path)
{
	struct stat info;

	MUST(stat(path, &info));
	return info.st_mode & 07777;
}

#define AS(user, ...)                                                                          \
	CHECK_EXIT(CHILD(MUST(setresgid(user, user, user)); MUST(setresuid(user, user, user)); \
			 __VA_ARGS__),                                                         \
		   0)

static void without(unsigned int capability)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	MUST(syscall(SYS_capget, &head, data));
	data[0].effective &= ~(1u << capability);
	MUST(syscall(SYS_capset, &head, data));
}

// A chown that names nobody takes the bits away too, but only from the caller's own files.
static void chown_to_nobody(void)
{
	static const unsigned int modes[] = {04755, 02755, 02745, 06755};
	unsigned int flags = FS_IMMUTABLE_FL;
	int fd = (int)MUST(open("own", O_RDONLY | O_CREAT, 0755));

	MUST(chown("own", 100, 555));
	for (int i = 0; i < 4; i++) {
		MUST(chmod("own", modes[i]));
		AS(101, CHECK_ERRNO(chown("own", -1, -1), EPERM);
		   CHECK_ERRNO(fchown(fd, -1, -1), EPERM));
		CHECK_EQ(mode_of("own"), modes[i]);
		AS(100, CHECK_EQ(fchown(fd, -1, -1), 0));
		CHECK_EQ(mode_of("own"), modes[i] & 0777);
		MUST(chmod("own", modes[i]));
		CHECK_EQ(chown("own", -1, -1), 0);
		CHECK_EQ(mode_of("own"), modes[i] == 02745 ? 02745 : modes[i] & 0777);
	}
	MUST(chmod("own", 04755));
	CHECK_EXIT(CHILD(without(CAP_FOWNER); CHECK_ERRNO(chown("own", 77, -1), EPERM);
			 CHECK_ERRNO(chown("own", -1, -1), EPERM)),
		   0);
	CHECK_EQ(mode_of("own"), 04755);
	MUST(chmod("own", 0755));
	AS(101, CHECK_EQ(chown("own", -1, -1), 0));
	CHECK_EXIT(CHILD(without(CAP_FOWNER); CHECK_EQ(chown("own", 77, -1), 0)), 0);
	// Nor does it ask the flags that forbid to name somebody.
	MUST(chmod("own", 04755));
	MUST(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	AS(77, CHECK_ERRNO(chown("own", 77, -1), EPERM); CHECK_EQ(chown("own", -1, -1), 0));
	CHECK_EQ(mode_of("own"), 0755);
	flags = 0;
	MUST(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
}

CONTRACT
{
	struct stat info;

	umask(0);
	MUST(mkdir("top", 0755));
	MUST(mount("none", "top", "tmpfs", 0, ""));
	MUST(chdir("top"));
	chown_to_nobody();
	put_file("f", "x");
	MUST(chmod("f", 06777));
	CHECK_EQ(mode_of("f"), 06777);
	AS(100, int fd = (int)MUST(open("f", O_WRONLY)); MUST(write(fd, "y", 1)));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(chmod("f", 06777));
	// Root's own writing keeps them.
	int fd = (int)MUST(open("f", O_WRONLY));
	MUST(write(fd, "y", 1));
	CHECK_EQ(mode_of("f"), 06777);
	AS(100, MUST(truncate("f", 1)));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(chmod("f", 06777));
	MUST(chown("f", 100, 100));
	CHECK_EQ(mode_of("f"), 0777);
	// Set-gid without group execute meant mandatory locking: chown leaves it.
	MUST(chmod("f", 02767));
	MUST(chown("f", 100, 100));
	CHECK_EQ(mode_of("f"), 02767);
	MUST(chown("f", 100, 555));
	AS(100, CHECK_EQ(chmod("f", 02777), 0));
	CHECK_EQ(mode_of("f"), 0777);
	MUST(mkdir("d", 0777));
	MUST(chown("d", 0, 700));
	MUST(chmod("d", 02777));
	AS(100, put_file("d/f", "z"); MUST(mkdir("d/sub", 0755)));
	MUST(stat("d/f", &info));
	CHECK_EQ(info.st_gid, 700);
	CHECK_EQ(info.st_uid, 100);
	MUST(stat("d/sub", &info));
	CHECK_EQ(info.st_gid, 700);
	CHECK_EQ(info.st_mode & 07777, 02755);
	close(fd);
	MUST(chdir(".."));
	MUST(umount("top"));
}
