// SPDX-License-Identifier: MIT
// Covers: EVENT-04. Who waits for a periodic timer is woken by its first expiration, however often another asks how
// much is left.
#include "contract.h"
#include <sys/timerfd.h>

#define ROUNDS 20

static int fd;
static volatile bool done;

static void *ask(void *unused)
{
	struct itimerspec left;

	while (!done)
		MUST(timerfd_gettime(fd, &left));
	return unused;
}

CONTRACT
{
	// Who missed the first would see two.
	struct itimerspec set = {{30, 0}, {0, 2000000}};
	uint64_t count, total = 0;
	pthread_t asker;

	fd = (int)MUST(timerfd_create(CLOCK_MONOTONIC, 0));
	CHECK_EQ(pthread_create(&asker, NULL, ask, NULL), 0);
	for (int i = 0; i < ROUNDS; i++) {
		MUST(timerfd_settime(fd, 0, &set, NULL));
		MUST(read(fd, &count, sizeof(count)));
		total += count;
	}
	CHECK_EQ(total, ROUNDS);
	done = true;
	CHECK_EQ(pthread_join(asker, NULL), 0);
}
