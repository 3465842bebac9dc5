// SPDX-License-Identifier: MIT
// Runs the stress programs inside the guest, one after the other, and compares the kernel's accounts before and after each:
// stress-runner SECONDS FOLDER "NAME ARGUMENT..." ...
//
// Each program starts in a session and an empty folder of its own. When it has ended, or after SECONDS, all that it left running is
// killed, its folder is emptied, and the accounts have some seconds to become what they were. What the host reads:
//
//	@@begin NAME ARGUMENT...
//	the program's output; a line "LEAK ..." when the accounts stay different
//	@@end exit STATUS MILLISECONDS           or: signal NUMBER, timeout 0
//
// Before the first program, a crowd of threads makes what the kernel makes once and keeps: page tables for its stacks.

#define _GNU_SOURCE
#include "accounts.h"

#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define FOLDER	"/tmp/stress"
#define STACK	1024 // of a thread that only waits
#define PATIENT 40   // times 100 ms, for what is on its way back

static struct accounts before, after;
static char line[4096];

static long long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	if (where->level > 0)
		remove(path);
	return 0;
}

// All but process 1 and this one; returns when none is left.
static bool kill_all(void)
{
	long long deadline = now_ms() + 10000;

	for (;;) {
		pid_t gone;

		kill(-1, SIGKILL);
		while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (gone < 0 && errno == ECHILD)
			return true;
		if (now_ms() > deadline)
			return false;
		usleep(10000);
	}
}

static void become(const char *folder, const char *words)
{
	char copy[256], path[256], *rest = copy, *arguments[8];
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	while (count < 7 && (arguments[count] = strsep(&rest, " ")))
		count++;
	arguments[count] = NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, arguments[0]);
	setsid();
	execv(path, arguments);
	printf("cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

static void compare(void)
{
	for (int i = 0; i < PATIENT; i++) {
		accounts_take(&after);
		if (accounts_differ(&before, &after, line, sizeof(line)) == 0)
			return;
		usleep(100000);
	}
	printf("LEAK %s\n", line);
}

static bool folder_make(void)
{
	return mkdir(FOLDER, 0777) == 0 && chmod(FOLDER, 0777) == 0 && chdir(FOLDER) == 0;
}

static void folder_remove(void)
{
	if (chdir("/") == 0)
		nftw(FOLDER, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	rmdir(FOLDER);
}

static int wait_for_end(void *argument)
{
	(void)argument;
	for (;;)
		pause();
}

static void crowd(void)
{
	long most = atol(accounts_read("/proc/sys/kernel/threads-max"));
	char *stack = malloc((size_t)most * STACK);
	int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	// As many as there may be.
	while (stack && most-- > 0 && clone(wait_for_end, stack += STACK, flags, NULL) >= 0)
		;
	raise(SIGKILL);
}

// Large descriptor tables, all at once.
static void crowd_of_tables(void)
{
	struct rlimit many = {16384, 16384};
	int ready = eventfd(0, 0);
	unsigned long long count;

	setsid();
	setrlimit(RLIMIT_NOFILE, &many);
	for (int i = 0; i < 32; i++)
		if (fork() == 0) {
			dup2(0, 16383);
			eventfd_write(ready, 1);
			for (;;)
				pause();
		}
	for (int i = 0; i < 32; i += (int)count)
		if (read(ready, &count, sizeof(count)) < 0)
			break;
	kill(0, SIGKILL);
}

// What the kernel, and this process, make once and keep.
static void warm_up(void)
{
	int anonymous;
	static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/ptmx"};

	printf("warming up\n");
	fflush(stdout);
	folder_make();
	anonymous = eventfd(0, 0); // anonymous files share an inode
	flock(anonymous, LOCK_EX);
	close(anonymous);
	for (unsigned i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		// What was locked once keeps the place for locks.
		int fd = open(devices[i], O_RDWR | O_NOCTTY);

		flock(fd, LOCK_EX);
		close(fd);
	}
	if (fork() == 0)
		crowd();
	while (wait(NULL) > 0)
		;
	if (fork() == 0)
		crowd_of_tables();
	while (wait(NULL) > 0)
		;
	folder_remove();
	accounts_take(&before);
	accounts_take(&after);
	memset(line, 0, sizeof(line));
	accounts_differ(&before, &after, line, sizeof(line));
}

static void run(const char *folder, const char *words, int seconds)
{
	long long start = now_ms(), took;
	int status = 0;
	pid_t child, ended = 0;
	bool died;

	printf("@@begin %s\n", words);
	fflush(stdout);
	if (!folder_make()) {
		printf("FAIL " FOLDER ": %s\n@@end exit 126 0\n", strerror(errno));
		return;
	}
	child = fork();
	if (child == 0)
		become(folder, words);
	while (child > 0 && !(ended = waitpid(child, &status, WNOHANG)) &&
	       now_ms() < start + seconds * 1000LL)
		usleep(20000);
	took = now_ms() - start;
	died = kill_all();
	folder_remove();
	if (!died)
		printf("FAIL processes that SIGKILL does not end\n");
	else
		compare();
	if (ended != child)
		printf("@@end timeout 0 %lld\n", took);
	else if (WIFEXITED(status))
		printf("@@end exit %d %lld\n", WEXITSTATUS(status), took);
	else
		printf("@@end signal %d %lld\n", WTERMSIG(status), took);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: %s SECONDS FOLDER \"NAME ARGUMENT...\" ...\n", argv[0]);
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	warm_up();
	for (int i = 3; i < argc; i++) {
		accounts_take(&before);
		run(argv[2], argv[i], atoi(argv[1]));
	}
	return 0;
}
