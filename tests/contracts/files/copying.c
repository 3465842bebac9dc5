// SPDX-License-Identifier: MIT
// Covers: FILE-10. sendfile, splice, tee, vmsplice, copy_file_range: offsets, counts, errors.
#include "contract.h"
#include <sys/sendfile.h>
#include <sys/uio.h>

CONTRACT
{
	int in, out, ends[2], other[2];
	char data[64] = {0};
	off_t from = 2, to = 1;
	struct iovec vector = {"vector", 6};

	put_file("in", "0123456789");
	in = (int)MUST(open("in", O_RDONLY));
	out = (int)MUST(open("out", O_RDWR | O_CREAT, 0600));
	MUST(pipe(ends));
	MUST(pipe(other));
	CHECK_EQ(sendfile(out, in, &from, 3), 3);
	CHECK_EQ(from, 5);
	CHECK_EQ(lseek(in, 0, SEEK_CUR), 0);
	CHECK_TEXT(get_file("out"), "234");
	CHECK_EQ(sendfile(ends[1], in, NULL, 100), 10);
	CHECK_EQ(lseek(in, 0, SEEK_CUR), 10);
	CHECK_EQ(tee(ends[0], other[1], 4, 0), 4);
	CHECK_EQ(read(other[0], data, 64), 4);
	CHECK_EQ(memcmp(data, "0123", 4), 0);
	CHECK_EQ(splice(ends[0], NULL, out, &to, 5, 0), 5);
	CHECK_TEXT(get_file("out"), "201234");
	CHECK_EQ(to, 6);
	CHECK_EQ(read(ends[0], data, 64), 5);
	CHECK_EQ(memcmp(data, "56789", 5), 0);
	from = 8;
	CHECK_EQ(splice(in, &from, ends[1], NULL, 100, 0), 2);
	CHECK_EQ(from, 10);
	CHECK_EQ(vmsplice(ends[1], &vector, 1, 0), 6);
	CHECK_EQ(read(ends[0], data, 64), 8);
	CHECK_EQ(memcmp(data, "89vector", 8), 0);
	CHECK_ERRNO(splice(ends[0], NULL, ends[1], NULL, 1, 0), EINVAL);
	CHECK_ERRNO(splice(in, NULL, out, NULL, 1, 0), EINVAL);
	CHECK_ERRNO(splice(ends[0], &from, out, NULL, 1, 0), ESPIPE);
	CHECK_ERRNO(splice(ends[0], NULL, other[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
	from = 0;
	to = 20;
	CHECK_EQ(copy_file_range(in, &from, out, &to, 4, 0), 4);
	CHECK_EQ(from, 4);
	CHECK_EQ(to, 24);
	CHECK_EQ(pread(out, data, 64, 20), 4);
	CHECK_EQ(memcmp(data, "0123", 4), 0);
	CHECK_ERRNO(copy_file_range(in, &from, out, &to, 4, 1), EINVAL);
	CHECK_ERRNO(copy_file_range(out, NULL, in, NULL, 4, 0), EBADF);
	from = 0;
	to = 2;
	CHECK_ERRNO(copy_file_range(out, &from, out, &to, 10, 0), EINVAL);
	// Files of /proc and /sys end at 2 GiB, for whoever copies from them as for lseek.
	in = (int)MUST(open("/sys", O_RDONLY));
	CHECK_ERRNO(lseek(in, 1L << 31, SEEK_SET), EINVAL);
	from = INT32_MAX;
	CHECK_ERRNO(sendfile(out, in, &from, 1), EOVERFLOW);
	CHECK_EQ(from, INT32_MAX);
	CHECK_EQ(sendfile(out, in, &from, 0), 0);
	from = 1L << 31;
	CHECK_ERRNO(sendfile(out, in, &from, 0), EOVERFLOW);
	MUST(close(in));
	in = (int)MUST(open("/proc/self/status", O_RDONLY));
	CHECK_ERRNO(sendfile(out, in, &from, 1), EOVERFLOW);
	MUST(close(in));
	in = (int)MUST(open("/proc/self/environ", O_RDONLY));
	CHECK_ERRNO(lseek(in, 1L << 31, SEEK_SET), EINVAL);
	MUST(close(in));
	in = (int)MUST(open("/proc/net/unix", O_RDONLY));
	CHECK_ERRNO(sendfile(out, in, NULL, 1), EINVAL);
	MUST(close(in));
	in = (int)MUST(open("in", O_RDONLY));
	// A place below zero is none, and not one beyond the limit (SIGXFSZ).
	to = -2;
	CHECK_ERRNO(copy_file_range(in, &from, out, &to, 1, 0), EINVAL);
	MUST(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, RLIM_INFINITY}));
	CHECK_ERRNO(copy_file_range(in, &from, out, &to, 1, 0), EINVAL);
	to = -1;
	CHECK_ERRNO(copy_file_range(in, &from, out, &to, 1, 0), EOVERFLOW);
}
