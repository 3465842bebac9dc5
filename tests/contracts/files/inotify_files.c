// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify: what each operation on a file tells watchers of the file and of its
// directory.
#include "inotify_helpers.h"

CONTRACT
{
	struct timespec only_access[2] = {{1, 0}, {0, UTIME_OMIT}};
	struct timespec only_modify[2] = {{0, UTIME_OMIT}, {1, 0}};
	char data[8];
	int f;

	in = (int)MUST(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	MUST(mkdir("d", 0755));
	CHECK_EQ(inotify_add_watch(in, "d", IN_ALL_EVENTS), 1);
	f = (int)MUST(open("d/f", O_CREAT | O_RDWR, 0644));
	CHECK_TEXT(events(), "1:create(f) 1:open(f)");
	CHECK_EQ(inotify_add_watch(in, "d/f", IN_ALL_EVENTS), 2);
	MUST(write(f, "abc", 3));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	MUST(pread(f, data, 3, 0));
	CHECK_TEXT(events(), "1:access(f) 2:access");
	// Nothing read, nothing written: nothing told.
	MUST(pread(f, data, 3, 100));
	MUST(write(f, "", 0));
	CHECK_TEXT(events(), "");
	MUST(ftruncate(f, 1));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	MUST(truncate("d/f", 0));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	MUST(fallocate(f, 0, 0, PAGE));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	char *map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
	CHECK_EQ(madvise(map, PAGE, MADV_REMOVE), 0);
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	MUST(munmap(map, PAGE));
	MUST(fchmod(f, 0600));
	CHECK_TEXT(events(), "1:attrib(f) 2:attrib");
	MUST(chown("d/f", 1, 1));
	CHECK_TEXT(events(), "1:attrib(f) 2:attrib");
	MUST(futimens(f, NULL));
	CHECK_TEXT(events(), "1:attrib(f) 2:attrib");
	MUST(futimens(f, only_access));
	CHECK_TEXT(events(), "1:access(f) 2:access");
	MUST(futimens(f, only_modify));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	MUST(link("d/f", "other"));
	CHECK_TEXT(events(), "2:attrib");
	MUST(unlink("other"));
	CHECK_TEXT(events(), "2:attrib");
	// Two descriptors of one open file: it is closed once.
	close((int)MUST(dup(f)));
	CHECK_TEXT(events(), "");
	close(f);
	CHECK_TEXT(events(), "1:close-write(f) 2:close-write");
	close((int)MUST(open("d/f", O_RDONLY)));
	CHECK_TEXT(events(), "1:open(f) 2:open 1:close(f) 2:close");
	close((int)MUST(open("d/f", O_WRONLY | O_TRUNC)));
	CHECK_TEXT(events(),
		   "1:open(f) 2:open 1:modify(f) 2:modify 1:close-write(f) 2:close-write");
	close((int)MUST(open("d/f", O_PATH)));
	CHECK_TEXT(events(), "");
	// Removed while it is open: it goes when it is closed, and its watch with it.
	f = (int)MUST(open("d/f", O_WRONLY));
	events();
	MUST(unlink("d/f"));
	CHECK_TEXT(events(), "2:attrib 1:delete(f)");
	MUST(write(f, "x", 1));
	CHECK_TEXT(events(), "1:modify(f) 2:modify");
	close(f);
	CHECK_TEXT(events(), "1:close-write(f) 2:close-write 2:delete-self 2:ignored");
	// Removed while nobody has it open: its own end is told first. Numbers are not used again.
	put_file("d/g", "");
	events();
	CHECK_EQ(inotify_add_watch(in, "d/g", IN_ALL_EVENTS), 3);
	MUST(unlink("d/g"));
	CHECK_TEXT(events(), "3:attrib 3:delete-self 3:ignored 1:delete(g)");
	CHECK_ERRNO(inotify_rm_watch(in, 3), EINVAL);
	// Other kinds of entries.
	MUST(symlink("nowhere", "d/l"));
	MUST(lchown("d/l", 1, 1));
	MUST(unlink("d/l"));
	CHECK_TEXT(events(), "1:create(l) 1:attrib(l) 1:delete(l)");
	MUST(mkfifo("d/p", 0600));
	MUST(unlink("d/p"));
	CHECK_TEXT(events(), "1:create(p) 1:delete(p)");
}
