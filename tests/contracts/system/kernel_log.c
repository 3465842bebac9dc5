// SPDX-License-Identifier: MIT
// Covers: SYS-02. /dev/kmsg: what is written comes back as one record, whatever its length and its signs.
#include "contract.h"

// The next record of some text of ours: others write, too.
static const char *record(int log)
{
	static char text[8192];
	const char *from;
	ssize_t n;

	do {
		n = MUST(read(log, text, sizeof(text) - 1));
		text[n] = 0;
		from = strchr(text, ';');
	} while (!from || strncmp(from + 1, "contract", 8) != 0);
	*strchr(text, '\n') = 0;
	return from + 1;
}

CONTRACT
{
	int log = (int)MUST(open("/dev/kmsg", O_RDWR));
	char line[801];

	CHECK_EQ(lseek(log, 0, SEEK_END), 0);
	CHECK_EQ(write(log, "contract one\n", 13), 13);
	CHECK_EQ(write(log, "<6>contract two %s%c\n", 21), 21);
	memset(line, 'x', sizeof(line));
	memcpy(line, "contract", 8);
	line[800] = '\n';
	CHECK_EQ(write(log, line, 801), 801);
	line[800] = 0;
	CHECK_TEXT(record(log), "contract one");
	CHECK_TEXT(record(log), "contract two %s%c");
	CHECK_TEXT(record(log), line);
	// Who polls is woken by what is written; that more can be written, nobody is told.
	CHECK_EQ(lseek(log, 0, SEEK_END), 0);
	struct pollfd item = {log, POLLIN | POLLOUT, 0};
	pid_t child = CHILD(CHECK_EQ(poll(&item, 1, -1), 1); CHECK_EQ(item.revents, POLLIN));
	wait_until_asleep(child);
	CHECK_EQ(write(log, "contract three\n", 15), 15);
	CHECK_EXIT(child, 0);
	CHECK_TEXT(record(log), "contract three");
}
