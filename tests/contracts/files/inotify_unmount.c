// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify: unmounting a file system ends its watches, and is not held up by
// them; several instances hear of one event.
#include "inotify_helpers.h"
#include <sys/mount.h>

CONTRACT
{
	int first, second;

	MUST(mkdir("m", 0755));
	MUST(mount("none", "m", "tmpfs", 0, ""));
	MUST(mkdir("m/a", 0755));
	put_file("m/f", "");
	first = (int)MUST(inotify_init1(IN_NONBLOCK));
	second = (int)MUST(inotify_init1(IN_NONBLOCK));
	MUST(inotify_add_watch(first, "m/a", IN_CREATE));
	MUST(inotify_add_watch(first, "m/f", IN_MODIFY));
	MUST(inotify_add_watch(second, "m/a", IN_CREATE | IN_DELETE));
	put_file("m/a/x", "");
	MUST(unlink("m/a/x"));
	in = first;
	CHECK_TEXT(events(), "1:create(x)");
	in = second;
	CHECK_TEXT(events(), "1:create(x) 1:delete(x)");
	CHECK_EQ(umount("m"), 0);
	in = first;
	// In whatever order the inodes go.
	const char *text = events();
	CHECK(strstr(text, "1:unmount/ 1:ignored") && strstr(text, "2:unmount 2:ignored"));
	CHECK_EQ(strlen(text), strlen("1:unmount/ 1:ignored 2:unmount 2:ignored"));
	in = second;
	CHECK_TEXT(events(), "1:unmount/ 1:ignored");
	CHECK_ERRNO(inotify_rm_watch(first, 1), EINVAL);
	// Closing an instance ends its watches without a word.
	MUST(inotify_add_watch(first, "m", IN_CREATE));
	close(first);
	put_file("m/y", "");
	CHECK_TEXT(events(), "");
	char link[64] = {0}, path[32];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", second);
	MUST(readlink(path, link, sizeof(link) - 1));
	CHECK_TEXT(link, "anon_inode:inotify");
}
