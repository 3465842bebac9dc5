// SPDX-License-Identifier: MIT
// Covers: SOCK-01. Several readers and writers at once: no byte is lost or doubled, no datagram
// torn, the end comes last. As much is sent as the machine manages in a moment.
#include "helpers.h"

#define EACH   2000
#define MOMENT 250000000LL // ns

static int p[2];
static uint32_t sent[4];
static unsigned char seen[4 * EACH];
static long long end;

static void *write_numbers(void *arg)
{
	uint32_t writer = (uint32_t)(uintptr_t)arg, message[16];

	do {
		for (int k = 0; k < 16; k++)
			message[k] = writer * EACH + sent[writer];
		if (write(p[0], message, sizeof(message)) != sizeof(message))
			return (void *)1;
	} while (++sent[writer] < EACH && now_ns(CLOCK_MONOTONIC) < end);
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
	uint32_t once = 0, wrong = 0;

	memset(seen, 0, sizeof(seen));
	memset(sent, 0, sizeof(sent));
	end = now_ns(CLOCK_MONOTONIC) + MOMENT;
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
	for (uint32_t i = 0; i < 4 * EACH; i++) {
		once += seen[i] == 1;
		wrong += seen[i] != (i % EACH < sent[i / EACH]);
	}
	CHECK_EQ(wrong, 0);
	CHECK_EQ(once, sent[0] + sent[1] + sent[2] + sent[3]);
	close(p[0]);
	close(p[1]);
}

static int last_round; // atomic; below 0: no more

// In each round, write and close.
static void *write_tails(void *arg)
{
	int round;

	for (int done = 0;; done = round) {
		while ((round = __atomic_load_n(&last_round, __ATOMIC_ACQUIRE)) == done)
			sched_yield();
		if (round < 0)
			return NULL;
		for (volatile int i = 0; i < round * 7 % 400; i++)
			;
		if (write(*(int *)arg, "tail", 4) != 4)
			return (void *)1;
		close(*(int *)arg);
	}
}

// What was written before the end is read before it.
static void tails(void)
{
	int rounds = 0, whole = 0;
	pthread_t thread;
	void *result;
	char data[8];

	end = now_ns(CLOCK_MONOTONIC) + MOMENT;
	pthread_create(&thread, NULL, write_tails, &p[0]);
	do {
		ssize_t n, bytes = 0;

		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
		__atomic_store_n(&last_round, ++rounds, __ATOMIC_RELEASE);
		while ((n = recv(p[1], data, 8, rounds & 1 ? MSG_DONTWAIT : 0)) != 0) {
			if (n < 0 && errno != EAGAIN)
				break;
			bytes += n > 0 ? n : 0;
		}
		whole += bytes == 4;
		close(p[1]);
	} while (now_ns(CLOCK_MONOTONIC) < end);
	__atomic_store_n(&last_round, -1, __ATOMIC_RELEASE);
	pthread_join(thread, &result);
	CHECK(result == NULL);
	CHECK_EQ(whole, rounds);
}

CONTRACT
{
	tails();
	run(SOCK_SEQPACKET);
	// Of a stream, writes of this size arrive whole too, for one reader at a time.
	run(SOCK_STREAM);
}
