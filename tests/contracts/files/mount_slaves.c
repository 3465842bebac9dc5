// SPDX-License-Identifier: MIT
// Covers: FILE-20. Slaves: they receive and do not give; shared slaves, chains, what becomes of
// slaves without a master; recursion.
#include "mount_helpers.h"

// What has come from the master goes with what it came for, though the slave's own covers it whole; that
// stays, and where it is. But not while it is used, or something is mounted in it.
static void covered(void)
{
	int fd;

	for (int flags = 0; flags <= MNT_DETACH; flags += MNT_DETACH) {
		TMPFS("b/m");
		put_file("b/m/own", "");
		TMPFS("a/m");
		CHECK_EQ(mounts("/b/m"), 2);
		MUST(umount2("a/m", flags));
		CHECK_EQ(mounts("/a/m"), 0);
		CHECK_EQ(mounts("/b/m"), 1);
		CHECK_EQ(access("b/m/own", F_OK), 0);
		CHECK_ERRNO(rmdir("a/m"), EBUSY);
		MUST(umount("b/m"));
		CHECK_EQ(mounts("/m"), 0);
	}
	TMPFS("a/m");
	fd = (int)MUST(open("b/m", O_RDONLY));
	TMPFS("b/m");
	put_file("b/m/own", "");
	CHECK_ERRNO(umount("a/m"), EBUSY);
	MUST(close(fd));
	MUST(umount("a/m"));
	CHECK_EQ(mounts("/b/m"), 1);
	CHECK_EQ(access("b/m/own", F_OK), 0);
	MUST(umount("b/m"));
	TMPFS("a/m");
	MUST(mkdir("b/m/d", 0755));
	TMPFS("b/m/d");
	MUST(umount("a/m"));
	CHECK_EQ(mounts("/b/m"), 1);
	CHECK_EQ(mounts("/b/m/d"), 1);
	MUST(umount("b/m/d"));
	MUST(umount("b/m"));
}

CONTRACT
{
	int id;

	enter_stage("slaves");
	for (const char *name = "abcde"; *name; name++)
		MUST(mkdir((char[]){*name, 0}, 0755));
	TMPFS("a");
	MUST(mkdir("a/m", 0755));
	// A private mount has nobody to be a slave of.
	TYPE("a", MS_SLAVE);
	CHECK_TEXT(mount_field("/a", 6), "-");
	TYPE("a", MS_SHARED);
	id = group("/a", "shared");
	// Nor has a group's only member.
	TYPE("a", MS_SLAVE);
	CHECK_TEXT(mount_field("/a", 6), "-");
	TYPE("a", MS_SHARED);
	id = group("/a", "shared");
	BIND("a", "b");
	TYPE("b", MS_SLAVE);
	CHECK_EQ(group("/b", "master"), id);
	CHECK_EQ(group("/b", "shared"), 0);
	TMPFS("a/m");
	CHECK_EQ(mounts("/b/m"), 1);
	CHECK_EQ(group("/b/m", "master"), group("/a/m", "shared"));
	CHECK_EQ(group("/b/m", "shared"), 0);
	MUST(umount("a/m"));
	CHECK_EQ(mounts("/b/m"), 0);
	TMPFS("b/m");
	CHECK_EQ(mounts("/a/m"), 0);
	// What comes from the master goes beneath what the slave has there.
	put_file("b/m/own", "");
	TMPFS("a/m");
	CHECK_EQ(access("b/m/own", F_OK), 0);
	CHECK_EQ(mounts("/b/m"), 2);
	MUST(umount("b/m"));
	CHECK_EQ(access("b/m/own", F_OK), -1);
	MUST(umount("a/m"));
	CHECK_EQ(mounts("/m"), 0);
	covered();
	// A copy of a slave is a slave of the same master.
	BIND("b", "c");
	CHECK_EQ(group("/c", "master"), id);
	// A slave that is shared: a group of its own, fed by the master's; and its slave in turn.
	TYPE("b", MS_SHARED);
	CHECK(group("/b", "shared") > 0);
	CHECK(group("/b", "shared") != id);
	CHECK_EQ(group("/b", "master"), id);
	BIND("b", "d");
	BIND("b", "e");
	TYPE("e", MS_SLAVE);
	CHECK_EQ(group("/d", "shared"), group("/b", "shared"));
	CHECK_EQ(group("/d", "master"), id);
	CHECK_EQ(group("/e", "master"), group("/b", "shared"));
	TMPFS("a/m");
	put_file("a/m/f", "all");
	CHECK_TEXT(get_file("b/m/f"), "all");
	CHECK_TEXT(get_file("c/m/f"), "all");
	CHECK_TEXT(get_file("d/m/f"), "all");
	CHECK_TEXT(get_file("e/m/f"), "all");
	CHECK_EQ(group("/b/m", "shared"), group("/d/m", "shared"));
	CHECK_EQ(group("/b/m", "master"), group("/a/m", "shared"));
	CHECK_EQ(group("/e/m", "master"), group("/b/m", "shared"));
	MUST(umount("a/m"));
	CHECK_EQ(mounts("/m"), 0);
	TMPFS("d/m");
	CHECK_EQ(mounts("/a/m"), 0);
	CHECK_EQ(mounts("/b/m"), 1);
	CHECK_EQ(mounts("/c/m"), 0);
	CHECK_EQ(mounts("/e/m"), 1);
	MUST(umount("b/m"));
	CHECK_EQ(mounts("/m"), 0);
	// The middle goes: its slave is the master's slave.
	MUST(umount("b"));
	MUST(umount("d"));
	CHECK_EQ(group("/e", "master"), id);
	// The master goes: they are private.
	MUST(umount("a"));
	CHECK_TEXT(mount_field("/e", 6), "-");
	CHECK_TEXT(mount_field("/c", 6), "-");
	// Recursively.
	TMPFS("c/m");
	TYPE("c", MS_SHARED | MS_REC);
	CHECK(group("/c", "shared") > 0);
	CHECK(group("/c/m", "shared") > 0);
	CHECK(group("/c/m", "shared") != group("/c", "shared"));
	TYPE("c", MS_PRIVATE | MS_REC);
	CHECK_TEXT(mount_field("/c/m", 6), "-");
	MUST(umount2("c", MNT_DETACH));
	MUST(umount2("e", MNT_DETACH));
}
