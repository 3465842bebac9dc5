// SPDX-License-Identifier: MIT
// Covers: FILE-11. flock belongs to the open file: dup and fork share it, another opening does
// not; it converts, waits, wakes, and ends with the last descriptor.
#include "contract.h"
#include <sys/file.h>

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)),
	    other = (int)MUST(open("f", O_RDONLY)), ends[2], copy;
	pid_t child;

	MUST(pipe(ends));
	CHECK_EQ(flock(fd, LOCK_EX), 0);
	CHECK_EXIT(CHILD(CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
			 CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK)),
		   0);
	// The child's end gave nothing up, for we have it open too.
	CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	copy = (int)MUST(dup(fd));
	close(fd);
	CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	child = CHILD(close(copy); tell(ends); CHECK_EQ(flock(other, LOCK_EX), 0));
	hear(ends);
	wait_until_asleep(child);
	CHECK_EQ(flock(copy, LOCK_UN), 0);
	CHECK_EXIT(child, 0);
	// The child's lock was through our `other`, which we still have.
	CHECK_ERRNO(flock(copy, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	close(other);
	CHECK_EQ(flock(copy, LOCK_SH | LOCK_NB), 0);
	// POSIX locks do not see it.
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	CHECK_EXIT(CHILD(CHECK_EQ(fcntl(copy, F_SETLK, &lock), 0)), 0);
	CHECK_ERRNO(flock(copy, 0), EINVAL);
	CHECK_ERRNO(flock(99, LOCK_SH), EBADF);
}
