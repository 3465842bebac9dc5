// SPDX-License-Identifier: MIT
// Covers: FILE-15. chattr and lsattr: flags of files and directories are set and told, kept from who may not change
// them, inherited, and what they forbid is forbidden to root too.
#include "contract.h"

#include <linux/fs.h>
#include <linux/stat.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <utime.h>

static unsigned int flags_of(int fd)
{
	unsigned int flags = 0;

	MUST(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	return flags;
}

static int set_flags(int fd, unsigned int flags)
{
	return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static void flag(const char *path, unsigned int flags)
{
	int fd = (int)MUST(open(path, O_RDONLY));

	MUST(set_flags(fd, flags));
	close(fd);
}

static unsigned int attributes_of(const char *path)
{
	struct statx what;

	MUST(syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &what));
	CHECK((what.stx_attributes_mask & 0x70) == 0x70);
	return (unsigned int)what.stx_attributes & 0x70;
}

static void told_and_kept(void)
{
	static const unsigned int none[] = {FS_SECRM_FL, FS_COMPR_FL,  FS_SYNC_FL, FS_DIRSYNC_FL,
					    FS_NOCOW_FL, FS_EXTENT_FL, FS_DAX_FL,  1u << 31};
	int fd = (int)MUST(open("f", O_RDONLY));
	int fds[2];
	struct fsxattr extended = {.fsx_xflags = ~0u};
	struct stat before, after;

	CHECK_EQ(flags_of(fd), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		CHECK_ERRNO(set_flags(fd, none[i]), EOPNOTSUPP);
	CHECK_ERRNO(set_flags(fd, FS_NODUMP_FL | FS_SYNC_FL), EOPNOTSUPP);
	CHECK_EQ(flags_of(fd), 0);

	MUST(fstat(fd, &before));
	sleep_ms(20);
	CHECK_EQ(set_flags(fd, FS_NODUMP_FL | FS_NOATIME_FL | FS_APPEND_FL | FS_IMMUTABLE_FL), 0);
	MUST(fstat(fd, &after));
	CHECK(after.st_ctim.tv_sec > before.st_ctim.tv_sec ||
	      after.st_ctim.tv_nsec > before.st_ctim.tv_nsec);
	CHECK_EQ(flags_of(fd), FS_NODUMP_FL | FS_NOATIME_FL | FS_APPEND_FL | FS_IMMUTABLE_FL);
	CHECK_EQ(attributes_of("f"), STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP);
	CHECK_EQ(ioctl(fd, FS_IOC_FSGETXATTR, &extended), 0);
	CHECK_EQ(extended.fsx_xflags,
		 FS_XFLAG_NODUMP | FS_XFLAG_NOATIME | FS_XFLAG_APPEND | FS_XFLAG_IMMUTABLE);
	CHECK_EQ(extended.fsx_extsize, 0);
	CHECK_EQ(extended.fsx_projid, 0);
	extended.fsx_xflags = FS_XFLAG_APPEND;
	CHECK_EQ(ioctl(fd, FS_IOC_FSSETXATTR, &extended), 0);
	CHECK_EQ(flags_of(fd), FS_APPEND_FL);
	CHECK_EQ(attributes_of("f"), STATX_ATTR_APPEND);
	extended.fsx_xflags = FS_XFLAG_SYNC;
	CHECK_ERRNO(ioctl(fd, FS_IOC_FSSETXATTR, &extended), EOPNOTSUPP);
	extended.fsx_xflags = FS_XFLAG_EXTSZINHERIT;
	CHECK_ERRNO(ioctl(fd, FS_IOC_FSSETXATTR, &extended), EINVAL);
	extended.fsx_xflags = 0, extended.fsx_projid = 7;
	CHECK_ERRNO(ioctl(fd, FS_IOC_FSSETXATTR, &extended), EOPNOTSUPP);
	CHECK_EQ(flags_of(fd), FS_APPEND_FL);

	CHECK_ERRNO(ioctl(fd, FS_IOC_GETFLAGS, 8), EFAULT);
	CHECK_ERRNO(ioctl(fd, FS_IOC_SETFLAGS, 8), EFAULT);
	CHECK_ERRNO(ioctl(fd, FS_IOC_FSGETXATTR, 8), EFAULT);
	CHECK_ERRNO(ioctl(fd, FS_IOC_FSSETXATTR, 8), EFAULT);
	CHECK_EQ(set_flags(fd, 0), 0);
	close(fd);

	MUST(pipe(fds));
	CHECK_ERRNO(ioctl(fds[0], FS_IOC_GETFLAGS, 8), ENOTTY);
	CHECK_ERRNO(ioctl(fds[0], FS_IOC_SETFLAGS, 8), EFAULT);
	CHECK_ERRNO(set_flags(fds[0], 0), ENOTTY);
	close(fds[0]), close(fds[1]);
	fd = (int)MUST(open("/proc/self/stat", O_RDONLY));
	CHECK_ERRNO(set_flags(fd, 0), ENOTTY);
	close(fd);
}

static void who_may(void)
{
	int fd = (int)MUST(open("mine", O_RDWR | O_CREAT, 0666));

	MUST(fchown(fd, 9, 9));
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9)); CHECK_EQ(set_flags(fd, FS_NODUMP_FL), 0);
			 CHECK_ERRNO(set_flags(fd, FS_APPEND_FL), EPERM);
			 CHECK_ERRNO(set_flags(fd, FS_IMMUTABLE_FL | FS_SYNC_FL), EPERM);
			 CHECK_EQ(flags_of(fd), FS_NODUMP_FL)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresuid(10, 10, 10)); CHECK_EQ(flags_of(fd), FS_NODUMP_FL);
			 CHECK_ERRNO(set_flags(fd, FS_NODUMP_FL), EPERM)),
		   0);
	// Who may not take it away may change the others.
	MUST(set_flags(fd, FS_APPEND_FL));
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9)); CHECK_ERRNO(set_flags(fd, 0), EPERM);
			 CHECK_EQ(set_flags(fd, FS_APPEND_FL | FS_NOATIME_FL), 0)),
		   0);
	MUST(set_flags(fd, 0));
	close(fd);
}

