// SPDX-License-Identifier: MIT
// Covers: MEM-02, MEM-04. Memory that may be written may be read, by the program and by the kernel for it, whatever it maps; and the place
// of a mapping is judged before what is mapped there.
#include "contract.h"

CONTRACT
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	int copy = (int)MUST(open("copy", O_RDWR | O_CREAT, 0600));
	char byte;

	MUST(pwrite(fd, "file", 4, 0));
	char *file = MAP(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *again = MAP(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *shared = MAP(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0);
	char *fresh = MAP(NULL, PAGE, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *later = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(pwrite(copy, file, 4, 0), 4); // the kernel is the first to read it
	CHECK_EQ(pread(copy, &byte, 1, 1), 1);
	CHECK_EQ(byte, 'i');
	CHECK_EQ(again[2], 'l');
	CHECK_EQ(shared[3], 'e');
	CHECK_EQ(fresh[0], 0);
	later[0] = 'l';
	CHECK_EQ(mprotect(later, PAGE, PROT_WRITE), 0);
	CHECK_EQ(later[0], 'l');
	again[2] = 'L';
	CHECK_EQ(again[2], 'L');
	CHECK_ERRNO((long)mmap(fresh, PAGE, PROT_READ, MAP_FIXED_NOREPLACE, fd, 0), EEXIST);
	CHECK_ERRNO((long)mmap(fresh + 1, PAGE, PROT_READ, MAP_FIXED, fd, 0), EINVAL);
	CHECK_ERRNO((long)mmap((void *)(1ul << 62), PAGE, PROT_READ, MAP_FIXED, fd, 0), ENOMEM);
}
