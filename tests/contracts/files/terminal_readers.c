// SPDX-License-Identifier: MIT
// Covers: FILE-21. Of several who read a terminal, or its master, one gets what comes: the others go on waiting and
// are told of no end of file.
#include "contract.h"
#include <termios.h>

#define READERS 4
#define ROUNDS	150

static void read_until_told(int fd)
{
	char data[16];
	ssize_t n;

	do {
		n = MUST(read(fd, data, sizeof(data)));
		if (n == 0)
			_exit(2);
	} while (data[0] != 'q');
}

// What is written to one end, to be read at the other.
static void readers(int from, int to)
{
	pid_t children[READERS];

	for (int i = 0; i < READERS; i++)
		children[i] = CHILD(read_until_told(from));
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < READERS; i++)
			while (state_of(children[i]) == 'R')
				sched_yield();
		MUST(write(to, "x\n", 2));
	}
	for (int i = 0; i < READERS; i++) {
		int status;

		while (poll(&(struct pollfd){.fd = from, .events = POLLIN}, 1, 0) == 1)
			sleep_ms(1);
		MUST(write(to, "q\n", 2));
		MUST(wait(&status));
		CHECK_EQ(status, 0);
	}
}

CONTRACT
{
	int master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY)), slave;
	struct termios mode;

	MUST(unlockpt(master));
	slave = (int)MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
	MUST(tcgetattr(slave, &mode));
	mode.c_lflag &= ~(tcflag_t)ECHO;
	mode.c_oflag = 0;
	MUST(tcsetattr(slave, TCSANOW, &mode));
	readers(slave, master);
	readers(master, slave);
}
