// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify: masks and their flags: replace, add, create, one shot, only
// directories, unlinked entries; errors.
#include "inotify_helpers.h"

CONTRACT
{
	int f, w;

	in = (int)MUST(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	CHECK_EQ(fcntl(in, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(in, F_GETFL), O_RDONLY | O_NONBLOCK);
	MUST(mkdir("e", 0755));
	put_file("plain", "");
	MUST(symlink("e", "link"));
	CHECK_EQ(inotify_add_watch(in, "e", IN_CREATE | IN_ONESHOT), 1);
	put_file("e/1", "");
	put_file("e/2", "");
	CHECK_TEXT(events(), "1:create(1) 1:ignored");
	w = (int)MUST(inotify_add_watch(in, "e", IN_ALL_EVENTS | IN_EXCL_UNLINK));
	CHECK_EQ(w, 2);
	f = (int)MUST(open("e/1", O_RDWR));
	MUST(unlink("e/1"));
	CHECK_TEXT(events(), "2:open(1) 2:delete(1)");
	MUST(write(f, "x", 1));
	close(f);
	f = (int)MUST(open("e", O_TMPFILE | O_RDWR, 0644));
	MUST(write(f, "x", 1));
	close(f);
	CHECK_TEXT(events(), "");
	CHECK_ERRNO(inotify_add_watch(in, "e", IN_MASK_CREATE | IN_CREATE), EEXIST);
	CHECK_EQ(inotify_add_watch(in, "e", IN_OPEN), 2);
	MUST(unlink("e/2"));
	CHECK_TEXT(events(), "");
	CHECK_EQ(inotify_add_watch(in, "link", IN_CREATE | IN_MASK_ADD), 2);
	close((int)MUST(open("e/3", O_CREAT | O_WRONLY, 0600)));
	CHECK_TEXT(events(), "2:create(3) 2:open(3)");
	CHECK_EQ(inotify_add_watch(in, "link", IN_ATTRIB | IN_DONT_FOLLOW), 3);
	CHECK_ERRNO(inotify_add_watch(in, "plain", IN_ONLYDIR | IN_OPEN), ENOTDIR);
	CHECK_EQ(inotify_add_watch(in, "plain", IN_OPEN | IN_MASK_CREATE), 4);
	CHECK_ERRNO(inotify_add_watch(in, "e", IN_MASK_ADD | IN_MASK_CREATE | IN_OPEN), EINVAL);
	CHECK_ERRNO(inotify_add_watch(in, "e", 0), EINVAL);
	// No unknown bit beside a known one.
	CHECK_ERRNO(inotify_add_watch(in, "e", IN_OPEN | 0x1000), EINVAL);
	CHECK_ERRNO(inotify_add_watch(in, "e", IN_OPEN | 0x10000), EINVAL);
	CHECK_ERRNO(inotify_add_watch(in, "e", IN_OPEN | 0x8000000), EINVAL);
	CHECK_ERRNO(inotify_add_watch(in, "none", IN_OPEN), ENOENT);
	CHECK_ERRNO(inotify_add_watch(0, "e", IN_OPEN), EINVAL);
	CHECK_ERRNO(inotify_add_watch(99, "e", IN_OPEN), EBADF);
	CHECK_ERRNO(inotify_add_watch(in, (char *)8, IN_OPEN), EFAULT);
	CHECK_ERRNO(inotify_rm_watch(in, 77), EINVAL);
	CHECK_ERRNO(inotify_rm_watch(in, -1), EINVAL);
	CHECK_ERRNO(inotify_rm_watch(0, 1), EINVAL);
	CHECK_EQ(inotify_rm_watch(in, 2), 0);
	CHECK_TEXT(events(), "2:ignored");
	CHECK_ERRNO(inotify_rm_watch(in, 2), EINVAL);
	CHECK_ERRNO(write(in, "x", 1), EBADF);
	CHECK_ERRNO(syscall(SYS_inotify_init1, 7), EINVAL);
	// One must be able to read what one watches.
	MUST(chmod("..", 0755));
	MUST(chmod(".", 0755));
	MUST(chmod("plain", 0600));
	CHECK_EXIT(CHILD(MUST(setuid(1000));
			 CHECK_ERRNO(inotify_add_watch(in, "plain", IN_OPEN), EACCES);
			 CHECK_EQ(inotify_add_watch(in, "e", IN_OPEN), 5)),
		   0);
}
