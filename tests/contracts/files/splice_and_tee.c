// SPDX-License-Identifier: MIT
// Covers: FILE-10. splice, tee and vmsplice: what moves, what stays, offsets, EOF, EAGAIN,
// EINVAL; sendfile and copy_file_range at their ends.
#include "contract.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

CONTRACT
{
	int file = (int)MUST(open("f", O_RDWR | O_CREAT, 0600)),
	    out = (int)MUST(open("g", O_RDWR | O_CREAT, 0600)), a[2], b[2];
	char data[64] = {0};
	off_t offset = 2, target = 10;

	MUST(write(file, "0123456789", 10));
	MUST(pipe(a));
	MUST(pipe(b));
	CHECK_EQ(splice(file, &offset, a[1], NULL, 4, 0), 4);
	CHECK_EQ(offset, 6);
	CHECK_EQ(lseek(file, 0, SEEK_CUR), 10);
	CHECK_EQ(tee(a[0], b[1], 100, 0), 4);
	CHECK_EQ(read(b[0], data, 64), 4);
	CHECK_TEXT(data, "2345");
	CHECK_EQ(splice(a[0], NULL, out, &target, 3, 0), 3);
	CHECK_EQ(target, 13);
	CHECK_EQ(lseek(out, 0, SEEK_END), 13);
	CHECK_EQ(splice(a[0], NULL, b[1], NULL, 10, 0), 1);
	CHECK_EQ(read(b[0], data, 64), 1);
	CHECK_EQ(data[0], '5');
	CHECK_ERRNO(splice(a[0], NULL, b[1], NULL, 10, SPLICE_F_NONBLOCK), EAGAIN);
	CHECK_ERRNO(tee(a[0], b[1], 10, SPLICE_F_NONBLOCK), EAGAIN);
	CHECK_ERRNO(splice(file, NULL, out, NULL, 1, 0), EINVAL);
	CHECK_ERRNO(splice(a[0], &offset, out, NULL, 1, 0), ESPIPE);
	CHECK_ERRNO(splice(a[0], NULL, a[1], NULL, 1, 0), EINVAL);
	CHECK_ERRNO(tee(file, b[1], 1, 0), EINVAL);
	CHECK_EQ(splice(file, NULL, a[1], NULL, 10, 0), 0);
	struct iovec parts[2] = {{"vec", 3}, {"tor", 3}};
	CHECK_EQ(vmsplice(a[1], parts, 2, 0), 6);
	memset(data, 0, sizeof(data));
	CHECK_EQ(read(a[0], data, 64), 6);
	CHECK_TEXT(data, "vector");
	offset = 8;
	CHECK_EQ(sendfile(out, file, &offset, 100), 2);
	CHECK_EQ(offset, 10);
	CHECK_EQ(sendfile(out, file, &offset, 100), 0);
	CHECK_ERRNO(sendfile(out, a[0], NULL, 1), EINVAL);
	offset = -1;
	CHECK_ERRNO(sendfile(out, file, &offset, 1), EINVAL);
	off_t from = 0, to = 100;
	CHECK_EQ(syscall(SYS_copy_file_range, file, &from, out, &to, 5L, 0), 5);
	CHECK_EQ(to, 105);
	CHECK_EQ(pread(out, data, 5, 100), 5);
	CHECK_EQ(data[4], '4');
	CHECK_ERRNO(syscall(SYS_copy_file_range, file, &from, out, &to, 5L, 1), EINVAL);
	from = 0;
	to = 3;
	CHECK_ERRNO(syscall(SYS_copy_file_range, file, &from, file, &to, 5L, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_copy_file_range, a[0], NULL, out, NULL, 5L, 0), EINVAL);
	// Both ends of a pipe that nobody reads: SIGPIPE and EPIPE.
	signal(SIGPIPE, SIG_IGN);
	close(b[0]);
	offset = 0;
	CHECK_ERRNO(splice(file, &offset, b[1], NULL, 4, 0), EPIPE);
}
