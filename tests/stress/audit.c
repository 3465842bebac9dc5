// SPDX-License-Identifier: MIT
// audit BEFORE COMMAND ARGUMENT...: runs a command of another suite with a /tmp, /dev/shm, /run and /root of its own and a /usr that it cannot
// change (Python would keep compiled modules there), and looks afterwards whether the kernel has all back. What the command leaves running is
// killed, the mounts go. The shell runs BEFORE in the same way first:
// what it makes is there already. The host reads the last line: `@@accounts equal`, or what is not.

#include "keeper.h"

#include <sys/mount.h>

static const char *const places[] = {"/tmp", "/dev/shm", "/run", "/root"};
#define PLACES 4

static bool places_make(void)
{
	for (int i = 0; i < PLACES; i++)
		if ((mkdir(places[i], 0755) != 0 && errno != EEXIST) ||
		    mount("audit", places[i], "tmpfs", 0, "mode=1777") != 0)
			return false;
	if (mount("/usr", "/usr", NULL, MS_BIND, NULL) != 0)
		return errno == ENOENT;
	return mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0;
}

static bool places_remove(void)
{
	bool done = umount2("/usr", MNT_DETACH) == 0 || errno == ENOENT || errno == EINVAL;

	for (int i = 0; i < PLACES; i++)
		done = umount2(places[i], MNT_DETACH) == 0 && done;
	return done;
}

// The command's status; line says `equal`, or what is not.
static int watch(char **command)
{
	int status = 0;
	pid_t child;

	accounts_take(&before);
	if (!places_make()) {
		snprintf(line, sizeof(line), "its folders cannot be mounted: %s", strerror(errno));
		return 1 << 8;
	}
	child = fork();
	if (child == 0) {
		execvp(command[0], command);
		fprintf(stderr, "audit: %s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	waitpid(child, &status, 0);
	if (!kill_all())
		snprintf(line, sizeof(line), "processes that SIGKILL does not end");
	else if (!places_remove())
		snprintf(line, sizeof(line), "its folders cannot be unmounted: %s",
			 strerror(errno));
	else if (accounts_are_back())
		snprintf(line, sizeof(line), "equal");
	return status;
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: audit BEFORE COMMAND ARGUMENT...\n");
		return 2;
	}
	warm_up();
	watch((char *[]){"sh", "-c", argv[1], NULL});
	status = watch(argv + 2);
	printf("@@accounts %s\n", line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
