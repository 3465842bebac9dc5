// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify: renames, their cookies, what they replace; directories and what
// happens in them.
#include "inotify_helpers.h"
#include <dirent.h>

static uint32_t cookies[2];

static void read_cookies(void)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct inotify_event *event = (struct inotify_event *)(void *)buffer;
	ssize_t n = MUST(read(in, buffer, sizeof(buffer)));

	CHECK_EQ(event->mask, IN_MOVED_FROM);
	CHECK_EQ(event->len, 16);
	CHECK_TEXT(event->name, "f");
	cookies[0] = event->cookie;
	event = (struct inotify_event *)(void *)(buffer + sizeof(*event) + event->len);
	CHECK((char *)event < buffer + n);
	CHECK_EQ(event->mask, IN_MOVED_TO);
	CHECK_TEXT(event->name, "g");
	cookies[1] = event->cookie;
}

CONTRACT
{
	uint32_t before;
	DIR *dir;
	int f;

	in = (int)MUST(inotify_init1(IN_NONBLOCK));
	MUST(mkdir("d", 0755));
	MUST(mkdir("e", 0755));
	put_file("d/f", "");
	put_file("d/x", "");
	CHECK_EQ(inotify_add_watch(in, "d", IN_ALL_EVENTS), 1);
	CHECK_EQ(inotify_add_watch(in, "e", IN_ALL_EVENTS), 2);
	MUST(rename("d/f", "d/g"));
	read_cookies();
	CHECK(cookies[0] != 0);
	CHECK_EQ(cookies[0], cookies[1]);
	before = cookies[0];
	MUST(rename("d/g", "d/f"));
	events();
	MUST(rename("d/f", "e/g"));
	read_cookies();
	CHECK_EQ(cookies[0], cookies[1]);
	CHECK(cookies[0] != before);
	CHECK_EQ(inotify_add_watch(in, "e/g", IN_ALL_EVENTS), 3);
	MUST(rename("e/g", "d/f"));
	CHECK_TEXT(events(), "2:moved-from(g) 1:moved-to(f) 3:move-self");
	// What is replaced loses a link, and goes when it is closed.
	f = (int)MUST(open("d/f", O_RDONLY));
	events();
	MUST(rename("d/x", "d/f"));
	CHECK_TEXT(events(), "1:moved-from(x) 1:moved-to(f) 3:attrib");
	close(f);
	CHECK_TEXT(events(), "1:close(f) 3:close 3:delete-self 3:ignored");
	// To itself, or in vain: nothing.
	MUST(rename("d/f", "d/f"));
	CHECK_ERRNO(rename("d/none", "d/y"), ENOENT);
	CHECK_TEXT(events(), "");
	// An exchange is two ways.
	put_file("e/h", "");
	events();
	MUST(syscall(SYS_renameat2, AT_FDCWD, "d/f", AT_FDCWD, "e/h", 2));
	CHECK_TEXT(events(), "1:moved-from(f) 2:moved-to(h) 2:moved-from(h) 1:moved-to(f)");
	// Directories.
	MUST(mkdir("d/s", 0755));
	CHECK_TEXT(events(), "1:create/(s)");
	CHECK_EQ(inotify_add_watch(in, "d/s", IN_ALL_EVENTS), 4);
	dir = opendir("d/s");
	CHECK_TEXT(events(), "1:open/(s) 4:open/");
	readdir(dir);
	CHECK_TEXT(events(), "1:access/(s) 4:access/");
	closedir(dir);
	CHECK_TEXT(events(), "1:close/(s) 4:close/");
	MUST(chmod("d/s", 0700));
	CHECK_TEXT(events(), "1:attrib/(s) 4:attrib/");
	MUST(rename("d/s", "e/s"));
	CHECK_TEXT(events(), "1:moved-from/(s) 2:moved-to/(s) 4:move-self");
	MUST(rmdir("e/s"));
	CHECK_TEXT(events(), "4:delete-self 4:ignored 2:delete/(s)");
	MUST(unlink("d/f"));
	events();
	MUST(rmdir("d"));
	CHECK_TEXT(events(), "1:delete-self 1:ignored");
}
