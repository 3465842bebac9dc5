// SPDX-License-Identifier: MIT
// Covers: FILE-15. What cp and others ask of every file system: contents to be shared, extents to be listed, the whole
// to stand still. Memory has none of it, and refuses each for what is wrong with it first.
#include "contract.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

static int dedupe(int fd, int target, unsigned short reserved)
{
	union {
		struct file_dedupe_range range;
		char space[sizeof(struct file_dedupe_range) +
			   sizeof(struct file_dedupe_range_info)];
	} request = {.range = {.src_length = 3, .dest_count = 1, .reserved1 = reserved}};

	request.range.info[0].dest_fd = target;
	return ioctl(fd, FIDEDUPERANGE, &request);
}

CONTRACT
{
	struct file_clone_range range;
	struct fiemap extents = {.fm_length = 100};
	int from, to, appends, writes, folder, other, fds[2];

	put_file("from", "abc");
	put_file("to", "");
	from = (int)MUST(open("from", O_RDONLY));
	to = (int)MUST(open("to", O_RDWR));
	appends = (int)MUST(open("to", O_WRONLY | O_APPEND));
	writes = (int)MUST(open("from", O_WRONLY));
	folder = (int)MUST(open(".", O_RDONLY));
	other = (int)MUST(open("/proc/self/stat", O_RDONLY));
	MUST(pipe(fds));

	CHECK_ERRNO(ioctl(to, FICLONE, from), EOPNOTSUPP);
	CHECK_ERRNO(ioctl(to, FICLONE, -1), EBADF);
	CHECK_ERRNO(ioctl(to, FICLONE, writes), EBADF);
	CHECK_ERRNO(ioctl(from, FICLONE, from), EBADF);
	CHECK_ERRNO(ioctl(appends, FICLONE, from), EBADF);
	CHECK_ERRNO(ioctl(to, FICLONE, folder), EISDIR);
	CHECK_ERRNO(ioctl(folder, FICLONE, from), EISDIR);
	CHECK_ERRNO(ioctl(to, FICLONE, other), EXDEV);
	CHECK_ERRNO(ioctl(to, FICLONE, fds[0]), EXDEV);
	CHECK_ERRNO(ioctl(fds[1], FICLONE, fds[0]), EINVAL);
	range = (struct file_clone_range){.src_fd = from, .src_length = 3};
	CHECK_ERRNO(ioctl(to, FICLONERANGE, &range), EOPNOTSUPP);
	CHECK_ERRNO(ioctl(to, FICLONERANGE, 8), EFAULT);
	CHECK_TEXT(get_file("to"), "");

	CHECK_ERRNO(dedupe(from, to, 0), EOPNOTSUPP);
	CHECK_ERRNO(dedupe(from, to, 1), EINVAL);
	CHECK_ERRNO(dedupe(writes, to, 0), EINVAL);
	CHECK_ERRNO(dedupe(folder, to, 0), EISDIR);
	CHECK_ERRNO(dedupe(fds[0], to, 0), EINVAL);
	CHECK_ERRNO(ioctl(from, FIDEDUPERANGE, 8), EFAULT);

	CHECK_ERRNO(ioctl(from, FS_IOC_FIEMAP, &extents), EOPNOTSUPP);
	CHECK_ERRNO(ioctl(fds[0], FS_IOC_FIEMAP, 8), EOPNOTSUPP);
	CHECK_ERRNO(ioctl(from, FIFREEZE, 0), EOPNOTSUPP);
	CHECK_ERRNO(ioctl(from, FITHAW, 0), EINVAL);
	CHECK_EXIT(CHILD(MUST(setresuid(9, 9, 9)); CHECK_ERRNO(ioctl(from, FIFREEZE, 0), EPERM);
			 CHECK_ERRNO(ioctl(from, FITHAW, 0), EPERM)),
		   0);
}
