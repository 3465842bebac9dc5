// SPDX-License-Identifier: MIT
// Random numbers that a seed gives again, and a child that may end in any way but not late.

#ifndef RANDOM_H
#define RANDOM_H

#include "contract.h"

static uint64_t random_state;

static void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15 + 1;
}

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_below(uint64_t limit)
{
	return random_next() % limit;
}

// What a child did to itself it takes along. It ends by itself, or by SIGKILL after the time.
static __attribute__((unused)) int child_end_within(pid_t child, int milliseconds)
{
	long long end = now_ns(CLOCK_MONOTONIC) + milliseconds * 1000000LL;
	int status = 0;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (now_ns(CLOCK_MONOTONIC) > end)
			kill(child, SIGKILL);
		sleep_ms(1);
	}
	return status;
}

static __attribute__((unused)) void silent(void)
{
	int null = open("/dev/null", O_RDWR);

	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
}

#endif