static void immutable_file(void)
{
	int open_before = (int)MUST(open("f", O_RDWR)), fd;
	char *map = MAP(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open_before, 0);

	flag("f", FS_IMMUTABLE_FL);
	CHECK_ERRNO(open("f", O_WRONLY), EPERM);
	CHECK_ERRNO(open("f", O_RDWR | O_APPEND), EPERM);
	CHECK_ERRNO(open("f", O_RDONLY | O_TRUNC), EPERM);
	CHECK_ERRNO(access("f", W_OK), EPERM);
	CHECK_EQ(access("f", R_OK), 0);
	CHECK_ERRNO(truncate("f", 0), EPERM);
	CHECK_ERRNO(chmod("f", 0600), EPERM);
	CHECK_ERRNO(chown("f", 1, 1), EPERM);
	CHECK_ERRNO(fchmod(open_before, 0600), EPERM);
	CHECK_ERRNO(utime("f", NULL), EPERM);
	CHECK_ERRNO(utime("f", &(struct utimbuf){1, 1}), EPERM);
	CHECK_ERRNO(unlink("f"), EPERM);
	CHECK_ERRNO(rename("f", "g"), EPERM);
	put_file("other", "");
	CHECK_ERRNO(rename("other", "f"), EPERM);
	CHECK_ERRNO(link("f", "g"), EPERM);
	CHECK_ERRNO(setxattr("f", "user.a", "1", 1, 0), EPERM);
	CHECK_ERRNO(setxattr("f", "trusted.a", "1", 1, 0), EPERM);
	CHECK_ERRNO(removexattr("f", "trusted.a"), EPERM);
	// Who had it open goes on.
	CHECK_EQ(pwrite(open_before, "X", 1, 0), 1);
	CHECK_EQ(ftruncate(open_before, 3), 0);
	fd = (int)MUST(open("other", O_RDWR));
	MUST(write(fd, "x", 1));
	CHECK_ERRNO(copy_file_range(fd, &(off64_t){0}, open_before, NULL, 1, 0), EPERM);
	close(fd);
	CHECK_ERRNO(fallocate(open_before, 0, 0, 4096), EPERM);
	CHECK_ERRNO(madvise(map, 4096, MADV_REMOVE), EPERM);
	CHECK_EQ(map[0], 'X');
	MUST(munmap(map, 4096));
	fd = (int)MUST(open("f", O_RDONLY));
	CHECK_EQ(flags_of(fd), FS_IMMUTABLE_FL);
	flag("f", 0);
	CHECK_EQ(chmod("f", 0644), 0);
	CHECK_EQ(unlink("other"), 0);
	close(fd);
	close(open_before);
}

#define NOAPPEND 0x20 // RWF_NOAPPEND

