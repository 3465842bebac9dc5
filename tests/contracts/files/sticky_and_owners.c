// SPDX-License-Identifier: MIT
// Covers: FILE-12. The sticky bit, and who may rename, remove, link and change what in a folder
// that all may write.
#include "contract.h"

#define AS(user, ...)                                                                 \
	CHECK_EXIT(CHILD(MUST(setgroups(0, NULL)); MUST(setresgid(user, user, user)); \
			 MUST(setresuid(user, user, user)); __VA_ARGS__),             \
		   0)

int setgroups(size_t, const gid_t *);

CONTRACT
{
	umask(0);
	MUST(mkdir("s", 01777));
	MUST(mkdir("o", 0777));
	AS(100, put_file("s/f", "x"); put_file("o/f", "x"); MUST(mkdir("s/d", 0777)));
	AS(200, CHECK_ERRNO(unlink("s/f"), EPERM); CHECK_ERRNO(rename("s/f", "s/g"), EPERM);
	   CHECK_ERRNO(rmdir("s/d"), EPERM); put_file("s/mine", "y");
	   CHECK_ERRNO(rename("s/mine", "s/f"), EPERM); CHECK_EQ(rename("s/mine", "s/mine2"), 0);
	   CHECK_EQ(rename("o/f", "o/g"), 0); CHECK_EQ(unlink("o/g"), 0));
	AS(100, CHECK_EQ(rename("s/f", "s/g"), 0); CHECK_EQ(unlink("s/g"), 0);
	   CHECK_ERRNO(chmod("s/mine2", 0), EPERM); CHECK_ERRNO(chown("s/mine2", 100, 100), EPERM);
	   CHECK_ERRNO(truncate("s/mine2", 0), EACCES));
	// The owner of the folder may too.
	MUST(chown("s", 100, 100));
	AS(100, CHECK_EQ(unlink("s/mine2"), 0); CHECK_EQ(rmdir("s/d"), 0));
	// Groups decide before others, even to refuse.
	put_file("g", "z");
	MUST(chown("g", 1, 300));
	MUST(chmod("g", 0604));
	AS(300, CHECK_ERRNO(open("g", O_RDONLY), EACCES));
	AS(400, CHECK(open("g", O_RDONLY) >= 0); CHECK_ERRNO(open("g", O_WRONLY), EACCES));
	MUST(chmod("g", 0044));
	AS(1, CHECK_ERRNO(open("g", O_RDONLY), EACCES); CHECK_EQ(chmod("g", 0600), 0);
	   CHECK(open("g", O_RDWR) >= 0); CHECK_ERRNO(chown("g", 2, (gid_t)-1), EPERM);
	   CHECK_ERRNO(chown("g", (uid_t)-1, 77), EPERM); CHECK_EQ(chown("g", (uid_t)-1, 1), 0));
	// Search permission on the way, write permission in the folder.
	MUST(mkdir("p", 0700));
	put_file("p/f", "q");
	AS(500, CHECK_ERRNO(access("p/f", F_OK), EACCES);
	   CHECK_ERRNO(open("p/f", O_RDONLY), EACCES));
	MUST(chmod("p", 0711));
	AS(500, CHECK_EQ(access("p/f", R_OK), 0); CHECK_ERRNO(open("p", O_RDONLY), EACCES);
	   CHECK_ERRNO(mkdir("p/n", 0700), EACCES); CHECK_ERRNO(unlink("p/f"), EACCES));
}
