// SPDX-License-Identifier: MIT
// Covers: FILE-08. O_APPEND among several writers: no byte is lost and each write is whole,
// through one open file, through many, and with pwritev2's flag.
#include "contract.h"

CONTRACT
{
	char line[64];
	static char text[64 * 400];
	pid_t children[4];
	int counts[4] = {0}, bad = 0;

	put_file("log", "");
	for (int i = 0; i < 4; i++)
		children[i] = CHILD(int fd = (int)MUST(open("log", O_WRONLY | O_APPEND));
				    memset(line, 'a' + i, 63); line[63] = '\n';
				    for (int k = 0; k < 100; k++) if (write(fd, line, 64) != 64)
					    _exit(1));
	for (int i = 0; i < 4; i++)
		CHECK_EXIT(children[i], 0);
	int fd = (int)MUST(open("log", O_RDONLY));
	CHECK_EQ(read(fd, text, sizeof(text)), sizeof(text));
	CHECK_EQ(read(fd, line, 1), 0);
	for (int i = 0; i < 400; i++) {
		const char *at = text + i * 64;

		for (int k = 1; k < 63; k++)
			bad += at[k] != at[0];
		bad += at[63] != '\n';
		if (at[0] >= 'a' && at[0] <= 'd')
			counts[at[0] - 'a']++;
	}
	CHECK_EQ(bad, 0);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(counts[i], 100);
}
