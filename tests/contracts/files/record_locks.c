// SPDX-License-Identifier: MIT
// Covers: FILE-11. POSIX locks: ranges split and join, kinds change in place, l_len below zero,
// GETLK's answer, a waiter woken by unlock and by exit, EINTR.
#include "contract.h"

static struct flock range(int type, off_t start, off_t length)
{
	return (struct flock){
		.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
}

// What another process would meet: the first lock at or after start, as text.
static const char *first(int fd, off_t start)
{
	static char *text;

	if (!text)
		text = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_EXIT(CHILD(struct flock probe = range(F_WRLCK, start, 0);
			 MUST(fcntl(fd, F_GETLK, &probe));
			 snprintf(text, 100, "%s %lld %lld",
				  probe.l_type == F_UNLCK   ? "free"
				  : probe.l_type == F_RDLCK ? "read"
							    : "write",
				  (long long)probe.l_start, (long long)probe.l_len)),
		   0);
	return text;
}

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)), ends[2];
	struct flock lock = range(F_WRLCK, 10, 20);
	pid_t child;

	MUST(pipe(ends));
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 0), "write 10 20");
	lock = range(F_RDLCK, 15, 5);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 0), "write 10 5");
	CHECK_TEXT(first(fd, 15), "read 15 5");
	CHECK_TEXT(first(fd, 20), "write 20 10");
	lock = range(F_WRLCK, 15, 5);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 0), "write 10 20");
	lock = range(F_UNLCK, 0, 12);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 0), "write 12 18");
	lock = range(F_WRLCK, 50, -10);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 35), "write 40 10");
	lock = range(F_WRLCK, 100, 0);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_TEXT(first(fd, 60), "write 100 0");
	CHECK_ERRNO(
		fcntl(fd, F_SETLK,
		      &(struct flock){
			      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = -10}),
		EINVAL);
	CHECK_ERRNO(fcntl(fd, F_SETLK, &(struct flock){.l_type = 9, .l_whence = SEEK_SET}), EINVAL);
	CHECK_ERRNO(fcntl(open("f", O_RDONLY), F_SETLK, &lock), EBADF);
	// That open has closed nothing: but closing it gives all up.
	lock = range(F_WRLCK, 0, 0);
	MUST(fcntl(fd, F_SETLK, &lock));
	child = CHILD(struct flock want = range(F_WRLCK, 0, 1); tell(ends);
		      CHECK_EQ(fcntl(fd, F_SETLKW, &want), 0));
	hear(ends);
	wait_until_asleep(child);
	lock = range(F_UNLCK, 0, 0);
	MUST(fcntl(fd, F_SETLK, &lock));
	CHECK_EXIT(child, 0);
	child = CHILD(struct flock want = range(F_WRLCK, 0, 1); MUST(fcntl(fd, F_SETLK, &want));
		      tell(ends); for (;;) pause());
	hear(ends);
	pid_t parent = getpid(), killer = CHILD(wait_until_asleep(parent); kill(child, SIGKILL));
	lock = range(F_RDLCK, 0, 1);
	CHECK_EQ(fcntl(fd, F_SETLKW, &lock), 0);
	CHECK_KILLED(child, SIGKILL);
	CHECK_EXIT(killer, 0);
	child = CHILD(struct flock want = range(F_WRLCK, 0, 1); catch_signal(SIGALRM, handler, 0);
		      tell(ends); CHECK_ERRNO(fcntl(fd, F_SETLKW, &want), EINTR));
	hear(ends);
	wait_until_asleep(child);
	kill(child, SIGALRM);
	CHECK_EXIT(child, 0);
}
