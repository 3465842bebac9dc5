// SPDX-License-Identifier: MIT
// Covers: FILE-23. writev is one write: lines of two writers to one file and to one pipe do not
// mix; readv fills in order; limits and errors.
#include "contract.h"
#include <sys/uio.h>

static void writer(int fd, char letter, int times)
{
	char a[100], b[200];
	struct iovec parts[3] = {{a, 100}, {b, 200}, {"\n", 1}};

	memset(a, letter, 100);
	memset(b, letter, 200);
	for (int i = 0; i < times; i++)
		if (writev(fd, parts, 3) != 301)
			_exit(1);
}

static int mixed(const char *text, size_t length)
{
	int bad = 0;

	for (size_t at = 0; at + 301 <= length; at += 301) {
		for (size_t i = 1; i < 300; i++)
			bad += text[at + i] != text[at];
		bad += text[at + 300] != '\n';
	}
	return bad;
}

CONTRACT
{
	static char text[301 * 200];
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_APPEND, 0600)), ends[2];
	pid_t a = CHILD(writer(fd, 'a', 100)), b = CHILD(writer(fd, 'b', 100));

	CHECK_EXIT(a, 0);
	CHECK_EXIT(b, 0);
	CHECK_EQ(pread(fd, text, sizeof(text), 0), sizeof(text));
	CHECK_EQ(mixed(text, sizeof(text)), 0);
	// Without O_APPEND, through one open file: the position is shared and moves as a whole.
	fd = (int)MUST(open("g", O_RDWR | O_CREAT, 0600));
	a = CHILD(writer(fd, 'a', 100));
	b = CHILD(writer(fd, 'b', 100));
	CHECK_EXIT(a, 0);
	CHECK_EXIT(b, 0);
	CHECK_EQ(pread(fd, text, sizeof(text), 0), sizeof(text));
	CHECK_EQ(mixed(text, sizeof(text)), 0);
	MUST(pipe(ends));
	a = CHILD(writer(ends[1], 'a', 100));
	b = CHILD(writer(ends[1], 'b', 100));
	for (size_t have = 0; have < sizeof(text);)
		have += (size_t)MUST(read(ends[0], text + have, sizeof(text) - have));
	CHECK_EXIT(a, 0);
	CHECK_EXIT(b, 0);
	CHECK_EQ(mixed(text, sizeof(text)), 0);
	char x[3], y[4] = {0};
	struct iovec in[3] = {{x, 3}, {NULL, 0}, {y, 4}};
	MUST(pwrite(fd, "1234567890", 10, 0));
	MUST(lseek(fd, 0, SEEK_SET));
	CHECK_EQ(readv(fd, in, 3), 7);
	CHECK(memcmp(x, "123", 3) == 0 && memcmp(y, "4567", 4) == 0);
	CHECK_ERRNO(readv(fd, in, -1), EINVAL);
	CHECK_ERRNO(readv(fd, in, 1025), EINVAL);
	CHECK_EQ(readv(fd, in, 0), 0);
	in[2].iov_len = (size_t)-1;
	CHECK_ERRNO(readv(fd, in, 3), EINVAL);
	CHECK_ERRNO(readv(fd, (void *)8, 1), EFAULT);
	struct iovec half[2] = {{x, 3}, {(void *)8, 4}};
	MUST(lseek(fd, 0, SEEK_SET));
	CHECK_EQ(writev(fd, half, 2), 3);
}
