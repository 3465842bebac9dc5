// SPDX-License-Identifier: MIT
// Covers: FILE-21. The mount options of devpts: what they are by default, what they do to new
// terminals and to ptmx, and how they are shown. The instance at /dev/pts is put back as it was.
#include "contract.h"

#include <sys/ioctl.h>
#include <sys/mount.h>

// The super block's options of what is mounted at path.
static const char *options_of(const char *path)
{
	static char line[512];
	FILE *file = fopen("/proc/self/mountinfo", "r");
	const char *found = "";

	CHECK(file != NULL);
	while (fgets(line, sizeof(line), file)) {
		char place[256], *end = strstr(line, " - ");

		if (end && sscanf(line, "%*s %*s %*s %*s %255s", place) == 1 &&
		    !strcmp(place, path)) {
			found = strrchr(line, ' ') + 1;
			line[strcspn(line, "\n")] = 0;
			break;
		}
	}
	fclose(file);
	return found;
}

static int remount(const char *options)
{
	return mount("devpts", "/dev/pts", "devpts", MS_REMOUNT, options);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	MUST(stat(path, &status));
	CHECK(S_ISCHR(status.st_mode));
	return status.st_mode & 07777;
}

// A new terminal's master; *status is its slave's.
static int make(struct stat *status)
{
	int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY), number;
	char path[32];

	if (master < 0)
		return -1;
	MUST(ioctl(master, TIOCGPTN, &number));
	snprintf(path, sizeof(path), "/dev/pts/%d", number);
	MUST(stat(path, status));
	return master;
}

CONTRACT
{
	struct stat first, second;
	int one, two;
	char was[256];

	snprintf(was, sizeof(was), "%s", options_of("/dev/pts") + 3); // without "rw,"
	CHECK_EQ(remount("gid=5,mode=620,ptmxmode=666"), 0);
	CHECK_TEXT(options_of("/dev/pts"), "rw,gid=5,mode=620,ptmxmode=666");
	CHECK_EQ(mode_of("/dev/pts/ptmx"), 0666);
	one = (int)MUST(make(&first));
	CHECK_EQ(first.st_gid, 5);
	CHECK_EQ(first.st_mode & 07777, 0620);
	CHECK_EQ(remount("uid=7,gid=8,mode=0641,max=4096,newinstance"), 0);
	CHECK_TEXT(options_of("/dev/pts"), "rw,uid=7,gid=8,mode=641,ptmxmode=000,max=4096");
	CHECK_EQ(mode_of("/dev/pts/ptmx"), 0);
	two = (int)MUST(make(&second));
	CHECK_EQ(second.st_uid, 7);
	CHECK_EQ(second.st_gid, 8);
	CHECK_EQ(second.st_mode & 07777, 0641);
	close(two);
	CHECK_EQ(remount("max=1"), 0); // one is there
	errno = 0;
	CHECK(make(&second) == -1 && errno == ENOSPC);
	close(one);
	CHECK_EQ(remount(NULL), 0);
	CHECK_TEXT(options_of("/dev/pts"), "rw,mode=600,ptmxmode=000");
	one = (int)MUST(make(&first));
	CHECK_EQ(first.st_uid, 0);
	CHECK_EQ(first.st_gid, 0);
	CHECK_EQ(first.st_mode & 07777, 0600);
	close(one);
	CHECK_ERRNO(remount("nonsense"), EINVAL);
	CHECK_ERRNO(remount("mode=9"), EINVAL);
	CHECK_ERRNO(remount("gid=x"), EINVAL);
	CHECK_ERRNO(remount("max=1048577"), EINVAL);
	CHECK_TEXT(options_of("/dev/pts"), "rw,mode=600,ptmxmode=000");
	CHECK_EQ(remount(was), 0);
}
