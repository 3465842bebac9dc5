// SPDX-License-Identifier: MIT
// Covers: PROC-01 PROC-03. Others look into a process through /proc while it executes programs and ends: its locks stay its
// own, and what it had open is closed when its end is told.
#include "contract.h"

#include <sys/mman.h>

#define GENERATIONS 40
#define ENDS	    150

static volatile pid_t *looked_at;

static void looks(void)
{
	for (;;) {
		char path[64], text[4096];
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/status", *looked_at);
		fd = open(path, O_RDONLY);
		(void)!read(fd, text, sizeof(text));
		close(fd);
		snprintf(path, sizeof(path), "/proc/%d/fd", *looked_at);
		fd = open(path, O_RDONLY | O_DIRECTORY);
		(void)!syscall(SYS_getdents64, fd, text, sizeof(text));
		close(fd);
	}
}

// The program again and again, until none is left to come; 50 tells that.
static void generation(int left)
{
	char next[32];

	if (!left) {
		MUST(write(50, "x", 1));
		pause();
	}
	snprintf(next, sizeof(next), "GENERATION=%d", left - 1);
	execle("/proc/self/exe", "x", NULL, (char *[]){next, NULL});
	_exit(9);
}

static void locks_stay(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0644)), ends[2];
	char byte;
	pid_t child;

	MUST(pipe(ends));
	child = CHILD(*looked_at = getpid(); MUST(fcntl(fd, F_SETLK, &lock));
		      MUST(dup2(ends[1], 50)); generation(GENERATIONS));
	MUST(read(ends[0], &byte, 1));
	MUST(fcntl(fd, F_GETLK, &lock));
	CHECK_EQ(lock.l_type, F_WRLCK);
	CHECK_EQ(lock.l_pid, child);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}

static void ends_are_closed(void)
{
	for (int i = 0; i < ENDS; i++) {
		int ends[2];
		char byte;
		pid_t child;

		MUST(pipe2(ends, O_NONBLOCK));
		child = CHILD(*looked_at = getpid(); sleep_ms(1));
		close(ends[1]);
		MUST(waitpid(child, NULL, 0));
		if (read(ends[0], &byte, 1) != 0)
			say("FAIL: still open when its end was told (%d)", i), _exit(1);
		close(ends[0]);
	}
}

// Its credentials change all the time.
static void new_credentials(void)
{
	CHECK_EXIT(CHILD(*looked_at = getpid(); long long end = now_ns(CLOCK_MONOTONIC) + 150000000;
			 while (now_ns(CLOCK_MONOTONIC) < end)
				 MUST(setresuid((uid_t)-1, (uid_t)-1, (uid_t)-1))),
		   0);
}

CONTRACT
{
	pid_t lookers[2];

	if (getenv("GENERATION"))
		generation(atoi(getenv("GENERATION")));
	looked_at = MAP(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*looked_at = getpid();
	for (int i = 0; i < 2; i++)
		lookers[i] = CHILD(looks());
	locks_stay();
	ends_are_closed();
	new_credentials();
	for (int i = 0; i < 2; i++) {
		MUST(kill(lookers[i], SIGKILL));
		CHECK_KILLED(lookers[i], SIGKILL);
	}
}