static void append_only_file(void)
{
	struct iovec one = {(char[]){'t'}, 1};
	int open_before = (int)MUST(open("f", O_RDWR)), fd;
	char *map = MAP(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open_before, 0);

	flag("f", FS_APPEND_FL);
	CHECK_ERRNO(madvise(map, 4096, MADV_REMOVE), EPERM);
	CHECK(map[0] != 0);
	MUST(munmap(map, 4096));
	CHECK_ERRNO(open("f", O_WRONLY), EPERM);
	CHECK_ERRNO(open("f", O_WRONLY | O_APPEND | O_TRUNC), EPERM);
	CHECK_ERRNO(open("f", O_RDONLY | O_TRUNC), EPERM);
	CHECK_EQ(access("f", W_OK), 0);
	fd = (int)MUST(open("f", O_RDWR | O_APPEND));
	CHECK_EQ(write(fd, "more", 4), 4);
	CHECK_ERRNO(fcntl(fd, F_SETFL, 0), EPERM);
	CHECK_ERRNO(syscall(SYS_pwritev2, fd, &one, 1, 0L, 0L, NOAPPEND), EPERM);
	CHECK_ERRNO(syscall(SYS_pwritev2, fd, &one, 1, -1L, -1L, NOAPPEND), EPERM);
	CHECK_ERRNO(syscall(SYS_preadv2, fd, &one, 1, 0L, 0L, NOAPPEND), EPERM);
	CHECK_EQ(syscall(SYS_pwritev2, open_before, &one, 1, 0L, 0L, NOAPPEND), 1);
	CHECK_EQ(fcntl(open_before, F_SETFL, O_NONBLOCK), 0);
	CHECK_ERRNO(fcntl(open_before, F_SETFL, O_APPEND), EPERM);
	CHECK_ERRNO(ftruncate(fd, 0), EPERM);
	CHECK_ERRNO(ftruncate(open_before, 0), EPERM);
	CHECK_ERRNO(truncate("f", 0), EPERM);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(map != MAP_FAILED);
	MUST(munmap(map, 4096));
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), EPERM);
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4096), 0);
	CHECK_ERRNO(chmod("f", 0600), EPERM);
	CHECK_ERRNO(utime("f", &(struct utimbuf){1, 1}), EPERM);
	CHECK_EQ(utime("f", NULL), 0);
	CHECK_ERRNO(unlink("f"), EPERM);
	CHECK_ERRNO(rename("f", "g"), EPERM);
	CHECK_ERRNO(link("f", "g"), EPERM);
	CHECK_ERRNO(setxattr("f", "user.a", "1", 1, 0), EPERM);
	flag("f", 0);
	CHECK_EQ(ftruncate(fd, 2), 0);
	CHECK_EQ(fcntl(fd, F_SETFL, 0), 0);
	close(fd);
	close(open_before);
}

static void directories(void)
{
	MUST(mkdir("d", 0755));
	MUST(mkdir("d/sub", 0755));
	put_file("d/f", "x");
	flag("d", FS_IMMUTABLE_FL);
	CHECK_ERRNO(open("d/new", O_WRONLY | O_CREAT, 0644), EPERM);
	CHECK_EQ(close((int)MUST(open("d/f", O_WRONLY | O_CREAT, 0644))), 0);
	CHECK_ERRNO(mkdir("d/e", 0755), EPERM);
	CHECK_ERRNO(symlink("x", "d/l"), EPERM);
	CHECK_ERRNO(unlink("d/f"), EPERM);
	CHECK_ERRNO(rmdir("d/sub"), EPERM);
	CHECK_ERRNO(rename("d/f", "d/g"), EPERM);
	CHECK_ERRNO(rename("f", "d/g"), EPERM);
	CHECK_ERRNO(rename("d", "e"), EPERM);
	CHECK_ERRNO(rmdir("d"), EPERM);
	CHECK_ERRNO(open("d", O_TMPFILE | O_RDWR, 0600), EPERM);
	flag("d", FS_APPEND_FL);
	put_file("d/new", "y");
	CHECK_EQ(mkdir("d/e", 0755), 0);
	CHECK_ERRNO(unlink("d/new"), EPERM);
	CHECK_ERRNO(rmdir("d/e"), EPERM);
	CHECK_ERRNO(rename("d/new", "d/g"), EPERM);
	CHECK_ERRNO(rename("f", "d/new"), EPERM);
	CHECK_ERRNO(rmdir("d"), EPERM);
	flag("d", 0);
	CHECK_EQ(rename("d", "e"), 0);
	CHECK_EQ(rename("e", "d"), 0);
}

static unsigned int flags_at(const char *path)
{
	int fd = (int)MUST(open(path, O_RDONLY));
	unsigned int flags = flags_of(fd);

	close(fd);
	return flags;
}

static void inherited(void)
{
	struct stat before, after;
	char byte;
	int fd;

	flag("d", FS_NODUMP_FL | FS_NOATIME_FL | FS_APPEND_FL);
	MUST(mkdir("d/heir", 0755));
	put_file("d/file", "x");
	CHECK_EQ(flags_at("d/heir"), FS_NODUMP_FL | FS_NOATIME_FL);
	CHECK_EQ(flags_at("d/file"), FS_NODUMP_FL | FS_NOATIME_FL);
	flag("d", 0);

	fd = (int)MUST(open("d/file", O_RDONLY));
	MUST(fstat(fd, &before));
	sleep_ms(20);
	CHECK_EQ(read(fd, &byte, 1), 1);
	MUST(fstat(fd, &after));
	CHECK_EQ(after.st_atim.tv_nsec, before.st_atim.tv_nsec);
	close(fd);
}

CONTRACT
{
	MUST(mkdir("top", 0755));
	MUST(mount("none", "top", "tmpfs", 0, ""));
	MUST(chdir("top"));
	put_file("f", "text");
	told_and_kept();
	who_may();
	immutable_file();
	append_only_file();
	directories();
	inherited();
	MUST(chdir(".."));
	MUST(umount("top"));
}
