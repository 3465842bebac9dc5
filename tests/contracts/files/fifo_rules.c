// SPDX-License-Identifier: MIT
// Covers: FILE-18. A fifo: O_RDONLY waits for a writer and the other way round, O_NONBLOCK does
// not or is ENXIO, O_RDWR never waits, EOF when the last writer goes.
#include "contract.h"

CONTRACT
{
	struct stat info;
	int in, out, ends[2];
	char byte;
	pid_t child;

	CHECK_EQ(mkfifo("p", 0640), 0);
	MUST(stat("p", &info));
	CHECK_EQ(info.st_mode, S_IFIFO | 0640);
	CHECK_ERRNO(mkfifo("p", 0600), EEXIST);
	CHECK_ERRNO(open("p", O_WRONLY | O_NONBLOCK), ENXIO);
	in = (int)MUST(open("p", O_RDONLY | O_NONBLOCK));
	CHECK_EQ(read(in, &byte, 1), 0);
	out = (int)MUST(open("p", O_WRONLY | O_NONBLOCK));
	CHECK_ERRNO(read(in, &byte, 1), EAGAIN);
	MUST(write(out, "x", 1));
	close(out);
	CHECK_EQ(read(in, &byte, 1), 1);
	CHECK_EQ(read(in, &byte, 1), 0);
	close(in);
	MUST(pipe(ends));
	child = CHILD(int fd = (int)MUST(open("p", O_RDONLY)); MUST(read(fd, &byte, 1));
		      CHECK_EQ(byte, 'y'); CHECK_EQ(read(fd, &byte, 1), 0));
	wait_until_asleep(child);
	out = (int)MUST(open("p", O_WRONLY));
	MUST(write(out, "y", 1));
	close(out);
	CHECK_EXIT(child, 0);
	child = CHILD(int fd = (int)MUST(open("p", O_WRONLY)); MUST(write(fd, "z", 1)));
	wait_until_asleep(child);
	in = (int)MUST(open("p", O_RDONLY));
	CHECK_EQ(read(in, &byte, 1), 1);
	CHECK_EXIT(child, 0);
	close(in);
	in = (int)MUST(open("p", O_RDWR));
	MUST(write(in, "w", 1));
	CHECK_EQ(read(in, &byte, 1), 1);
	CHECK_EQ(byte, 'w');
	MUST(unlink("p"));
	MUST(write(in, "v", 1));
	CHECK_EQ(read(in, &byte, 1), 1);
	MUST(fstat(in, &info));
	CHECK_EQ(info.st_nlink, 0);
}
