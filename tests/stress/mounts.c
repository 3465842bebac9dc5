// SPDX-License-Identifier: MIT
// Mounts that come and go with their copies, while others watch and use the same names: mounts [ROUNDS].

#include "contract.h"

#include <sys/inotify.h>
#include <sys/mount.h>

// Peers, slaves and shared slaves in turn, with a mount on them, taken away in every order.
static void propagate(int id)
{
	char a[32], b[32], inside[48];

	snprintf(a, sizeof(a), "a%d", id);
	snprintf(b, sizeof(b), "b%d", id);
	MUST(mkdir(a, 0755));
	MUST(mkdir(b, 0755));
	for (int i = 0; i < 60; i++) {
		MUST(mount("none", a, "tmpfs", 0, NULL));
		MUST(mount(NULL, a, NULL, MS_SHARED, NULL));
		MUST(mount(a, b, NULL, MS_BIND, NULL));
		if (i % 2)
			MUST(mount(NULL, b, NULL, MS_SLAVE, NULL));
		if (i % 3 == 0)
			MUST(mount(NULL, b, NULL, MS_SHARED, NULL));
		snprintf(inside, sizeof(inside), "%s/m", a);
		MUST(mkdir(inside, 0755));
		MUST(mount("none", inside, "tmpfs", 0, NULL));
		if (i % 2)
			umount(inside); // or somebody looks at it: then the end below takes it
		snprintf(inside, sizeof(inside), "%s/m", b);
		if (i % 5)
			umount(inside);
		MUST(umount2(i % 2 ? a : b, MNT_DETACH));
		MUST(umount2(i % 2 ? b : a, MNT_DETACH));
	}
	MUST(rmdir(a));
	MUST(rmdir(b));
}

// Watches on what others mount and unmount, and on files of one's own that come and go.
static void watch(int id)
{
	char directory[32], file[48], data[4096];

	snprintf(directory, sizeof(directory), "w%d", id);
	snprintf(file, sizeof(file), "%s/f", directory);
	for (int i = 0; i < 200; i++) {
		int in = (int)MUST(inotify_init1(IN_NONBLOCK)), fd;

		MUST(mkdir(directory, 0755));
		MUST(inotify_add_watch(in, directory, IN_ALL_EVENTS));
		inotify_add_watch(in, "a0/m", IN_ALL_EVENTS); // if it is there
		MUST(inotify_add_watch(in, ".", IN_ALL_EVENTS));
		fd = (int)MUST(open(file, O_CREAT | O_RDWR, 0600));
		MUST(inotify_add_watch(in, file, IN_ALL_EVENTS));
		MUST(write(fd, "x", 1));
		if (i % 2)
			MUST(unlink(file));
		close(fd);
		read(in, data, 100 + (size_t)i * 20); // whatever fits
		if (i % 2 == 0)
			MUST(unlink(file));
		MUST(rmdir(directory));
		close(in);
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 4;
	pid_t children[4];

	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < 4; i++)
			children[i] = i % 2 ? CHILD(watch(i)) : CHILD(propagate(i));
		for (int i = 0; i < 4; i++)
			CHECK_EXIT(children[i], 0);
	}
	say("ok");
	return 0;
}
