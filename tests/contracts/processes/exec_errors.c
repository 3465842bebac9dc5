// SPDX-License-Identifier: MIT
// Covers: PROC-03. execve's errors, and scripts: the interpreter's words, its one argument,
// nesting, ENOEXEC.
#include "contract.h"

static char *none[] = {NULL};

static int try(const char *path)
{
	char *arguments[] = {"x", NULL};

	return execve(path, arguments, none);
}

static const char *output_of(const char *path)
{
	static char text[512];
	char *arguments[] = {"zero", "one", "two words", NULL};
	int ends[2];
	ssize_t n;
	pid_t child;

	MUST(pipe(ends));
	child = CHILD(dup2(ends[1], 1); execve(path, arguments, none); _exit(99));
	close(ends[1]);
	CHECK_EXIT(child, 0);
	n = MUST(read(ends[0], text, sizeof(text) - 1));
	text[n] = 0;
	close(ends[0]);
	return text;
}

CONTRACT
{
	char *big = MAP(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *arguments[3] = {"x", big, NULL};
	int fd;

	CHECK_ERRNO(try("none"), ENOENT);
	CHECK_ERRNO(try(""), ENOENT);
	put_file("text", "hello\n");
	CHECK_ERRNO(try("text"), EACCES);
	MUST(chmod("text", 0755));
	CHECK_ERRNO(try("text"), ENOEXEC);
	put_file("empty", "");
	MUST(chmod("empty", 0755));
	CHECK_ERRNO(try("empty"), ENOEXEC);
	CHECK_ERRNO(try("."), EACCES);
	CHECK_ERRNO(try("text/x"), ENOTDIR);
	put_file("lost", "#!/no/such/thing\n");
	MUST(chmod("lost", 0755));
	CHECK_ERRNO(try("lost"), ENOENT);
	put_file("elf", "\177ELF\2\1\1");
	MUST(chmod("elf", 0755));
	CHECK_ERRNO(try("elf"), ENOEXEC);
	memset(big, 'a', (1 << 20) - 1);
	CHECK_ERRNO(execve("/bin/sh", arguments, none), E2BIG);
	CHECK_ERRNO(execve((char *)8, arguments, none), EFAULT);
	CHECK_ERRNO(execve("/bin/sh", (char **)8, none), EFAULT);
	fd = (int)MUST(open("busy", O_WRONLY | O_CREAT, 0755));
	CHECK_ERRNO(try("busy"), ETXTBSY);
	close(fd);

	put_file("script", "#! /bin/echo  first second \nrest\n");
	MUST(chmod("script", 0755));
	CHECK_TEXT(output_of("./script"), "first second ./script one two words\n");
	put_file("outer", "#!./script\n");
	MUST(chmod("outer", 0755));
	CHECK_TEXT(output_of("./outer"), "first second ./script ./outer one two words\n");
	for (int i = 0; i < 7; i++) {
		char name[16], line[32];

		snprintf(name, sizeof(name), "s%d", i);
		snprintf(line, sizeof(line), "#!./s%d\n", i + 1);
		put_file(name, line);
		MUST(chmod(name, 0755));
	}
	CHECK_ERRNO(try("s0"), ELOOP);
}
