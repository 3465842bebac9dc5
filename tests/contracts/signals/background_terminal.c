// SPDX-License-Identifier: MIT
// Covers: SIG-27 PROC-10. A background group: SIGTTIN on read, SIGTTOU on write with TOSTOP and
// on tcsetattr; ignored or blocked gives EIO or goes through. Who reads until his group is in front is
// interrupted by nothing that another thread takes; who began in front goes on behind.
#include "contract.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

static void open_terminal(void)
{
	char name[64];
	int number, unlock = 0;

	master = (int)MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	MUST(ioctl(master, TIOCSPTLCK, &unlock));
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	slave = (int)MUST(open(name, O_RDWR | O_NOCTTY));
}

static int stopped_by(pid_t child)
{
	int status;

	MUST(waitpid(child, &status, WUNTRACED));
	kill(child, SIGKILL);
	child_wait(child);
	return WIFSTOPPED(status) ? WSTOPSIG(status) : -status;
}

// In a group of its own, which the terminal does not have in the foreground.
#define BACKGROUND(...) CHILD(MUST(setpgid(0, 0)); __VA_ARGS__)

static volatile int caught;

static void count(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
	caught++;
}

static void *read_line(void *result)
{
	char line[8];

	*(ssize_t *)result = read(slave, line, sizeof(line));
	return NULL;
}

// The first thread takes the signals, another reads.
static void threads(void)
{
	pthread_t reader;
	ssize_t result;

	signal(SIGTTOU, SIG_IGN);
	catch_signal(SIGTTIN, count, SA_RESTART);
	MUST(-pthread_create(&reader, NULL, read_line, &result));
	while (caught < 5)
		sleep_ms(1);
	MUST(tcsetpgrp(slave, getpid()));
	MUST(write(master, "x\n", 2));
	MUST(-pthread_join(reader, NULL));
	CHECK_EQ(result, 2);
}

// Whose group was in front when he began to read goes on.
static void left_behind(void)
{
	char line[8];
	pid_t child = BACKGROUND(MUST(tcsetpgrp(slave, getpid()));
				 CHECK_EQ(read(slave, line, sizeof(line)), 2));

	while (tcgetpgrp(slave) != child)
		sleep_ms(1);
	wait_until_asleep(child);
	MUST(tcsetpgrp(slave, getpid()));
	MUST(write(master, "x\n", 2));
	CHECK_EXIT(child, 0);
}

static void in_session(void)
{
	struct termios state;
	char byte;

	MUST(setsid());
	MUST(ioctl(slave, TIOCSCTTY, 0));
	CHECK_EQ(tcgetpgrp(slave), getpid());
	MUST(tcgetattr(slave, &state));
	CHECK_EQ(stopped_by(BACKGROUND(read(slave, &byte, 1))), SIGTTIN);
	// Without TOSTOP anyone may write.
	CHECK_EXIT(BACKGROUND(CHECK_EQ(write(slave, "x", 1), 1)), 0);
	CHECK_EQ(stopped_by(BACKGROUND(tcsetattr(slave, TCSANOW, &state))), SIGTTOU);
	CHECK_EQ(stopped_by(BACKGROUND(tcsetpgrp(slave, getpid()))), SIGTTOU);
	state.c_lflag |= TOSTOP;
	MUST(tcsetattr(slave, TCSANOW, &state));
	CHECK_EQ(stopped_by(BACKGROUND(write(slave, "x", 1))), SIGTTOU);
	CHECK_EXIT(BACKGROUND(signal(SIGTTOU, SIG_IGN); CHECK_EQ(write(slave, "y", 1), 1)), 0);
	CHECK_EXIT(BACKGROUND(signal(SIGTTIN, SIG_IGN); CHECK_ERRNO(read(slave, &byte, 1), EIO)),
		   0);
	sigset_t input = set_of(SIGTTIN), output = set_of(SIGTTOU);
	CHECK_EXIT(BACKGROUND(sigprocmask(SIG_BLOCK, &input, NULL);
			      CHECK_ERRNO(read(slave, &byte, 1), EIO)),
		   0);
	CHECK_EXIT(BACKGROUND(sigprocmask(SIG_BLOCK, &output, NULL);
			      CHECK_EQ(tcsetpgrp(slave, getpid()), 0);
			      CHECK_EQ(tcgetpgrp(slave), getpid())),
		   0);
	signal(SIGTTOU, SIG_IGN);
	MUST(tcsetpgrp(slave, getpid()));
	left_behind();
	CHECK_EXIT(BACKGROUND(threads()), 0);
}

CONTRACT
{
	open_terminal();
	CHECK_EXIT(CHILD(in_session()), 0);
}
