// SPDX-License-Identifier: MIT
// Covers: FILE-06 FILE-07. Two threads at once: a folder is replaced while a file is made in it, removed while something is
// mounted on it, a file's two names go. One of the two comes first: nothing is lost, or counted wrongly.
#include "contract.h"

#include <pthread.h>
#include <sys/mount.h>

#define ROUNDS 1500

static pthread_barrier_t begin, end;
static int (*other)(void);
static int others;

static void *runs(void *argument)
{
	(void)argument;
	for (;;) {
		pthread_barrier_wait(&begin);
		if (!other)
			return NULL;
		others = other();
		pthread_barrier_wait(&end);
	}
}

// Both at the same time: the results, 0 or -1.
static int both(int (*mine)(void), int (*theirs)(void))
{
	int result;

	other = theirs;
	pthread_barrier_wait(&begin);
	result = mine();
	pthread_barrier_wait(&end);
	return result;
}

static int replace_folder(void)
{
	return rename("source", "target");
}

static int make_file(void)
{
	int fd = open("target/file", O_WRONLY | O_CREAT, 0644);

	close(fd);
	return fd < 0 ? -1 : 0;
}

static int remove_folder(void)
{
	return rmdir("target");
}

static int mount_there(void)
{
	return mount("none", "target", "tmpfs", 0, "");
}

static int unlink_one(void)
{
	return unlink("source/one");
}

static int unlink_two(void)
{
	return unlink("target/two");
}

static int link_three(void)
{
	return link("source/one", "three");
}

static void lost(const char *what)
{
	say("FAIL: both came first: %s", what);
	_exit(1);
}

CONTRACT
{
	struct stat found;
	pthread_t thread;
	int fd;

	MUST(pthread_barrier_init(&begin, NULL, 2));
	MUST(pthread_barrier_init(&end, NULL, 2));
	CHECK_EQ(pthread_create(&thread, NULL, runs, NULL), 0);
	for (int i = 0; i < ROUNDS; i++) {
		MUST(mkdir("source", 0755));
		MUST(mkdir("target", 0755));
		if (both(replace_folder, make_file) == 0 && others == 0 &&
		    access("target/file", F_OK) < 0)
			lost("a folder replaced, and a file made in it");
		unlink("target/file");
		rmdir("source");
		MUST(rmdir("target"));

		MUST(mkdir("target", 0755));
		if (both(remove_folder, mount_there) == 0) {
			if (others == 0)
				lost("a folder removed, and mounted on");
		} else {
			MUST(others);
			MUST(umount("target"));
			MUST(rmdir("target"));
		}

		MUST(mkdir("source", 0755));
		MUST(mkdir("target", 0755));
		put_file("source/one", "");
		MUST(link("source/one", "target/two"));
		fd = (int)MUST(open("source/one", O_RDONLY));
		MUST(both(unlink_one, unlink_two));
		MUST(others);
		MUST(fstat(fd, &found));
		if (found.st_nlink != 0)
			lost("two names unlinked");
		close(fd);
		put_file("source/one", "");
		fd = (int)MUST(open("source/one", O_RDONLY));
		MUST(both(unlink_one, link_three));
		MUST(fstat(fd, &found));
		if (found.st_nlink != (others ? 0 : 1))
			lost("one name unlinked, and one linked");
		close(fd);
		unlink("three");
		MUST(rmdir("source"));
		MUST(rmdir("target"));
	}
	other = NULL;
	pthread_barrier_wait(&begin);
	CHECK_EQ(pthread_join(thread, NULL), 0);
}
