// SPDX-License-Identifier: MIT
// Covers: PROC-19. Acquired by opening and by TIOCSCTTY, one per session, lost by TIOCNOTTY and
// with the leader: SIGHUP, /dev/tty; a pty lives on.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

static char name[64];
static volatile int hung;

static int new_terminal(void)
{
	int master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY)), number, unlock = 0;

	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	return master;
}

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	hung |= number == SIGHUP ? 1 : 2;
}

static void session(int master, int report[2])
{
	int slave, again;
	pid_t member, outsider;

	(void)master;
	MUST(setsid());
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	slave = (int)MUST(open(name, O_RDWR | O_NOCTTY));
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	CHECK_ERRNO(tcgetpgrp(slave), ENOTTY);
	// One that it may only write to does not, unless root asks.
	again = (int)MUST(open(name, O_WRONLY));
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	outsider = CHILD(setsid(); MUST(setresuid(1000, 1000, 1000));
			 CHECK_ERRNO(ioctl(again, TIOCSCTTY, 0), EPERM));
	CHECK_EXIT(outsider, 0);
	CHECK_EXIT(CHILD(setsid(); CHECK_EQ(ioctl(again, TIOCSCTTY, 0), 0)), 0);
	close(again);
	// The first terminal that a leader opens becomes its own.
	again = (int)MUST(open(name, O_RDWR));
	CHECK_EQ(tcgetsid(again), getpid());
	CHECK_EQ(tcgetpgrp(again), getpid());
	close((int)MUST(open("/dev/tty", O_RDWR)));
	CHECK_EQ(ioctl(slave, TIOCSCTTY, 0), 0);
	// In front may be the group that a process of the session leads, or might lead; none of another's.
	signal(SIGTTOU, SIG_IGN);
	member = CHILD(pause());
	CHECK_EQ(tcsetpgrp(slave, member), 0);
	CHECK_EQ(tcgetpgrp(slave), member);
	CHECK_EQ(tcsetpgrp(slave, getpid()), 0);
	CHECK_ERRNO(tcsetpgrp(slave, getppid()), EPERM);
	CHECK_ERRNO(tcsetpgrp(slave, 4000000), ESRCH);
	MUST(kill(member, SIGKILL));
	CHECK_KILLED(member, SIGKILL);
	signal(SIGTTOU, SIG_DFL);
	// Another session cannot have it, unless root steals it.
	outsider = CHILD(setsid(); MUST(setresuid(1000, 1000, 1000));
			 CHECK_ERRNO(ioctl(slave, TIOCSCTTY, 1), EPERM);
			 CHECK_ERRNO(tcgetpgrp(slave), ENOTTY));
	CHECK_EXIT(outsider, 0);
	// A member gives it up for itself alone.
	member = CHILD(CHECK_EQ(ioctl(slave, TIOCNOTTY), 0);
		       CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO));
	CHECK_EXIT(member, 0);
	close((int)MUST(open("/dev/tty", O_RDWR)));
	// The leader's end: SIGHUP to the foreground group, the terminal free again.
	member = CHILD(catch_signal(SIGHUP, handler, 0); catch_signal(SIGCONT, handler, 0);
		       tell(report); while (!(hung & 1)) sleep_ms(1);
		       // The signal may come a moment before the terminal goes.
		       int own; while ((own = open("/dev/tty", O_RDWR)) >= 0) close(own);
		       CHECK_EQ(errno, ENXIO); CHECK_EQ(write(slave, "x", 1), 1);
		       MUST(write(report[1], "D", 1)));
	hear(report);
	CHECK(member > 0);
}

CONTRACT
{
	int master = new_terminal(), report[2];
	pid_t leader;
	char word = 0;

	MUST(pipe(report));
	leader = CHILD(session(master, report); _exit(0));
	CHECK_EXIT(leader, 0);
	// The member has found its terminal gone.
	CHECK_EQ(read(report[0], &word, 1), 1);
	CHECK_EQ(word, 'D');
}
