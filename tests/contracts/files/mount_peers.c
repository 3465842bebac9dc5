// SPDX-License-Identifier: MIT
// Covers: FILE-20. Shared mounts: what is mounted on or unmounted from one peer is on all; what
// can be shared, private, slave, unbindable.
#include "mount_helpers.h"

CONTRACT
{
	int id;

	enter_stage("peers");
	MUST(mkdir("a", 0755));
	MUST(mkdir("b", 0755));
	MUST(mkdir("c", 0755));
	TMPFS("a");
	MUST(mkdir("a/m", 0755));
	MUST(mkdir("a/n", 0755));
	CHECK_EQ(group("/a", "shared"), 0);
	TYPE("a", MS_SHARED);
	id = group("/a", "shared");
	CHECK(id > 0);
	// Again is not another group.
	TYPE("a", MS_SHARED);
	CHECK_EQ(group("/a", "shared"), id);
	BIND("a", "b");
	CHECK_EQ(group("/b", "shared"), id);
	TMPFS("a/m");
	put_file("a/m/f", "seen");
	CHECK_TEXT(get_file("b/m/f"), "seen");
	CHECK(group("/a/m", "shared") > 0);
	CHECK_EQ(group("/a/m", "shared"), group("/b/m", "shared"));
	CHECK(group("/a/m", "shared") != id);
	// From the other side; and a mount on a propagated mount.
	MUST(mkdir("b/m/deep", 0755));
	TMPFS("b/m/deep");
	put_file("b/m/deep/g", "deep");
	CHECK_TEXT(get_file("a/m/deep/g"), "deep");
	CHECK_EQ(umount("a/m/deep"), 0);
	CHECK_EQ(access("b/m/deep/g", F_OK), -1);
	// In use on the other side: it stays on both.
	int fd = (int)MUST(open("b/m/f", O_RDONLY));
	CHECK_ERRNO(umount("a/m"), EBUSY);
	close(fd);
	CHECK_EQ(umount("b/m"), 0);
	CHECK_EQ(access("a/m/f", F_OK), -1);
	CHECK_EQ(mounts("/a/m"), 0);
	// A bind of a part sees only what happens in that part.
	BIND("a/n", "c");
	CHECK_EQ(group("/c", "shared"), id);
	TMPFS("a/m");
	CHECK_EQ(mounts("/m"), 2);
	MUST(mkdir("c/x", 0755));
	TMPFS("c/x");
	CHECK_EQ(mounts("/n/x"), 2);
	MUST(umount("b/n/x"));
	CHECK_EQ(mounts("/c/x"), 0);
	MUST(umount("a/m"));
	// Private: out of the group; the others stay together.
	TYPE("b", MS_PRIVATE);
	CHECK_EQ(group("/b", "shared"), 0);
	TMPFS("a/m");
	CHECK_EQ(mounts("/b/m"), 0);
	MUST(umount("a/m"));
	TMPFS("b/m");
	CHECK_EQ(mounts("/a/m"), 0);
	MUST(umount("b/m"));
	// Unbindable, alone and in a recursive bind.
	TYPE("b", MS_UNBINDABLE);
	CHECK_TEXT(mount_field("/b", 6), "unbindable");
	MUST(mkdir("d", 0755));
	CHECK_ERRNO(mount("b", "d", NULL, MS_BIND, NULL), EINVAL);
	TMPFS("b/m");
	CHECK_ERRNO(mount("b", "d", NULL, MS_BIND | MS_REC, NULL), EINVAL);
	MUST(mount(".", "d", NULL, MS_BIND | MS_REC, NULL));
	CHECK_EQ(mounts("/d/a"), 1);
	CHECK_EQ(mounts("/d/b"), 0);
	CHECK_EQ(mounts("/d/b/m"), 0);
	CHECK_EQ(umount2("d", MNT_DETACH), 0);
	CHECK_EQ(mounts("/d/a"), 0);
	// What is no type.
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_SHARED | MS_PRIVATE, NULL), EINVAL);
	CHECK_ERRNO(mount(NULL, "a", NULL, MS_SHARED | MS_RDONLY, NULL), EINVAL);
	CHECK_ERRNO(mount(NULL, "a/m", NULL, MS_SHARED, NULL), EINVAL);
	CHECK_ERRNO(mount(NULL, "none", NULL, MS_SHARED, NULL), ENOENT);
	for (const char *name = "cba"; *name; name++)
		MUST(umount2((char[]){*name, 0}, MNT_DETACH));
}
