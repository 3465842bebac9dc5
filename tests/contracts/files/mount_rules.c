// SPDX-License-Identifier: MIT
// Covers: FILE-20 FILE-22. What may be removed, changed and mounted on: expiry, one's own root, trees that are nowhere; the words that
// every file system takes, and the numbers that they have; how mountinfo names what is bound.
#include "mount_helpers.h"
#include <linux/openat2.h>

#define EXPIRE 4

static void expires(void)
{
	struct stat st;
	int fd;

	TMPFS("a");
	CHECK_ERRNO(umount2("a", EXPIRE | MNT_DETACH), EINVAL);
	CHECK_ERRNO(umount2("a", EXPIRE), EAGAIN);
	CHECK_EQ(umount2("a", EXPIRE), 0);
	CHECK_EQ(mounts("/a"), 0);
	// Whoever uses it between the two saves it.
	TMPFS("a");
	CHECK_ERRNO(umount2("a", EXPIRE), EAGAIN);
	MUST(stat("a", &st));
	CHECK_ERRNO(umount2("a", EXPIRE), EAGAIN);
	fd = (int)MUST(open("a", O_RDONLY));
	CHECK_ERRNO(umount2("a", EXPIRE), EBUSY);
	close(fd);
	CHECK_ERRNO(umount2("a", EXPIRE), EAGAIN);
	CHECK_ERRNO(open("a/none", O_RDONLY), ENOENT);
	CHECK_ERRNO(umount2("a", EXPIRE), EAGAIN);
	CHECK_EQ(mounts("/a"), 1); // to read the table is no use of it
	CHECK_EQ(umount2("a", EXPIRE), 0);
}

// The root of the caller is not unmounted but made read-only.
static void own_root(void)
{
	int fd;

	TMPFS("a");
	MUST(chroot("a"));
	MUST(chdir("/"));
	CHECK_ERRNO(umount2("/", EXPIRE), EINVAL);
	fd = (int)MUST(open("/f", O_CREAT | O_RDWR, 0644));
	CHECK_ERRNO(umount2("/", 0), EBUSY);
	close(fd);
	CHECK_EQ(umount2("/", 0), 0);
	CHECK_ERRNO(mkdir("/d", 0755), EROFS);
	CHECK_EQ(access("/f", F_OK), 0);
}

// A file without a name would be lost on a file system that can no longer remove it.
static void unlinked(void)
{
	char link[40];
	int fd;

	TMPFS("a");
	put_file("a/f", "");
	fd = (int)MUST(open("a/f", O_RDONLY));
	MUST(unlink("a/f"));
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_BIND, NULL), 0);
	close(fd);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT, NULL), 0);
	MUST(mkdir("a/d", 0755));
	fd = (int)MUST(open("a/d", O_RDONLY));
	MUST(rmdir("a/d"));
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	close(fd);
	// One that gets a name again is none.
	fd = (int)MUST(open("a", O_TMPFILE | O_RDWR, 0600));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	MUST(linkat(AT_FDCWD, link, AT_FDCWD, "a/named", AT_SYMLINK_FOLLOW));
	close(fd);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	MUST(umount("a"));
}

static void words(void)
{
	struct stat st;

	CHECK_EQ(mount("none", "a", "tmpfs", 0, "sync,size=1m,ro,mode=0700"), 0);
	CHECK_TEXT(mount_field("/a", 5), "rw,relatime");
	CHECK_EQ(strncmp(mount_field("/a", 9), "ro,sync,", 8), 0);
	CHECK_ERRNO(mkdir("a/d", 0755), EROFS);
	// A remount says everything of the file system, and keeps how times of access are kept.
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_NOATIME, "rw,lazytime"), 0);
	CHECK_TEXT(mount_field("/a", 5), "rw,noatime");
	CHECK_EQ(strncmp(mount_field("/a", 9), "rw,lazytime,", 12), 0);
	CHECK_EQ(mount(NULL, "a", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL), 0);
	CHECK_TEXT(mount_field("/a", 5), "rw,nodev,noatime");
	CHECK_EQ(mkdir("a/d", 0755), 0);
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_REMOUNT, "none"), EINVAL);
	MUST(umount("a"));
	// Limits that cannot be counted up to are refused, the largest that can is one.
	CHECK_ERRNO(mount("none", "a", "tmpfs", 0, "nr_inodes=18446744073709551615"), EINVAL);
	CHECK_ERRNO(mount("none", "a", "tmpfs", 0, "nr_inodes=18014398509481984"), EINVAL);
	CHECK_ERRNO(mount("none", "a", "tmpfs", 0, "nr_inodes=16384t"), EINVAL);
	CHECK_ERRNO(mount("none", "a", "tmpfs", 0, "nr_blocks=9223372036854775808"), EINVAL);
	CHECK_EQ(mount("none", "a", "tmpfs", 0,
		       "nr_inodes=18014398509481983,nr_blocks=9223372036854775807"),
		 0);
	CHECK_EQ(mkdir("a/d", 0755), 0);
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_REMOUNT, "nr_inodes=18014398509481985"), EINVAL);
	MUST(umount("a"));
	CHECK_EQ(mount("none", "a", "ramfs", MS_NOATIME | MS_RELATIME, "any=thing"), 0);
	CHECK_TEXT(mount_field("/a", 5), "rw,noatime");
	MUST(stat("a", &st));
	CHECK_EQ(st.st_mode, S_IFDIR | 0755);
	MUST(umount("a"));
}

