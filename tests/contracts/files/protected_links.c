// SPDX-License-Identifier: MIT
// Covers: FILE-02 FILE-07. /proc/sys/fs/protected_*: symlinks in shared folders, links to others' files.
#include "contract.h"

#include <grp.h>

static void as_user(uid_t uid)
{
	MUST(setgroups(0, NULL));
	MUST(setresgid(uid, uid, uid));
	MUST(setresuid(uid, uid, uid));
}

static void set(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
	int fd = (int)MUST(open(path, O_WRONLY));

	MUST(write(fd, value, strlen(value)));
	MUST(close(fd));
}

static void symlinks_kept(void)
{
	// The last component, made by another in a folder that all may write and none may clear.
	CHECK_ERRNO(open("shared/link", O_RDONLY), EACCES);
	CHECK_ERRNO(access("shared/link", F_OK), EACCES);
	CHECK_ERRNO(open("shared/link", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERRNO(open("shared/link", O_RDONLY | O_NOFOLLOW | O_CREAT, 0600), EACCES);
	CHECK_ERRNO(open("shared/of_root", O_RDONLY | O_NOFOLLOW | O_CREAT, 0600), ELOOP);
	CHECK_ERRNO(open("plain/link", O_RDONLY | O_NOFOLLOW | O_CREAT, 0600), ELOOP);
	CHECK_EQ(faccessat(AT_FDCWD, "shared/link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
	CHECK_EQ(access("shared/of_root", F_OK), 0);	  // the folder's owner made it
	CHECK_EQ(access("shared/folder/plain", F_OK), 0); // not the last one
	CHECK_EQ(access("plain/link", F_OK), 0);	  // not sticky
	MUST(symlink("../file", "shared/mine"));
	CHECK_EQ(access("shared/mine", F_OK), 0);
	CHECK_ERRNO(access("/proc/self/cwd/shared/link", F_OK), EACCES);
}

static void hard_links_kept(void)
{
	CHECK_ERRNO(link("file", "new"), EPERM); // not writable
	CHECK_EQ(link("open", "new"), 0);
	CHECK_ERRNO(link("set_id", "newer"), EPERM);
	CHECK_ERRNO(link("fifo", "newer"), EPERM);
	CHECK_ERRNO(link("plain/link", "newer"), EPERM);
	CHECK_ERRNO(link("file", "open"), EEXIST);
	MUST(mkfifo("own", 0600));
	CHECK_EQ(link("own", "newer"), 0);
}

static void switched_off(void)
{
	CHECK_EQ(access("shared/link", F_OK), 0);
	CHECK_EQ(link("file", "newest"), 0);
}

static void in_child(void (*body)(void))
{
	pid_t child = (pid_t)MUST(fork());
	int status;

	if (child == 0) {
		as_user(1000);
		body();
		_exit(0);
	}
	MUST(waitpid(child, &status, 0));
	CHECK_EQ(status, 0);
}

static void prepare(void)
{
	MUST(chmod(".", 0777));
	put_file("file", "text");
	put_file("open", "text");
	MUST(chmod("open", 0666));
	put_file("set_id", "text");
	MUST(chmod("set_id", 04777));
	MUST(mkfifo("fifo", 0666));
	MUST(chmod("fifo", 0666));
	MUST(mkdir("shared", 0755));
	MUST(chmod("shared", 01777));
	MUST(mkdir("plain", 0755));
	MUST(chmod("plain", 0777));
	put_file("plain/plain", "text");
	MUST(symlink("../file", "shared/link"));
	MUST(lchown("shared/link", 1001, 1001));
	MUST(symlink("../plain", "shared/folder"));
	MUST(lchown("shared/folder", 1001, 1001));
	MUST(symlink("../file", "shared/of_root"));
	MUST(symlink("../file", "plain/link"));
	MUST(lchown("plain/link", 1001, 1001));
}

CONTRACT
{
	prepare();
	set("protected_symlinks", "1");
	set("protected_hardlinks", "1");
	in_child(symlinks_kept);
	in_child(hard_links_kept);
	CHECK_ERRNO(open("shared/link", O_RDONLY), EACCES); // not even root
	CHECK_EQ(link("file", "by_root"), 0);
	set("protected_symlinks", "0");
	set("protected_hardlinks", "0");
	in_child(switched_off);
	set("protected_symlinks", "1");
	set("protected_hardlinks", "1");
}
