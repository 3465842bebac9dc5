// SPDX-License-Identifier: MIT
// Covers: FILE-19. inotify's queue: equal events are joined, sizes, short reads, readiness,
// overflow, limits.
#include "inotify_helpers.h"

static void *make_later(void *arg)
{
	usleep(20000);
	put_file(arg, "");
	return NULL;
}

static int size(void)
{
	int n = -1;

	MUST(ioctl(in, FIONREAD, &n));
	return n;
}

static void tune(const char *name, const char *value)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/fs/inotify/%s", name);
	fd = (int)MUST(open(path, O_WRONLY));
	MUST(write(fd, value, strlen(value)));
	close(fd);
}

CONTRACT
{
	char buffer[256] __attribute__((aligned(8))), name[16];
	struct pollfd item;
	pthread_t thread;
	int f, many[130], count;

	in = (int)MUST(inotify_init());
	MUST(mkdir("d", 0755));
	MUST(inotify_add_watch(in, "d", IN_ALL_EVENTS));
	item = (struct pollfd){.fd = in, .events = POLLIN | POLLOUT};
	CHECK_EQ(poll(&item, 1, 0), 0);
	pthread_create(&thread, NULL, make_later, "d/f");
	CHECK_EQ(poll(&item, 1, 10000), 1);
	CHECK_EQ(item.revents, POLLIN);
	pthread_join(thread, NULL);
	// A reader waits too.
	fcntl(in, F_SETFL, O_NONBLOCK);
	events();
	fcntl(in, F_SETFL, 0);
	pthread_create(&thread, NULL, make_later, "d/16-characters-..");
	CHECK_EQ(read(in, buffer, 16 + 32), 16 + 32); // the name has 17 with its NUL: 32
	pthread_join(thread, NULL);
	fcntl(in, F_SETFL, O_NONBLOCK);
	events();
	// Joined only with the last one, and only if nothing differs.
	f = (int)MUST(open("d/f", O_WRONLY));
	MUST(write(f, "x", 1));
	MUST(write(f, "y", 1));
	MUST(write(f, "z", 1));
	MUST(fchmod(f, 0600));
	MUST(write(f, "z", 1));
	CHECK_EQ(size(), 4 * 32);
	// A read takes whole events, as many as fit; one that does not fit stays.
	CHECK_ERRNO(read(in, buffer, 16), EINVAL);
	CHECK_EQ(read(in, buffer, 70), 64);
	CHECK_EQ(size(), 2 * 32);
	CHECK_TEXT(events(), "1:attrib(f) 1:modify(f)");
	CHECK_ERRNO(read(in, buffer, sizeof(buffer)), EAGAIN);
	close(f);
	events();
	// A queue that is full says so once. The limit is that of when it was made.
	tune("max_queued_events", "4");
	close(in);
	in = (int)MUST(inotify_init1(IN_NONBLOCK));
	MUST(inotify_add_watch(in, "d", IN_ALL_EVENTS));
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "d/%d", i);
		MUST(mkdir(name, 0700));
	}
	CHECK_TEXT(events(), "1:create/(0) 1:create/(1) 1:create/(2) 1:create/(3) -1:overflow");
	tune("max_queued_events", "16384");
	// Limits of a user.
	tune("max_user_watches", "3");
	CHECK_EQ(inotify_add_watch(in, "d/0", IN_OPEN), 2);
	CHECK_EQ(inotify_add_watch(in, "d/1", IN_OPEN), 3);
	CHECK_ERRNO(inotify_add_watch(in, "d/2", IN_OPEN), ENOSPC);
	CHECK_EQ(inotify_add_watch(in, "d/1", IN_CLOSE), 3);
	MUST(inotify_rm_watch(in, 3));
	CHECK_EQ(inotify_add_watch(in, "d/2", IN_OPEN) > 3, 1);
	tune("max_user_watches", "8192");
	tune("max_user_instances", "5");
	for (count = 0; count < 10; count++) {
		many[count] = inotify_init();
		if (many[count] < 0)
			break;
	}
	CHECK_EQ(errno, EMFILE);
	CHECK(count <= 4);
	tune("max_user_instances", "128");
	CHECK_EQ(many[0] = inotify_init(), many[0]);
	CHECK(many[0] >= 0);
}
