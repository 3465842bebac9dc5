// SPDX-License-Identifier: MIT
// Covers: FILE-16. Four writers of PIPE_BUF bytes each: no write is torn; a reader asleep is
// woken by each; larger ones may mix but lose nothing.
#include "contract.h"

static void writer(int fd, char letter, size_t size, int times)
{
	static char data[10000];

	memset(data, letter, size);
	for (int i = 0; i < times; i++)
		for (size_t at = 0; at < size;) {
			ssize_t n = write(fd, data + at, size - at);

			if (n <= 0)
				_exit(1);
			at += (size_t)n;
		}
}

CONTRACT
{
	static char data[4096];
	int ends[2], torn = 0, counts[4] = {0};
	pid_t children[4];

	MUST(pipe(ends));
	for (int i = 0; i < 4; i++)
		children[i] = CHILD(writer(ends[1], (char)('a' + i), 4096, 50));
	for (int i = 0; i < 200; i++) {
		for (size_t have = 0; have < 4096;)
			have += (size_t)MUST(read(ends[0], data + have, 4096 - have));
		for (int k = 1; k < 4096; k++)
			torn += data[k] != data[0];
		if (data[0] >= 'a' && data[0] <= 'd')
			counts[data[0] - 'a']++;
	}
	CHECK_EQ(torn, 0);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(counts[i], 50);
		CHECK_EXIT(children[i], 0);
	}
	size_t sums[2] = {0};
	for (int i = 0; i < 2; i++)
		children[i] = CHILD(writer(ends[1], (char)('a' + i), 10000, 20));
	close(ends[1]);
	for (ssize_t n; (n = read(ends[0], data, sizeof(data))) > 0;)
		for (ssize_t k = 0; k < n; k++)
			sums[data[k] - 'a']++;
	CHECK_EQ(sums[0], 200000);
	CHECK_EQ(sums[1], 200000);
	CHECK_EXIT(children[0], 0);
	CHECK_EXIT(children[1], 0);
}
