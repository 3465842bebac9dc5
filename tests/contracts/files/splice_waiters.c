// SPDX-License-Identifier: MIT
// Covers: FILE-10. Who splices waits beside those who read or write: what wakes it wakes one of them too.
#include "contract.h"

static char data[16 * 4096];

CONTRACT
{
	struct iovec page = {data, 4096};
	int p[2], to[2];

	// A full pipe; the splicer waits first. One read makes room for both.
	MUST(pipe(p));
	CHECK_EQ(write(p[1], data, sizeof(data)), sizeof(data));
	pid_t splicer = CHILD(CHECK_EQ(vmsplice(p[1], &page, 1, 0), 4096));
	wait_until_asleep(splicer);
	pid_t writer = CHILD(CHECK_EQ(write(p[1], data, 4096), 4096));
	wait_until_asleep(writer);
	CHECK_EQ(read(p[0], data, sizeof(data)), sizeof(data));
	CHECK_EXIT(splicer, 0);
	CHECK_EXIT(writer, 0);
	CHECK_EQ(read(p[0], data, sizeof(data)), 8192);
	// An empty one. One write is enough for both.
	MUST(pipe(to));
	splicer = CHILD(CHECK_EQ(splice(p[0], NULL, to[1], NULL, 10, 0), 10));
	wait_until_asleep(splicer);
	pid_t reader = CHILD(CHECK_EQ(read(p[0], data, 10), 10));
	wait_until_asleep(reader);
	CHECK_EQ(write(p[1], data, 20), 20);
	CHECK_EXIT(splicer, 0);
	CHECK_EXIT(reader, 0);
}
