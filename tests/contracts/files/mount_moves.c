// SPDX-License-Identifier: MIT
// Covers: FILE-20 FILE-22. Moving mounts, with what is mounted on them; what may not be moved;
// pivot_root, which all threads see.
#include "mount_helpers.h"
#include <pthread.h>
#include <sched.h>

// A thread with a root of its own, the same as that of the others.
static void *apart(void *pipes)
{
	int *ready = pipes, *go = ready + 2;
	char byte;

	MUST(unshare(CLONE_FS));
	MUST(write(ready[1], "x", 1));
	MUST(read(go[0], &byte, 1));
	CHECK_EQ(access("/after", F_OK), 0);
	CHECK_EQ(access("after", F_OK), 0);
	return NULL;
}

static void pivots(void)
{
	pthread_t thread;
	int pipes[4];
	char byte;

	MUST(pipe(pipes));
	MUST(pipe(pipes + 2));
	TMPFS("a");
	MUST(mkdir("a/new", 0755));
	put_file("a/before", "");
	MUST(chroot("a"));
	MUST(chdir("/"));
	CHECK_ERRNO(syscall(SYS_pivot_root, "/new", "/new"), EBUSY);
	TMPFS("/new");
	MUST(mkdir("/new/old", 0755));
	put_file("/new/after", "");
	CHECK_ERRNO(syscall(SYS_pivot_root, "/new", "/"), EBUSY);
	CHECK_ERRNO(syscall(SYS_pivot_root, "/new", "/before"), ENOTDIR);
	CHECK_ERRNO(syscall(SYS_pivot_root, "/new/old", "/new/old"), EINVAL);
	CHECK_EQ(pthread_create(&thread, NULL, apart, pipes), 0);
	MUST(read(pipes[0], &byte, 1));
	CHECK_EQ(syscall(SYS_pivot_root, "/new", "/new/old"), 0);
	MUST(write(pipes[3], "x", 1));
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(access("/after", F_OK), 0);
	CHECK_EQ(access("/old/before", F_OK), 0);
	// The working directory was the root: it is the new one.
	CHECK_EQ(access("after", F_OK), 0);
	CHECK_EQ(umount2("/old", MNT_DETACH), 0);
	CHECK_EQ(access("/old/before", F_OK), -1);
	// The idiom without a place for the old one: it comes to lie on top, and is unmounted.
	MUST(mkdir("/third", 0755));
	TMPFS("/third");
	put_file("/third/here", "");
	MUST(chdir("/third"));
	CHECK_EQ(syscall(SYS_pivot_root, ".", "."), 0);
	CHECK_EQ(umount2(".", MNT_DETACH), 0);
	CHECK_EQ(access("/here", F_OK), 0);
	CHECK_EXIT(CHILD(MUST(setuid(1000)); CHECK_ERRNO(syscall(SYS_pivot_root, ".", "."), EPERM)),
		   0);
}

CONTRACT
{
	enter_stage("moves");
	MUST(mkdir("a", 0755));
	MUST(mkdir("b", 0755));
	put_file("plain", "");
	TMPFS("a");
	MUST(mkdir("a/m", 0755));
	TMPFS("a/m");
	put_file("a/m/f", "moved");
	CHECK_EQ(mount("a", "b", NULL, MS_MOVE, NULL), 0);
	CHECK_TEXT(get_file("b/m/f"), "moved");
	CHECK_EQ(mounts("/a"), 0);
	CHECK_EQ(mounts("/a/m"), 0);
	CHECK_EQ(mounts("/b/m"), 1);
	// What it was on may go, what it is on may not.
	CHECK_EQ(rmdir("a"), 0);
	MUST(mkdir("a", 0755));
	CHECK_ERRNO(rmdir("b"), EBUSY);
	CHECK_ERRNO(mount("b", "b/m", NULL, MS_MOVE, NULL), ELOOP);
	CHECK_ERRNO(mount("a", "b", NULL, MS_MOVE, NULL), EINVAL);
	CHECK_ERRNO(mount("b", "plain", NULL, MS_MOVE, NULL), EINVAL);
	// Out of a shared mount nothing is moved; into one it is, and is there for all.
	TYPE("b", MS_SHARED);
	CHECK_ERRNO(mount("b/m", "a", NULL, MS_MOVE, NULL), EINVAL);
	MUST(mkdir("c", 0755));
	MUST(mkdir("d", 0755));
	BIND("b", "c");
	TMPFS("d");
	put_file("d/g", "into");
	MUST(mkdir("b/n", 0755));
	CHECK_EQ(mount("d", "b/n", NULL, MS_MOVE, NULL), 0);
	CHECK_TEXT(get_file("c/n/g"), "into");
	MUST(umount("c/n"));
	CHECK_EQ(mounts("/b/n"), 0);
	MUST(umount2("b", MNT_DETACH));
	CHECK_EQ(mounts("/b/m"), 0);
	CHECK_EXIT(CHILD(pivots()), 0);
	CHECK_ERRNO(rmdir("a"), EBUSY);
	MUST(umount2("c", MNT_DETACH));
	MUST(umount2("a", MNT_DETACH));
}
