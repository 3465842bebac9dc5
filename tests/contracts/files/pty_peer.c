// SPDX-License-Identifier: MIT
// Covers: FILE-21. TIOCGPTPEER, by which glibc's openpty() opens the slave: the descriptor has
// the node's name and inode.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

CONTRACT
{
	int master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)), slave, number,
	    unlock = 0;
	struct stat node, opened;
	char name[64], link[64], target[64];
	ssize_t length;

	MUST(ioctl(master, TIOCGPTN, &number));
	CHECK_ERRNO(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY), EIO); // still locked
	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	slave = (int)MUST(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
	CHECK_EQ(fcntl(slave, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(isatty(slave), 1);

	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", slave);
	length = MUST(readlink(link, target, sizeof(target) - 1));
	target[length] = '\0';
	CHECK_TEXT(target, name);
	CHECK_TEXT(ttyname(slave), name);
	MUST(stat(name, &node));
	MUST(fstat(slave, &opened));
	CHECK_EQ(opened.st_ino, node.st_ino);
	CHECK_EQ(opened.st_dev, node.st_dev);
	CHECK_EQ(opened.st_rdev, node.st_rdev);
	CHECK_EQ(opened.st_mode, node.st_mode);

	MUST(write(master, "line\n", 5));
	CHECK_EQ(read(slave, target, sizeof(target)), 5);
	CHECK_EQ(memcmp(target, "line\n", 5), 0);
}
