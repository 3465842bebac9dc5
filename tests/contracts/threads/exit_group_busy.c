// SPDX-License-Identifier: MIT
// Covers: THREAD-10. exit_group, exec and SIGKILL while other threads are in the kernel: in
// reads, sleeps, futexes, forks, page faults; all end, the status is right.
#include "contract.h"

static int ends[2];

static void *reads(void *argument)
{
	char byte;

	for (;;)
		if (read(ends[0], &byte, 1) < 0)
			return argument;
}

static void *faults(void *argument)
{
	for (;;) {
		char *area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (size_t i = 0; i < 64 && area != MAP_FAILED; i++)
			area[i * PAGE] = 1;
		munmap(area, 64 * PAGE);
	}
	return argument;
}

static void *forks(void *argument)
{
	for (;;) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
	return argument;
}

static void *sleeps(void *argument)
{
	for (;;)
		sleep_ms(1);
	return argument;
}

static void family(int how)
{
	void *(*bodies[])(void *) = {reads, faults, forks, sleeps, reads, sleeps};
	pthread_t id;

	for (int i = 0; i < 6; i++)
		pthread_create(&id, NULL, bodies[i], NULL);
	sleep_ms(15);
	if (how == 0)
		_exit(21);
	if (how == 1)
		execl("/bin/sh", "sh", "-c", "exit 22", NULL);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

CONTRACT
{
	MUST(pipe(ends));
	for (int i = 0; i < 3; i++) {
		CHECK_EXIT(CHILD(family(0)), 21);
		CHECK_EXIT(CHILD(family(1)), 22);
		CHECK_KILLED(CHILD(family(2)), SIGKILL);
	}
}
