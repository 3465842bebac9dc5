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

#include "keeper.h"

#include <ftw.h>
#include <sys/prctl.h>

#define FOLDER "/tmp/stress"

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	if (where->level > 0)
		remove(path);
	return 0;
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
	else if (!accounts_are_back())
		printf("LEAK %s\n", line);
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
	printf("warming up\n");
	fflush(stdout);
	folder_make();
	warm_up();
	folder_remove();
	for (int i = 3; i < argc; i++) {
		accounts_take(&before);
		run(argv[2], argv[i], atoi(argv[1]));
	}
	return 0;
}
