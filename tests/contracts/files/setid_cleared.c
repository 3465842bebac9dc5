// SPDX-License-Identifier: MIT
// Covers: FILE-12 FILE-08. Who changes contents without CAP_FSETID takes the set-id bits away, by whichever
// call; what changes nothing leaves them; and root's changes do.
#include "contract.h"
#include <sys/sendfile.h>

static int fd, other;

static unsigned int bits_after(long result)
{
	struct stat info;

	CHECK(result >= 0);
	MUST(fstat(fd, &info));
	MUST(fchmod(fd, 06775));
	return info.st_mode & 07777;
}

static long map_and_write(void)
{
	char *map = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	*map = 'm';
	return munmap(map, PAGE);
}

static long reopen(int flags)
{
	return close((int)MUST(open("f", flags)));
}

static void changes(unsigned int left)
{
	off_t at = 0;

	fd = (int)MUST(open("f", O_RDWR));
	other = (int)MUST(open("other", O_RDONLY));
	MUST(fchmod(fd, 06775));
	CHECK_EQ(bits_after(write(fd, "a", 1)), left);
	CHECK_EQ(bits_after(pwrite(fd, "a", 1, 5000)), left);
	CHECK_EQ(bits_after(sendfile(fd, other, &at, 2)), left);
	at = 0;
	CHECK_EQ(bits_after(copy_file_range(other, &at, fd, NULL, 2, 0)), left);
	CHECK_EQ(bits_after(ftruncate(fd, 6000)), left);
	CHECK_EQ(bits_after(ftruncate(fd, 6000)), left);
	CHECK_EQ(bits_after(truncate("f", 7000)), left);
	CHECK_EQ(bits_after(reopen(O_WRONLY | O_TRUNC)), left);
	CHECK_EQ(bits_after(fallocate(fd, 0, 0, 20000)), left);
	CHECK_EQ(bits_after(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 30000)), left);
	CHECK_EQ(bits_after(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)),
		 left);
	// These change nothing, or by another way.
	CHECK_EQ(bits_after(write(fd, "", 0)), 06775);
	CHECK_EQ(bits_after(reopen(O_RDWR)), 06775);
	CHECK_EQ(bits_after(fsync(fd)), 06775);
	CHECK_EQ(bits_after(map_and_write()), 06775);
	CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	CHECK_EQ(bits_after(0), 06775);
}

CONTRACT
{
	MUST(chmod(".", 0777));
	fd = (int)MUST(open("f", O_RDWR | O_CREAT, 0600));
	put_file("other", "0123456789");
	MUST(chmod("other", 0644));
	MUST(fchown(fd, 1000, 1000));
	changes(06775);
	CHECK_EXIT(CHILD(MUST(setgid(1000)); MUST(setuid(1000)); changes(0775)), 0);
}
