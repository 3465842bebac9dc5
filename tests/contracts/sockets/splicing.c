// SPDX-License-Identifier: MIT
// Covers: SOCK-01. splice, sendfile and dup on sockets; sockets across fork and exec's CLOEXEC;
// EINTR.
#include "helpers.h"
#include <sys/sendfile.h>

static void nothing(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

// One splice or sendfile into a pipe takes one packet, whole if there is room for it.
static void packets(int type)
{
	static char data[9000];
	int p[2], pipe_ends[2];

	MUST(socketpair(AF_UNIX, type, 0, p));
	MUST(pipe(pipe_ends));
	for (int i = 0; i < 3; i++)
		MUST(write(p[0], data, 4096));
	CHECK_EQ(sendfile(pipe_ends[1], p[1], NULL, 5000), 4096);
	CHECK_EQ(splice(p[1], NULL, pipe_ends[1], NULL, 9000, 0), 4096);
	CHECK_EQ(splice(p[1], NULL, pipe_ends[1], NULL, 100, 0), 100);
	data[8999] = 'z';
	MUST(write(p[0], data, 9000));
	CHECK_EQ(splice(p[1], NULL, pipe_ends[1], NULL, 16384, 0), 9000);
	CHECK_EQ(read(pipe_ends[0], data, 8292), 8292);
	data[8999] = 0;
	CHECK_EQ(read(pipe_ends[0], data, 9000), 9000);
	CHECK_EQ(data[8999], 'z');
}

CONTRACT
{
	packets(SOCK_DGRAM);
	packets(SOCK_SEQPACKET);
	int p[2], pipe_ends[2], file;
	char data[16];
	pid_t child;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	MUST(pipe(pipe_ends));
	MUST(write(pipe_ends[1], "spliced", 7));
	CHECK_EQ(splice(pipe_ends[0], NULL, p[0], NULL, 16, 0), 7);
	CHECK_EQ(splice(p[1], NULL, pipe_ends[1], NULL, 16, 0), 7);
	CHECK_EQ(read(pipe_ends[0], data, 16), 7);
	CHECK_EQ(memcmp(data, "spliced", 7), 0);
	// What is there is enough, even if it is a whole page.
	static char page[4096];
	MUST(write(p[0], page, sizeof(page)));
	CHECK_EQ(splice(p[1], NULL, pipe_ends[1], NULL, 16384, 0), 4096);
	CHECK_EQ(read(pipe_ends[0], page, sizeof(page)), 4096);
	put_file("f", "from a file");
	file = (int)MUST(open("f", O_RDONLY));
	CHECK_EQ(sendfile(p[0], file, NULL, 100), 11);
	CHECK_EQ(read(p[1], data, 16), 11);
	// A connection ends with the last descriptor, not with the first.
	file = (int)MUST(dup(p[0]));
	child = CHILD(close(p[1]); usleep(30000); MUST(write(p[0], "child", 5)));
	close(p[0]);
	close(file);
	CHECK_EQ(read(p[1], data, 16), 5);
	CHECK_EQ(read(p[1], data, 16), 0);
	CHECK_EXIT(child, 0);
	// Interrupted: without a time limit it goes on if the handler says so; with one it does not.
	catch_signal(SIGALRM, nothing, 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	ualarm(20000, 20000); // again and again: the first may come too early
	CHECK_ERRNO(read(p[0], data, 1), EINTR);
	ualarm(0, 0);
	catch_signal(SIGALRM, nothing, SA_RESTART);
	child = CHILD(usleep(60000); MUST(write(p[1], "x", 1)));
	ualarm(20000, 20000);
	CHECK_EQ(read(p[0], data, 1), 1);
	ualarm(0, 0);
	CHECK_EXIT(child, 0);
	MUST(setsockopt(p[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){20, 0},
			sizeof(struct timeval)));
	ualarm(20000, 20000);
	CHECK_ERRNO(read(p[0], data, 1), EINTR);
	ualarm(0, 0);
}
