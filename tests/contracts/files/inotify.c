// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify: create, modify, move with cookies, delete, self, ignored, oneshot,
// errors.
#include "contract.h"
#include <sys/inotify.h>

static int fd;
static char buffer[4096];
static size_t have, at;

static struct inotify_event *next(void)
{
	struct inotify_event *event;

	if (at == have) {
		have = (size_t)MUST(read(fd, buffer, sizeof(buffer)));
		at = 0;
	}
	event = (struct inotify_event *)(buffer + at);
	at += sizeof(*event) + event->len;
	return event;
}

CONTRACT
{
	struct inotify_event *event;
	uint32_t cookie;
	int watch, file;

	fd = (int)MUST(inotify_init1(IN_NONBLOCK));
	MUST(mkdir("d", 0755));
	watch = (int)MUST(inotify_add_watch(fd, "d",
					    IN_CREATE | IN_MOVE | IN_DELETE | IN_DELETE_SELF |
						    IN_MODIFY | IN_CLOSE_WRITE));
	CHECK_EQ(watch, 1);
	CHECK_ERRNO(read(fd, buffer, sizeof(buffer)), EAGAIN);
	file = (int)MUST(open("d/f", O_CREAT | O_WRONLY, 0600));
	event = next();
	CHECK_EQ(event->mask, IN_CREATE);
	CHECK_EQ(event->wd, 1);
	CHECK_TEXT(event->name, "f");
	MUST(write(file, "x", 1));
	MUST(write(file, "x", 1));
	CHECK_EQ(next()->mask, IN_MODIFY);
	close(file);
	CHECK_EQ(next()->mask, IN_CLOSE_WRITE);
	MUST(rename("d/f", "d/g"));
	event = next();
	CHECK_EQ(event->mask, IN_MOVED_FROM);
	cookie = event->cookie;
	CHECK(cookie != 0);
	event = next();
	CHECK_EQ(event->mask, IN_MOVED_TO);
	CHECK_EQ(event->cookie, cookie);
	CHECK_TEXT(event->name, "g");
	MUST(mkdir("d/s", 0755));
	CHECK_EQ(next()->mask, IN_CREATE | IN_ISDIR);
	MUST(rmdir("d/s"));
	CHECK_EQ(next()->mask, IN_DELETE | IN_ISDIR);
	MUST(unlink("d/g"));
	CHECK_EQ(next()->mask, IN_DELETE);
	MUST(rmdir("d"));
	CHECK_EQ(next()->mask, IN_DELETE_SELF);
	CHECK_EQ(next()->mask, IN_IGNORED);
	CHECK_ERRNO(inotify_rm_watch(fd, watch), EINVAL);
	CHECK_ERRNO(inotify_add_watch(fd, "none", IN_MODIFY), ENOENT);
	CHECK_ERRNO(inotify_add_watch(fd, ".", 0), EINVAL);
	CHECK_ERRNO(inotify_init1(7), EINVAL);
}
