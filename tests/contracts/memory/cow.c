// SPDX-License-Identifier: MIT
// Covers: MEM-01. Copy on write after fork: anonymous and private file pages, both directions,
// and through the kernel's own writes.
#include "contract.h"

CONTRACT
{
	int up[2], down[2], fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	char byte,
		*anonymous = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		*file;
	pid_t child;

	MUST(write(fd, "file", 4));
	file = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	MUST(pipe(up));
	MUST(pipe(down));
	anonymous[0] = 'p';
	anonymous[PAGE] = 'q';
	file[0] = 'F';
	child = CHILD(MUST(read(down[0], &byte, 1));
		      // The parent has written; we do not see it.
		      CHECK_EQ(anonymous[0], 'p'); CHECK_EQ(file[0], 'F'); CHECK_EQ(file[1], 'i');
		      anonymous[0] = 'c'; file[0] = 'C'; file[1] = 'C';
		      // A system call that writes to us copies too.
		      int zero = (int)MUST(open("/dev/zero", O_RDONLY));
		      MUST(read(zero, anonymous + PAGE, 1)); CHECK_EQ(anonymous[PAGE], 0);
		      MUST(write(up[1], "", 1)));
	anonymous[0] = 'P';
	file[0] = 'X';
	MUST(write(down[1], "", 1));
	MUST(read(up[0], &byte, 1));
	CHECK_EXIT(child, 0);
	CHECK_EQ(anonymous[0], 'P');
	CHECK_EQ(anonymous[PAGE], 'q');
	CHECK_EQ(file[0], 'X');
	CHECK_EQ(file[1], 'i');
	CHECK_EQ(pread(fd, &byte, 1, 0), 1);
	CHECK_EQ(byte, 'f');
	// A private page that was never written follows the file.
	char *fresh = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK_EQ(fresh[2], 'l');
	MUST(pwrite(fd, "L", 1, 2));
	CHECK_EQ(fresh[2], 'L');
	CHECK_EQ(file[2], 'l');
	fresh[0] = 'z';
	MUST(pwrite(fd, "M", 1, 2));
	CHECK_EQ(fresh[2], 'L');
}
