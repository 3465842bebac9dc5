// SPDX-License-Identifier: MIT
// Covers: EVENT-06. O_ASYNC on pipes and FIFOs: the owner is told of every write and every read, of
// attempts too, of moved pages, and of the other end's close; an empty transfer is none.
#define _GNU_SOURCE
#include "async.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

static char big[65536];

static void reads_and_writes(void)
{
	int ends[2];

	MUST(pipe(ends));
	arm(ends[0], 'A');
	arm(ends[1], 'B');
	CHECK_TEXT(came(), "");
	MUST(write(ends[1], "ab", 2));
	CHECK_TEXT(came(), "A:in ");
	MUST(write(ends[1], "c", 1)); // not empty before: told again
	CHECK_TEXT(came(), "A:in ");
	MUST(write(ends[1], "d", 1));
	MUST(write(ends[1], "e", 1)); // each one
	CHECK_TEXT(came(), "A:in A:in ");
	MUST(read(ends[0], big, 1));
	CHECK_TEXT(came(), "B:out ");
	MUST(read(ends[0], big, sizeof(big)));
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(read(ends[0], big, 0), 0);
	CHECK_EQ(write(ends[1], big, 0), 0);
	CHECK_TEXT(came(), "");

	set_nonblock(ends[0], true);
	set_nonblock(ends[1], true);
	CHECK_ERRNO(read(ends[0], big, 1), EAGAIN);
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(write(ends[1], big, sizeof(big)), 65536);
	CHECK_TEXT(came(), "A:in ");
	CHECK_ERRNO(write(ends[1], big, 1), EAGAIN);
	CHECK_TEXT(came(), "A:in ");
	CHECK_EQ(read(ends[0], big, 1), 1); // still full
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(read(ends[0], big, 4095), 4095);
	CHECK_TEXT(came(), "B:out ");
	CHECK_ERRNO(read(ends[0], (void *)1, 1), EFAULT);
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(read(ends[0], big, sizeof(big)), 65536 - 4096);
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, 131072), 131072);
	CHECK_TEXT(came(), "");
	set_nonblock(ends[0], false);

	// One who waits for data has tried first.
	pid_t child = CHILD(MUST(read(ends[0], big, 1)));
	wait_until_asleep(child);
	CHECK_TEXT(came(), "B:out ");
	MUST(write(ends[1], "x", 1));
	CHECK_EXIT(child, 0);
	CHECK_TEXT(came(), "A:in B:out ");

	// One who waits for room has written a part.
	set_nonblock(ends[1], false);
	MUST(fcntl(ends[1], F_SETPIPE_SZ, 4096));
	child = CHILD(MUST(write(ends[1], big, 8192)));
	wait_until_asleep(child);
	CHECK_TEXT(came(), "A:in ");
	CHECK_EQ(read(ends[0], big, 4096), 4096);
	CHECK_EXIT(child, 0);
	CHECK_TEXT(came(), "A:in B:out ");
	MUST(close(ends[0]));
	CHECK_TEXT(came(), "B:out ");
	CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
	CHECK_TEXT(came(), "SIGPIPE ");
	MUST(close(ends[1]));
	CHECK_TEXT(came(), "");
}

// splice, tee, vmsplice and sendfile: a slot that is used up is room.
static void moved(void)
{
	struct iovec part = {big, 5};
	int ends[2], other[2], file = (int)MUST(open("file", O_RDWR | O_CREAT, 0600));
	loff_t place = 0;
	off_t offset = 0;

	MUST(pipe(ends));
	MUST(pipe(other));
	arm(ends[0], 'A');
	arm(ends[1], 'B');
	MUST(write(other[1], "abc", 3));
	CHECK_EQ(splice(other[0], NULL, ends[1], NULL, 3, 0), 3);
	CHECK_TEXT(came(), "A:in ");
	CHECK_ERRNO(tee(other[0], ends[1], 3, SPLICE_F_NONBLOCK), EAGAIN);
	CHECK_TEXT(came(), "");
	CHECK_EQ(tee(ends[0], other[1], 3, 0), 3);
	CHECK_TEXT(came(), "");
	CHECK_EQ(splice(ends[0], NULL, other[1], NULL, 2, 0), 2);
	CHECK_TEXT(came(), "");
	CHECK_EQ(splice(ends[0], NULL, file, NULL, 1, 0), 1);
	CHECK_TEXT(came(), "B:out ");
	MUST(pwrite(file, "hello", 5, 0));
	CHECK_EQ(splice(file, &place, ends[1], NULL, 5, 0), 5);
	CHECK_TEXT(came(), "A:in ");
	CHECK_EQ(splice(ends[0], NULL, file, NULL, 5, 0), 5);
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(sendfile(ends[1], file, &offset, 5), 5);
	CHECK_TEXT(came(), "A:in ");
	CHECK_EQ(vmsplice(ends[0], &part, 1, 0), 5);
	CHECK_TEXT(came(), "B:out ");
	CHECK_EQ(vmsplice(ends[1], &part, 1, 0), 5);
	CHECK_TEXT(came(), "A:in ");
	MUST(close(ends[1]));
	CHECK_TEXT(came(), "A:in ");
	MUST(close(ends[0]));
	MUST(close(other[0]));
	MUST(close(other[1]));
	MUST(close(file));
}

// Every open file of a FIFO has an owner, a signal and a number of its own.
static void fifos(void)
{
	char c;

	MUST(mkfifo("fifo", 0600));
	int a = (int)MUST(open("fifo", O_RDWR)), b = (int)MUST(open("fifo", O_RDWR)),
	    reader = (int)MUST(open("fifo", O_RDONLY));

	arm(a, 'A');
	arm(b, 'B');
	arm(reader, 'C');
	MUST(write(a, "x", 1));
	CHECK_TEXT(came(), "A:in B:in C:in ");
	MUST(read(reader, &c, 1));
	CHECK_TEXT(came(), "A:out B:out ");
	MUST(fcntl(b, F_SETFL, O_RDWR));
	CHECK_EQ(fcntl(b, F_GETFL) & O_ASYNC, 0);
	MUST(write(b, "x", 1));
	CHECK_TEXT(came(), "A:in C:in ");
	MUST(close(b));
	CHECK_TEXT(came(), "");
	MUST(close(a));
	CHECK_TEXT(came(), "C:in ");
	MUST(read(reader, &c, 1));
	a = (int)MUST(open("fifo", O_WRONLY));
	CHECK_TEXT(came(), "");
	MUST(close(a));
	CHECK_TEXT(came(), "C:in ");
	MUST(close(reader));

	// To open with O_ASYNC sets the flag, and nothing else, and nobody can clear it.
	a = (int)MUST(open("fifo", O_RDWR | O_ASYNC));
	MUST(fcntl(a, F_SETOWN, getpid()));
	CHECK_EQ(fcntl(a, F_GETFL) & O_ASYNC, O_ASYNC);
	MUST(write(a, "x", 1));
	CHECK_EQ(fcntl(a, F_SETFL, O_ASYNC), 0);
	MUST(write(a, "x", 1));
	CHECK_EQ(fcntl(a, F_SETFL, 0), 0);
	CHECK_EQ(fcntl(a, F_GETFL) & O_ASYNC, O_ASYNC);
	CHECK_EQ(fcntl(a, F_SETFL, O_ASYNC), 0);
	MUST(write(a, "x", 1));
	CHECK_TEXT(came(), "");
	MUST(close(a));
}

CONTRACT
{
	async_begin();
	reads_and_writes();
	moved();
	fifos();
}
