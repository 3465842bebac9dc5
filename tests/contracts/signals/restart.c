// SPDX-License-Identifier: MIT
// Covers: SIG-08 SIG-09. SA_RESTART restarts read, wait4, futex; without it EINTR; poll, pause
// and sigsuspend end either way.
#include "contract.h"
#include <linux/futex.h>

static volatile int *runs; // of the handler; shared with children

static void handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	++*runs;
}

// A child that sends SIGUSR1 to us when we sleep, then, when the handler has run, writes a byte, then exits.
static pid_t disturber(int fd)
{
	pid_t parent = getpid();

	int before = *runs;

	return CHILD(wait_until_asleep(parent); kill(parent, SIGUSR1);
		     while (*runs == before) sleep_ms(1);
		     // Asleep again, or already gone on.
		     sleep_ms(30); MUST(write(fd, "x", 1)));
}

CONTRACT
{
	int ends[2];
	char byte = 0;
	pid_t child;
	int word = 0, status;
	struct timespec second = {1, 0}, short_time = {0, 200000000}, left = {7, 7};
	sigset_t none;

	runs = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(pipe(ends));
	catch_signal(SIGUSR1, handler, SA_RESTART);
	child = disturber(ends[1]);
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(*runs, 1);
	CHECK_EXIT(child, 0);

	child = disturber(ends[1]);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(*runs, 2);
	MUST(read(ends[0], &byte, 1));

	// poll is never restarted.
	child = disturber(ends[1]);
	CHECK_ERRNO(poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 5000), EINTR);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	child = disturber(ends[1]);
	CHECK_ERRNO(pause(), EINTR);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	child = disturber(ends[1]);
	sigemptyset(&none);
	CHECK_ERRNO(sigsuspend(&none), EINTR);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	child = disturber(ends[1]);
	CHECK_ERRNO(nanosleep(&second, &left), EINTR);
	CHECK(left.tv_sec == 0 && left.tv_nsec > 0);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	// A futex wait with a timeout is: EINTR without SA_RESTART; a wait without one restarts
	// with it.
	child = disturber(ends[1]);
	CHECK_ERRNO(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &second, NULL, 0), EINTR);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	CHECK_ERRNO(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &short_time, NULL, 0), ETIMEDOUT);

	catch_signal(SIGUSR1, handler, 0);
	child = disturber(ends[1]);
	CHECK_ERRNO(read(ends[0], &byte, 1), EINTR);
	CHECK_EXIT(child, 0);
	MUST(read(ends[0], &byte, 1));
	child = disturber(ends[1]);
	CHECK_ERRNO(waitpid(child, &status, 0), EINTR);
	CHECK_EXIT(child, 0);
}
