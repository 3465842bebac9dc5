// SPDX-License-Identifier: MIT
// Covers: SYS-01. /proc/PID/cmdline is the arguments as the process keeps them; once it has written over the end of the last
// one, as setproctitle does, it is one string that may go on into the environment.
#include "contract.h"

static char text[8192];

// What is there, NULs as bars.
static const char *line(void)
{
	int fd = (int)MUST(open("/proc/self/cmdline", O_RDONLY));
	ssize_t n = MUST(read(fd, text, sizeof(text) - 1));

	for (ssize_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : '|';
	text[n] = 0;
	close(fd);
	return text;
}

static void title(char *arguments)
{
	size_t length = (size_t)(environ[0] - arguments);

	CHECK_TEXT(line(), "first|second|third|");
	arguments[length - 1] = '!';
	CHECK_TEXT(line(), "first|");
	memset(arguments, 'T', length + 3);
	CHECK_TEXT(line(), "TTTTTTTTTTTTTTTTTTTTTT=1|");
	memset(arguments, 0, length);
	strcpy(arguments, "short");
	CHECK_TEXT(line(), "short||||||||||||||");
	arguments[length - 1] = '!';
	CHECK_TEXT(line(), "short|");
}

static void long_title(char *arguments)
{
	memset(arguments, 'L', 5000);
	CHECK_EQ(strlen(line()), 4096);
	CHECK_EQ(strspn(text, "L"), 4096);
}

CONTRACT
{
	static char much[6000];

	if (!strcmp(program_invocation_name, "first"))
		title(program_invocation_name), _exit(0);
	if (!strcmp(program_invocation_name, "long"))
		long_title(program_invocation_name), _exit(0);
	memset(much, 'e', sizeof(much) - 1);
	CHECK_EXIT(CHILD(MUST(execve("/proc/self/exe", (char *[]){"first", "second", "third", NULL},
				     (char *[]){"ONE=1", "TWO=2", NULL}))),
		   0);
	CHECK_EXIT(CHILD(MUST(execve("/proc/self/exe", (char *[]){"long", "one", NULL},
				     (char *[]){much, NULL}))),
		   0);
}
