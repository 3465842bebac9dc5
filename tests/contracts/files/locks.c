// SPDX-License-Identifier: MIT
// Covers: FILE-11. flock, POSIX and OFD record locks: conflicts, what is reported, release on
// close, deadlock.
#include "contract.h"
#include <sys/file.h>

static struct flock range(int type, off_t start, off_t length)
{
	return (struct flock){
		.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)),
	    second = (int)MUST(open("f", O_RDWR)), ends[2];
	struct flock lock = range(F_WRLCK, 10, 10), probe;
	pid_t child, parent = getpid();
	char byte;

	MUST(pipe(ends));
	CHECK_EQ(flock(fd, LOCK_EX), 0);
	CHECK_ERRNO(flock(second, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	CHECK_EQ(flock(fd, LOCK_SH), 0);
	CHECK_EQ(flock(second, LOCK_SH | LOCK_NB), 0);
	CHECK_ERRNO(flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	CHECK_EQ(flock(second, LOCK_UN), 0);
	CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
	CHECK_ERRNO(flock(fd, 77), EINVAL);
	MUST(flock(fd, LOCK_UN));

	CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
	child = CHILD(probe = range(F_WRLCK, 0, 15); MUST(fcntl(fd, F_GETLK, &probe));
		      CHECK_EQ(probe.l_type, F_WRLCK); CHECK_EQ(probe.l_start, 10);
		      CHECK_EQ(probe.l_len, 10); CHECK_EQ(probe.l_pid, parent);
		      probe = range(F_RDLCK, 15, 1);
		      CHECK_ERRNO(fcntl(fd, F_SETLK, &probe), EAGAIN);
		      probe = range(F_RDLCK, 20, 5); CHECK_EQ(fcntl(fd, F_SETLK, &probe), 0);
		      probe = range(F_WRLCK, 0, 10); CHECK_EQ(fcntl(fd, F_SETLK, &probe), 0));
	CHECK_EXIT(child, 0);
	// One's own locks never conflict; unlocking the middle splits.
	probe = range(F_RDLCK, 0, 0);
	CHECK_EQ(fcntl(second, F_SETLK, &probe), 0);
	probe = range(F_UNLCK, 5, 2);
	CHECK_EQ(fcntl(fd, F_SETLK, &probe), 0);
	child = CHILD(probe = range(F_WRLCK, 5, 2); CHECK_EQ(fcntl(fd, F_SETLK, &probe), 0);
		      probe = range(F_WRLCK, 7, 1); CHECK_ERRNO(fcntl(fd, F_SETLK, &probe), EAGAIN);
		      probe = range(F_WRLCK, 4, 1);
		      CHECK_ERRNO(fcntl(fd, F_SETLK, &probe), EAGAIN));
	CHECK_EXIT(child, 0);
	// Closing any descriptor of the file gives all its locks up.
	close(second);
	child = CHILD(probe = range(F_WRLCK, 0, 0); CHECK_EQ(fcntl(fd, F_SETLK, &probe), 0));
	CHECK_EXIT(child, 0);
	// Deadlock: we hold 0 and want 1, the child holds 1 and waits for 0.
	probe = range(F_WRLCK, 0, 1);
	MUST(fcntl(fd, F_SETLK, &probe));
	child = CHILD(probe = range(F_WRLCK, 1, 1); MUST(fcntl(fd, F_SETLK, &probe));
		      MUST(write(ends[1], "", 1)); probe = range(F_WRLCK, 0, 1);
		      CHECK_EQ(fcntl(fd, F_SETLKW, &probe), 0));
	MUST(read(ends[0], &byte, 1));
	wait_until_asleep(child);
	probe = range(F_WRLCK, 1, 1);
	CHECK_ERRNO(fcntl(fd, F_SETLKW, &probe), EDEADLK);
	probe = range(F_UNLCK, 0, 0);
	MUST(fcntl(fd, F_SETLK, &probe));
	CHECK_EXIT(child, 0);
	// OFD locks belong to the open file.
	second = (int)MUST(open("f", O_RDWR));
	probe = range(F_WRLCK, 0, 0);
	CHECK_EQ(fcntl(fd, F_OFD_SETLK, &probe), 0);
	probe = range(F_WRLCK, 0, 0);
	CHECK_ERRNO(fcntl(second, F_OFD_SETLK, &probe), EAGAIN);
	probe = range(F_WRLCK, 0, 0);
	MUST(fcntl(second, F_OFD_GETLK, &probe));
	CHECK_EQ(probe.l_pid, -1);
	CHECK_EXIT(CHILD(probe = range(F_WRLCK, 0, 1); CHECK_EQ(fcntl(fd, F_OFD_SETLK, &probe), 0)),
		   0);
	close(fd);
	probe = range(F_WRLCK, 0, 0);
	CHECK_EQ(fcntl(second, F_OFD_SETLK, &probe), 0);
}
