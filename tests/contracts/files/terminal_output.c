// SPDX-License-Identifier: MIT
// Covers: FILE-21. What is written to a pseudo-terminal counts as sent, whether its master has read it or not: nobody waits for
// that, and no byte is told to be on its way. A terminal that hung up takes nothing, and has no name any more.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

CONTRACT
{
	struct termios termios;
	struct stat info;
	char text[16], name[32];
	int master = (int)MUST(posix_openpt(O_RDWR | O_NOCTTY)), slave, count = -1;

	MUST(unlockpt(master));
	strcpy(name, ptsname(master));
	slave = (int)MUST(open(name, O_RDWR | O_NOCTTY));
	MUST(tcgetattr(slave, &termios));
	termios.c_oflag &= ~(tcflag_t)OPOST;
	MUST(tcsetattr(slave, TCSANOW, &termios));
	CHECK_EQ(write(slave, "output", 6), 6);
	alarm(20); // who waits for the master waits for ever
	MUST(tcdrain(slave));
	MUST(tcsetattr(slave, TCSADRAIN, &termios));
	MUST(tcsetattr(slave, TCSAFLUSH, &termios));
	MUST(tcsendbreak(slave, 0));
	MUST(ioctl(slave, TIOCOUTQ, &count));
	CHECK_EQ(count, 0);
	MUST(ioctl(master, TIOCOUTQ, &count));
	CHECK_EQ(count, 0);
	alarm(0);
	CHECK_EQ(read(master, text, sizeof(text)), 6);
	CHECK(!memcmp(text, "output", 6));

	MUST(fstat(slave, &info));
	CHECK_EQ(info.st_nlink, 1);
	CHECK_EQ(info.st_blksize, 1024);
	MUST(close(master));
	MUST(fstat(slave, &info));
	CHECK_EQ(info.st_nlink, 0);
	CHECK_ERRNO(open(name, O_RDWR | O_NOCTTY), ENOENT);
	CHECK_ERRNO(write(slave, "", 0), EIO);
	CHECK_ERRNO(write(slave, (void *)8, 4), EIO);
	CHECK_ERRNO(write(slave, "a", 1), EIO);
	CHECK_EQ(read(slave, text, sizeof(text)), 0);
}
