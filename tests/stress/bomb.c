// SPDX-License-Identifier: MIT
// A fork bomb: bomb limited (by RLIMIT_NPROC: no more processes than that), bomb unlimited SECONDS (the machine goes on, and whoever
// started it can end it).

#include "contract.h"

#include <dirent.h>
#include <sys/prctl.h>

#define USER  6000
#define LIMIT 50

// Processes of USER, as /proc shows them.
static int population(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (proc && (entry = readdir(proc))) {
		char path[300];
		struct stat info;

		snprintf(path, sizeof(path), "/proc/%s", entry->d_name);
		if (atoi(entry->d_name) && stat(path, &info) == 0 && info.st_uid == USER)
			count++;
	}
	if (proc)
		closedir(proc);
	return count;
}

static void explode(void)
{
	for (;;)
		if (fork() < 0)
			sched_yield();
}

static int defuser[2];

// Ready before the bomb is, for then there may be no memory to fork, and one of USER by then: a
// setuid() after the bomb would put it on top of those that the limit allows. Every byte is an
// order.
static void defuser_start(void)
{
	int ready[2];
	char order;

	MUST(pipe(ready));
	MUST(pipe(defuser));
	if (MUST(fork()) > 0) {
		hear(ready);
		close(ready[0]);
		close(ready[1]);
		return;
	}
	close(defuser[1]);
	MUST(setuid(USER));
	tell(ready);
	while (read(defuser[0], &order, 1) == 1)
		kill(-1, SIGKILL);
	_exit(0);
}

// A bomb that is out of memory dies slowly.
static void defuse(void)
{
	do {
		MUST(write(defuser[1], "!", 1));
		sleep_ms(50);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (population() > 1);
	close(defuser[1]);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void limited(void)
{
	struct rlimit limit = {LIMIT, LIMIT};
	pid_t child = CHILD(setpriority(PRIO_PROCESS, 0, 0); MUST(setuid(USER));
			    MUST(setrlimit(RLIMIT_NPROC, &limit)); explode());
	int most = 0;

	for (int i = 0; i < 20; i++) {
		int now = population() - 1; // without the defuser

		most = now > most ? now : most;
		sleep_ms(20);
	}
	CHECK(most > LIMIT / 2);
	CHECK(most <= LIMIT - 1);
	(void)child;
	defuse();
}

static void unlimited(int seconds)
{
	long long end = now_ns(CLOCK_MONOTONIC) + seconds * 1000000000LL;
	int rounds = 0;

	if (fork() == 0) {
		struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};

		MUST(setrlimit(RLIMIT_NPROC, &any));
		setpriority(PRIO_PROCESS, 0, 0);
		MUST(setuid(USER));
		explode();
	}
	// Life goes on meanwhile, if slowly; when there is no memory the answer is an error.
	while (now_ns(CLOCK_MONOTONIC) < end) {
		pid_t child = fork();

		if (child == 0) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		CHECK(child > 0 || errno == EAGAIN || errno == ENOMEM);
		if (child > 0)
			child_wait(child);
		rounds++;
		sleep_ms(10);
	}
	say("%d processes, %d rounds", population(), rounds);
	defuse();
}

int main(int argc, char **argv)
{
	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1)); // so that what dies can be waited for here
	defuser_start();
	MUST(setpriority(PRIO_PROCESS, 0,
			 -20)); // those who look are not to wait for those who fork
	if (argc > 1 && strcmp(argv[1], "unlimited") == 0)
		unlimited(argc > 2 ? atoi(argv[2]) : 5);
	else
		limited();
	CHECK_EXIT(CHILD(execl("/bin/true", "true", (char *)NULL)), 0);
	say("ok");
	return 0;
}
