// SPDX-License-Identifier: MIT
// Covers: SOCK-05. Descriptors passed in circles: long ones, by several processes at once, beside others
// that are still in use. What only a circle holds is closed; what can be reached arrives.
#include "helpers.h"

#define RING	16
#define WORKERS 4
#define MOMENT	200000000LL // ns

// Was everything that had the write end closed? Collection may come later, but comes without help.
static bool ended(int read_end)
{
	struct pollfd item = {.fd = read_end, .events = POLLIN};
	char byte;

	return poll(&item, 1, 10000) == 1 && read(read_end, &byte, 1) == 0;
}

// Each socket lies in the queue of the next; the last one holds passenger too. The first pair's own end
// is returned when the circle stays open.
static int ring(int type, int passenger, bool open)
{
	int pairs[RING][2], fds[2];

	for (int i = 0; i < RING; i++)
		MUST(socketpair(AF_UNIX, type, 0, pairs[i]));
	for (int i = 0; i < RING; i++) {
		fds[0] = pairs[(i + 1) % RING][1];
		fds[1] = passenger;
		MUST(send_fds(pairs[i][0], "x", fds, i == RING - 1 ? 2 : 1, 0));
	}
	for (int i = 0; i < RING; i++) {
		close(pairs[i][0]);
		if (i || !open)
			close(pairs[i][1]);
	}
	return open ? pairs[0][1] : -1;
}

static void poke(void)
{
	int p[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	close(p[0]);
	close(p[1]);
}

// From one socket to the next until the passenger comes.
static int unwind(int socket)
{
	size_t count;
	char data[4];
	int fds[2];

	for (int i = 0; i < RING; i++) {
		if (receive_fds(socket, data, 4, fds, 2, &count, 0, NULL) != 1)
			return -1;
		close(socket);
		socket = fds[0];
		if (count == 2) {
			close(socket);
			return fds[1];
		}
	}
	return -1;
}

static void work(int number)
{
	long long end = now_ns(CLOCK_MONOTONIC) + MOMENT;
	int rounds = 0;

	do {
		int type = (number + rounds) % 2 ? SOCK_STREAM : SOCK_DGRAM, ends[2], kept[2], held,
		    out;

		MUST(pipe(ends));
		MUST(pipe(kept));
		ring(type, ends[1], false);
		held = ring(type, kept[1], true);
		close(ends[1]);
		close(kept[1]);
		poke();
		if (!ended(ends[0]))
			_exit(2);
		// The other circle is whole.
		out = unwind(held);
		if (out < 0 || write(out, "!", 1) != 1)
			_exit(3);
		close(out);
		poke();
		char byte;
		if (read(kept[0], &byte, 1) != 1 || !ended(kept[0]))
			_exit(4);
		close(ends[0]);
		close(kept[0]);
		rounds++;
	} while (now_ns(CLOCK_MONOTONIC) < end);
}

CONTRACT
{
	pid_t workers[WORKERS];

	work(0);
	CHECK(true);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = CHILD(work(i));
	for (int i = 0; i < WORKERS; i++)
		CHECK_EXIT(workers[i], 0);
	// A circle of the descriptors of a process that is killed: its sockets close one by one.
	int ends[2], told[2];
	MUST(pipe(ends));
	MUST(pipe(told));
	pid_t child = CHILD(int p[2]; MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
			    int fds[2] = {p[1], ends[1]}; MUST(send_fds(p[0], "x", fds, 2, 0));
			    tell(told); for (;;) pause());
	hear(told);
	close(ends[1]);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	poke();
	CHECK(ended(ends[0]));
}
