// SPDX-License-Identifier: MIT
// Covers: FILE-11. Who waits for a file's lock and for whom: no deadlock is seen that is none any more, flock gives up the
// lock that it has for the one it wants, and a descriptor of O_PATH takes no lock away.
#include "contract.h"

#include <sys/file.h>

static int record(int fd, int command, int type, off_t start)
{
	struct flock lock = {
		.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};

	return fcntl(fd, command, &lock);
}

// The child has 1 and waits for 0, which its parent gives up and asks for 1 at once: it waits, and gets it.
static void no_circle(void)
{
	int fd = (int)MUST(open("f", O_RDWR)), ready[2];

	for (int i = 0; i < 50; i++) {
		char byte;
		pid_t child;

		MUST(pipe(ready));
		MUST(record(fd, F_SETLK, F_WRLCK, 0));
		child = CHILD(int mine = (int)MUST(open("f", O_RDWR));
			      MUST(record(mine, F_SETLK, F_WRLCK, 1));
			      MUST(write(ready[1], "x", 1));
			      MUST(record(mine, F_SETLKW, F_WRLCK, 0)));
		MUST(read(ready[0], &byte, 1));
		wait_until_asleep(child);
		MUST(record(fd, F_SETLK, F_UNLCK, 0));
		MUST(record(fd, F_SETLKW, F_WRLCK, 1)); // EDEADLK would end us here
		if (child_wait(child) != 0)
			say("FAIL: the child saw a circle"), _exit(1);
		MUST(record(fd, F_SETLK, F_UNLCK, 1));
		close(ready[0]), close(ready[1]);
	}
	close(fd);
}

static void flock_converts(void)
{
	int a = (int)MUST(open("f", O_RDWR)), b = (int)MUST(open("f", O_RDWR));
	int c = (int)MUST(open("f", O_RDWR));
	pid_t child;

	MUST(flock(a, LOCK_SH));
	MUST(flock(b, LOCK_SH));
	CHECK_ERRNO(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	MUST(flock(b, LOCK_UN));
	CHECK_EQ(flock(c, LOCK_EX | LOCK_NB), 0); // a's is lost
	MUST(flock(c, LOCK_UN));

	MUST(flock(a, LOCK_SH));
	MUST(flock(b, LOCK_SH));
	child = CHILD(MUST(flock(b, LOCK_EX)); MUST(flock(b, LOCK_UN)));
	wait_until_asleep(child);
	CHECK_EQ(flock(a, LOCK_EX), 0);
	MUST(flock(a, LOCK_UN));
	CHECK_EXIT(child, 0);
	close(a), close(b), close(c);
}

static void path_descriptor(void)
{
	int fd = (int)MUST(open("f", O_RDWR));

	MUST(record(fd, F_SETLK, F_WRLCK, 5));
	close((int)MUST(open("f", O_PATH)));
	CHECK_EXIT(CHILD(int mine = (int)MUST(open("f", O_RDWR));
			 CHECK_ERRNO(record(mine, F_SETLK, F_WRLCK, 5), EAGAIN)),
		   0);
	close((int)MUST(open("f", O_RDONLY))); // any other does
	CHECK_EXIT(CHILD(int mine = (int)MUST(open("f", O_RDWR));
			 CHECK_EQ(record(mine, F_SETLK, F_WRLCK, 5), 0)),
		   0);
	close(fd);
}

CONTRACT
{
	put_file("f", "0123456789");
	path_descriptor();
	flock_converts();
	no_circle();
}
