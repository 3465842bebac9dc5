// SPDX-License-Identifier: MIT
// So many forks and execs in a row, and every fourth time a fork alone: forks [COUNT].

#include "contract.h"

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 10000;
	char *arguments[] = {"true", NULL}, *none[] = {NULL};

	for (int i = 0; i < count; i++) {
		pid_t child = i % 2 ? vfork() : fork();

		if (child == 0) {
			execve("/bin/true", arguments, none);
			_exit(99);
		}
		if (child < 0 || child_wait(child) != 0)
			check_value(__FILE_NAME__, __LINE__, "exec", i, -1);
		if (i % 4 == 0)
			child_wait(CHILD(_exit(0)));
	}
	say("ok %d forks and execs", count);
	return 0;
}