// Each file system has a device number of its own, however many there are.
static void numbers(void)
{
	enum { COUNT = 300 };
	static dev_t devices[COUNT];
	struct stat st;

	for (int i = 0; i < COUNT; i++) {
		TMPFS("a");
		MUST(stat("a", &st));
		devices[i] = st.st_dev;
		for (int j = 0; j < i; j++)
			if (devices[j] == st.st_dev)
				say("FAIL: the file systems %d and %d have the same number", j, i),
					_exit(1);
	}
	for (int i = 0; i < COUNT; i++)
		MUST(umount("a"));
}

static long open_here(const char *name, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CREAT | O_WRONLY, .mode = 0644, .resolve = RESOLVE_NO_XDEV};

	return syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof(how));
}

// RESOLVE_NO_XDEV does not even tell that something is on another mount.
static void no_crossing(void)
{
	put_file("plain", "");
	CHECK_ERRNO(open_here("plain", O_EXCL), EEXIST);
	BIND("plain", "plain");
	CHECK_ERRNO(open_here("plain", 0), EXDEV);
	CHECK_ERRNO(open_here("plain", O_EXCL), EXDEV);
	CHECK_ERRNO(open("plain", O_CREAT | O_EXCL, 0644), EEXIST);
	MUST(umount("plain"));
}

// What is bound is named from the root of its file system.
static void bound_names(void)
{
	TMPFS("a");
	MUST(mkdir("a/d", 0755));
	MUST(mkdir("a/d/e", 0755));
	BIND("a/d/e", "b");
	CHECK_TEXT(mount_field("/b", 3), "/d/e");
	CHECK_TEXT(mount_field("/a", 3), "/");
	MUST(rename("a/d/e", "a/f"));
	CHECK_TEXT(mount_field("/b", 3), "/f");
	MUST(rmdir("a/f"));
	CHECK_TEXT(mount_field("/b", 3), "/f//deleted");
	MUST(umount("b"));
	MUST(umount("a"));
}

// What has been unmounted but is still used is no place for a mount.
static void unmounted(void)
{
	int fd;

	TMPFS("a");
	MUST(mkdir("a/d", 0755));
	fd = (int)MUST(open(".", O_RDONLY));
	MUST(chdir("a"));
	MUST(umount2(".", MNT_DETACH));
	CHECK_ERRNO(mount("none", "d", "tmpfs", 0, NULL), ENOENT);
	CHECK_ERRNO(mount("d", "d", NULL, MS_BIND, NULL), ENOENT);
	CHECK_ERRNO(mount(NULL, ".", NULL, MS_SHARED, NULL), EINVAL);
	CHECK_ERRNO(mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY, NULL), EINVAL);
	CHECK_ERRNO(umount2(".", MNT_DETACH), EINVAL);
	CHECK_ERRNO(syscall(SYS_open_tree, AT_FDCWD, ".", 1), EINVAL);
	MUST(fchdir(fd));
	close(fd);
	CHECK_EXIT(CHILD(MUST(setuid(1000)); CHECK_ERRNO(umount2("none", 0), ENOENT);
			 CHECK_ERRNO(umount2("a", 0), EPERM)),
		   0);
}

static int config(int fd, unsigned command, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, 0);
}

// A word is refused when it is said; what is made can be changed by the same descriptor; what has failed is of no use.
static void in_steps(void)
{
	int fs = (int)MUST(syscall(SYS_fsopen, "tmpfs", 0)), tree;

	CHECK_ERRNO(config(fs, 1, "size", "some"), EINVAL);
	CHECK_ERRNO(config(fs, 0, "nosuchword", NULL), EINVAL);
	CHECK_ERRNO(config(99, 0, (char *)8, NULL), EBADF);
	CHECK_EQ(config(fs, 0, "sync", NULL), 0);
	CHECK_EQ(config(fs, 6, NULL, NULL), 0);
	tree = (int)MUST(syscall(SYS_fsmount, fs, 0, 0));
	CHECK_ERRNO(syscall(SYS_fsmount, fs, 0, 0), EBUSY);
	CHECK_EQ(syscall(SYS_move_mount, tree, "", AT_FDCWD, "a", 4), 0);
	CHECK_EQ(strncmp(mount_field("/a", 9), "rw,sync,", 8), 0);
	CHECK_EQ(config(fs, 0, "ro", NULL), 0);
	CHECK_EQ(config(fs, 7, NULL, NULL), 0);
	CHECK_ERRNO(mkdir("a/d", 0755), EROFS);
	// What it was told before it is no longer told.
	CHECK_EQ(strncmp(mount_field("/a", 9), "ro,sync,", 8) == 0, 0);
	CHECK_EQ(config(fs, 0, "dirsync", NULL), 0);
	CHECK_ERRNO(config(fs, 7, NULL, NULL), EINVAL);
	close(tree);
	// It keeps the file system, but not the mount.
	CHECK_EQ(umount("a"), 0);
	close(fs);
	TMPFS("a");
	fs = (int)MUST(syscall(SYS_fspick, AT_FDCWD, "a", 0));
	tree = (int)MUST(open("a/f", O_CREAT | O_WRONLY, 0644));
	CHECK_EQ(config(fs, 0, "ro", NULL), 0);
	CHECK_ERRNO(config(fs, 7, NULL, NULL), EBUSY);
	close(tree);
	CHECK_ERRNO(config(fs, 7, NULL, NULL), EBUSY);
	close(fs);
	MUST(umount("a"));
}

CONTRACT
{
	enter_stage("rules");
	MUST(mkdir("a", 0755));
	MUST(mkdir("b", 0755));
	expires();
	CHECK_EXIT(CHILD(own_root()), 0);
	MUST(umount2("a", MNT_DETACH));
	unlinked();
	words();
	numbers();
	no_crossing();
	bound_names();
	unmounted();
	in_steps();
}
