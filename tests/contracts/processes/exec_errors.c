// SPDX-License-Identifier: MIT
// Covers: PROC-03. execve's errors, and scripts: the interpreter's words, its one argument,
// nesting, ENOEXEC.
#include "contract.h"

#include <elf.h>

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

// A program of this machine's that names its interpreter at that place in a file of 4096 bytes.
static void interpreter_at(size_t offset, size_t size)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr segments[2];
		char rest[4096 - sizeof(Elf64_Ehdr) - 2 * sizeof(Elf64_Phdr)];
	} program = {0};
	int self = (int)MUST(open("/proc/self/exe", O_RDONLY)),
	    fd = (int)MUST(open("named", O_WRONLY | O_CREAT | O_TRUNC, 0755));

	MUST(read(self, &program.header, sizeof(program.header)));
	program.header.e_type = ET_DYN;
	program.header.e_phoff = sizeof(program.header);
	program.header.e_phnum = 2;
	program.segments[0] = (Elf64_Phdr){
		.p_type = PT_INTERP, .p_flags = PF_R, .p_offset = offset, .p_filesz = size};
	program.segments[1] = (Elf64_Phdr){.p_type = PT_LOAD,
					   .p_flags = PF_R | PF_X,
					   .p_filesz = 4096,
					   .p_memsz = 4096,
					   .p_align = 4096};
	memset(program.rest, '/', sizeof(program.rest));
	MUST(write(fd, &program, sizeof(program)));
	close(fd);
	close(self);
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
	interpreter_at(5000, 20);
	CHECK_ERRNO(try("named"), EIO);
	interpreter_at(4090, 20);
	CHECK_ERRNO(try("named"), EIO);
	interpreter_at(1000, 20);
	CHECK_ERRNO(try("named"), ENOEXEC);
	interpreter_at(1000, 1);
	CHECK_ERRNO(try("named"), ENOEXEC);
	interpreter_at(0, 4097);
	CHECK_ERRNO(try("named"), ENOEXEC);
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
