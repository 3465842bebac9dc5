// SPDX-License-Identifier: MIT
// Runs the contracts inside the guest, one after the other: contracts-runner SECONDS FOLDER [whole].
// FOLDER/list names them, a line each.
//
// Each program starts in a session, a process group and an empty folder of its own, with no input,
// default signal actions and standard output and error in one pipe. After it has ended, or after
// SECONDS, everything that it left running is killed. What the host reads:
//
//	@@begin NAME
//	the program's output, ending in a newline
//	@@end NAME exit STATUS MILLISECONDS      or: signal NUMBER, timeout 0
//
// On Tern each area ends with one more, AREA/accounts: the objects that the kernel holds when it is
// over (of every slab, threads, open files, inodes, dentries, mounts) are those that it held before.

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../stress/accounts.h"

#define OUTPUT_LIMIT (64 * 1024)

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

static void become(const char *folder, const char *name, int output)
{
	char path[256];
	sigset_t none;
	int input = open("/dev/null", O_RDONLY);

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	setsid();
	dup2(input, 0);
	dup2(output, 1);
	dup2(output, 2);
	for (int fd = 3; fd < 16; fd++)
		close(fd);
	for (int number = 1; number < 32; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl(path, path, (char *)NULL);
	fprintf(stderr, "cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

// Pass the program's output on until it has ended and the pipe is empty, or the time is over.
// True: it ended by itself.
static bool follow(pid_t child, int output, long long deadline, int *status)
{
	static char buffer[4096];
	size_t passed = 0;
	char last = '\n';
	bool ended = false;

	for (;;) {
		struct pollfd ready = {.fd = output, .events = POLLIN};
		ssize_t n = 0;

		if (poll(&ready, 1, ended ? 0 : 50) > 0)
			n = read(output, buffer, sizeof(buffer));
		if (n > 0) {
			if (passed < OUTPUT_LIMIT) {
				fwrite(buffer, 1, (size_t)n, stdout);
				last = buffer[n - 1];
			}
			passed += (size_t)n;
		}
		// Once it has ended, only what is already in the pipe counts: a child of it may
		// hold the other end.
		if (ended && n <= 0)
			break;
		if (!ended && waitpid(child, status, WNOHANG) == child)
			ended = true;
		else if (!ended && now_ms() > deadline)
			break;
	}
	if (last != '\n')
		putchar('\n');
	return ended;
}

static void run(const char *folder, const char *name, int seconds)
{
	long long start = now_ms();
	int status = 0;
	int ends[2];
	bool ended;
	pid_t child;

	printf("@@begin %s\n", name);
	fflush(stdout);
	mkdir("/tmp/contract", 0755);
	// An earlier one may have given the folder away.
	if (chdir("/tmp/contract") != 0 || chown(".", 0, 0) != 0 || chmod(".", 0755) != 0 ||
	    pipe(ends) != 0) {
		printf("runner: %s\n@@end %s exit 126 0\n", strerror(errno), name);
		return;
	}
	child = fork();
	if (child == 0)
		become(folder, name, ends[1]);
	close(ends[1]);
	if (child < 0) {
		printf("runner: fork: %s\n@@end %s exit 126 0\n", strerror(errno), name);
		close(ends[0]);
		return;
	}
	ended = follow(child, ends[0], start + seconds * 1000LL, &status);
	close(ends[0]);

	// All but process 1 and this one.
	kill(-1, SIGKILL);
	for (int tries = 0; tries < 100; tries++) {
		pid_t gone = waitpid(-1, NULL, WNOHANG);

		if (gone < 0)
			break;
		if (gone == 0)
			usleep(10000);
	}
	if (chdir("/") == 0)
		nftw("/tmp/contract", remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	if (!ended)
		printf("@@end %s timeout 0 %lld\n", name, now_ms() - start);
	else if (WIFEXITED(status))
		printf("@@end %s exit %d %lld\n", name, WEXITSTATUS(status), now_ms() - start);
	else
		printf("@@end %s signal %d %lld\n", name, WTERMSIG(status), now_ms() - start);
	fflush(stdout);
}

// The accounts without this program's own memory, which changes as it runs: its frames and mappings. The suite "stress" compares them.
static void take_objects(struct accounts *all)
{
	static const char *const frames[] = {"MemFree + Slab",
					     "AnonPages:", "PageTables:", "Committed_AS:"};
	int kept = 0;

	accounts_take(all);
	for (int i = 0; i < all->count; i++) {
		bool frame = false;

		if (strcmp(all->account[i].name, "objects of vm_area_struct") == 0)
			all->account[i].value -= accounts_lines(accounts_read("/proc/self/maps"));
		for (size_t k = 0; k < sizeof(frames) / sizeof(*frames); k++)
			frame |= strcmp(all->account[i].name, frames[k]) == 0;
		if (!frame)
			all->account[kept++] = all->account[i];
	}
	all->count = kept;
}

// The kernel's accounts at the beginning of an area, and the judgement at its end.
struct area {
	char name[64];
	long long start;
	struct accounts before;
};

static void area_begin(struct area *area, const char *contract)
{
	snprintf(area->name, sizeof(area->name), "%.*s", (int)strcspn(contract, "/"), contract);
	area->start = now_ms();
	// The first taking opens files, which would be among what it counts.
	take_objects(&area->before);
	take_objects(&area->before);
}

// What is freed late (after a grace period, by a worker) has some seconds to come back.
static void area_end(struct area *area)
{
	static struct accounts after;
	static char line[4096];
	long long deadline = now_ms() + 3000;
	int differ;

	for (;;) {
		take_objects(&after);
		differ = accounts_differ(&area->before, &after, line, sizeof(line));
		if (!differ || now_ms() > deadline)
			break;
		usleep(50000);
	}
	printf("@@begin %s/accounts\n", area->name);
	if (differ)
		printf("FAIL the kernel holds something else than before this area: %s\n", line);
	else
		printf("ok %d checks\n", after.count);
	printf("@@end %s/accounts exit %d %lld\n", area->name, differ != 0, now_ms() - area->start);
	fflush(stdout);
	area->name[0] = 0;
}

static bool is_tern(void)
{
	struct utsname name;

	return uname(&name) == 0 && strstr(name.release, "tern");
}

// What is made once and stays is made before anything is counted: our folder, its table of entries,
// the one inode of all event descriptors.
static void warm_up(void)
{
	int fd;

	mkdir("/tmp/contract", 0755);
	fd = open("/tmp/contract/first", O_CREAT | O_WRONLY, 0600);
	close(fd);
	unlink("/tmp/contract/first");
	fd = eventfd(0, 0);
	close(fd);
}

// Areas follow each other, or the names are in random order: then there is one area, of all.
static void run_list(FILE *list, const char *folder, int seconds, bool whole)
{
	static struct area area;
	bool tern = is_tern();
	char name[256];

	warm_up();
	while (fscanf(list, "%255s", name) == 1) {
		size_t length = strlen(area.name);

		if (tern && length && !whole &&
		    (strncmp(area.name, name, length) != 0 || name[length] != '/'))
			area_end(&area);
		if (tern && !area.name[0])
			area_begin(&area, whole ? "all" : name);
		run(folder, name, seconds);
	}
	if (area.name[0])
		area_end(&area);
}

int main(int argc, char **argv)
{
	char path[256];
	FILE *list;

	if (argc != 3 && (argc != 4 || strcmp(argv[3], "whole") != 0)) {
		fprintf(stderr, "usage: %s SECONDS FOLDER [whole]\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	snprintf(path, sizeof(path), "%s/list", argv[2]);
	// Closed on exec: a contract has no descriptors but its three.
	list = fopen(path, "re");
	if (!list) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 2;
	}
	run_list(list, argv[2], atoi(argv[1]), argc == 4);
	fclose(list);
	return 0;
}
