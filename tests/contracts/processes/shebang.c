// SPDX-License-Identifier: MIT
// Covers: PROC-03. Scripts: interpreter and one argument, the script's path after them, nesting
// up to a bound, what is no script is ENOEXEC.
#include "contract.h"

static void script(const char *path, const char *text)
{
	put_file(path, text);
	MUST(chmod(path, 0755));
}

static const char *output_of(const char *path, char *const words[])
{
	static char text[512];
	int ends[2];
	ssize_t n, all = 0;
	pid_t child;

	MUST(pipe(ends));
	child = CHILD(dup2(ends[1], 1); execve(path, words, (char *[]){NULL}); _exit(errno));
	close(ends[1]);
	while ((n = read(ends[0], text + all, sizeof(text) - 1 - (size_t)all)) > 0)
		all += n;
	text[all] = 0;
	close(ends[0]);
	CHECK_EXIT(child, 0);
	return text;
}

static int errno_of(const char *path)
{
	return child_wait(CHILD(execl(path, "x", NULL); _exit(errno))) >> 8;
}

CONTRACT
{
	char *words[] = {"zero", "a b", "c", NULL};
	char blank[400] = "#!";

	script("s1", "#!/bin/echo  one two \nrest");
	CHECK_TEXT(output_of("./s1", words), "one two ./s1 a b c\n");
	script("s2", "#!/bin/echo");
	CHECK_TEXT(output_of("./s2", words), "./s2 a b c\n");
	script("s3", "#! ./s1 x\n");
	CHECK_TEXT(output_of("./s3", words), "one two ./s1 x ./s3 a b c\n");
	CHECK_TEXT(output_of("/tmp/contract/s2", (char *[]){"q", NULL}), "/tmp/contract/s2\n");
	script("s5", "#!  \n");
	CHECK_EQ(errno_of("./s5"), ENOEXEC);
	script("s6", "echo no head\n");
	CHECK_EQ(errno_of("./s6"), ENOEXEC);
	script("s7", "#!/no/interpreter\n");
	CHECK_EQ(errno_of("./s7"), ENOENT);
	script("s8", "#!./s8\n");
	CHECK_EQ(errno_of("./s8"), ELOOP);
	script("s9", "");
	CHECK_EQ(errno_of("./s9"), ENOEXEC);
	// The file ends before an interpreter is named.
	script("s11", "#!");
	CHECK_EQ(errno_of("./s11"), EACCES);
	script("s12", "#!  ");
	CHECK_EQ(errno_of("./s12"), EACCES);
	script("s13", "#");
	CHECK_EQ(errno_of("./s13"), ENOEXEC);
	memset(blank + 2, ' ', sizeof(blank) - 3);
	script("s14", blank);
	CHECK_EQ(errno_of("./s14"), ENOEXEC);
	MUST(chmod("s2", 0644));
	CHECK_EQ(errno_of("./s2"), EACCES);
	script("s10", "#!./s2\n");
	CHECK_EQ(errno_of("./s10"), EACCES);
	CHECK_EQ(errno_of("."), EACCES);
	int fd = (int)MUST(open("s1", O_WRONLY));
	CHECK_EQ(errno_of("./s1"), ETXTBSY);
	close(fd);
}
