// SPDX-License-Identifier: MIT
// Covers: SIG-08. A write that has moved some bytes when a signal comes gives their count; one
// that has moved none is EINTR or starts again.
#include "contract.h"

static volatile int count;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	count++;
}

CONTRACT
{
	static char data[300000];
	int ends[2];
	pid_t parent = getpid(), child;

	MUST(pipe(ends));
	catch_signal(SIGUSR1, handler, SA_RESTART);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	CHECK_EQ(write(ends[1], data, sizeof(data)), 65536);
	CHECK_EQ(count, 1);
	CHECK_EXIT(child, 0);
	// Full: nothing moves. With SA_RESTART it goes on until a reader comes.
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1); sleep_ms(30);
		      wait_until_asleep(parent); CHECK_EQ(read(ends[0], data, 8192), 8192));
	CHECK_EQ(write(ends[1], data, 100), 100);
	CHECK_EQ(count, 2);
	CHECK_EXIT(child, 0);
	catch_signal(SIGUSR1, handler, 0);
	while (fcntl(ends[1], F_SETFL, O_NONBLOCK), write(ends[1], data, 4096) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	child = CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1));
	CHECK_ERRNO(write(ends[1], data, 4096), EINTR);
	CHECK_EXIT(child, 0);
	CHECK_EQ(count, 3);
}
