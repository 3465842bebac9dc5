// SPDX-License-Identifier: MIT
// Covers: SOCK-01. Several readers and writers at once: no byte is lost or doubled, no datagram
// torn.
#include "helpers.h"

#define EACH 2000

static int p[2];
static unsigned char seen[4 * EACH];

static void *write_numbers(void *arg)
{
	uint32_t first = (uint32_t)(uintptr_t)arg * EACH, message[16];

	for (uint32_t i = 0; i < EACH; i++) {
		for (int k = 0; k < 16; k++)
			message[k] = first + i;
		if (write(p[0], message, sizeof(message)) != sizeof(message))
			return (void *)1;
	}
	return NULL;
}

static void *read_numbers(void *arg)
{
	uint32_t message[16];

	(void)arg;
	for (;;) {
		ssize_t n = recv(p[1], message, sizeof(message), MSG_WAITALL);

		if (n == 0)
			return NULL;
		if (n != sizeof(message) || message[0] >= 4 * EACH)
			return (void *)1;
		for (int k = 1; k < 16; k++)
			if (message[k] != message[0])
				return (void *)2;
		__atomic_fetch_add(&seen[message[0]], 1, __ATOMIC_RELAXED);
	}
}

static void run(int type)
{
	pthread_t threads[8];
	void *result;
	int once = 0;

	memset(seen, 0, sizeof(seen));
	MUST(socketpair(AF_UNIX, type, 0, p));
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, i < 4 ? write_numbers : read_numbers,
			       (void *)(uintptr_t)i);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		CHECK(result == NULL);
	}
	MUST(shutdown(p[0], SHUT_WR));
	for (int i = 4; i < 8; i++) {
		pthread_join(threads[i], &result);
		CHECK(result == NULL);
	}
	for (int i = 0; i < 4 * EACH; i++)
		once += seen[i] == 1;
	CHECK_EQ(once, 4 * EACH);
	close(p[0]);
	close(p[1]);
}

CONTRACT
{
	run(SOCK_SEQPACKET);
	// Of a stream, writes of this size arrive whole too, for one reader at a time.
	run(SOCK_STREAM);
}
