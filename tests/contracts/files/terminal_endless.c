// SPDX-License-Identifier: MIT
// Covers: FILE-21. A write to a terminal that never has to wait (a full line drops what comes, ONOCR
// drops '\r') is ended by a signal all the same, with what was done.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

#define LENGTH ((size_t)1 << 30)

static void set(int fd, tcflag_t output, tcflag_t local)
{
	struct termios modes;

	MUST(tcgetattr(fd, &modes));
	modes.c_iflag = 0;
	modes.c_oflag = output;
	modes.c_lflag = local;
	MUST(tcsetattr(fd, TCSANOW, &modes));
}

static void nothing(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

static void endless(int fd, const char *bytes)
{
	struct itimerval soon = {.it_value = {0, 100000}};
	pid_t child = CHILD(for (;;) if (write(fd, bytes, LENGTH) < 0) _exit(1));
	ssize_t n;

	sleep_ms(50);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
	MUST(setitimer(ITIMER_REAL, &soon, NULL));
	n = MUST(write(fd, bytes, LENGTH));
	CHECK(n > 0 && (size_t)n < LENGTH);
}

CONTRACT
{
	// One page of bytes, many times over: no memory to speak of.
	int file = (int)MUST(memfd_create("x", 0)), unlock = 0, master, slave;
	char *bytes =
		MAP(NULL, LENGTH, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	static char block[1 << 20];

	memset(block, '\r', sizeof(block));
	MUST(write(file, block, sizeof(block)));
	for (size_t at = 0; at < LENGTH; at += sizeof(block))
		(void)MAP(bytes + at, sizeof(block), PROT_READ, MAP_SHARED | MAP_FIXED, file, 0);
	master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	slave = (int)MUST(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	catch_signal(SIGALRM, nothing, 0);
	set(slave, OPOST | ONOCR, ICANON);
	endless(master, bytes);
	endless(slave, bytes);
}
