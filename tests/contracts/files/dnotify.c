// SPDX-License-Identifier: MIT
// Covers: FILE-17. fcntl F_NOTIFY: which events of a directory signal its owner, once or for ever,
// and how a watch ends.
#include "contract.h"

static volatile sig_atomic_t caught;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	if (number == SIGIO)
		caught++;
}

// Did anything come since last time? Equal signals that are pending together are one.
static bool told(void)
{
	bool any = caught > 0;

	caught = 0;
	return any;
}

static int make(const char *path)
{
	int fd = (int)MUST(open(path, O_CREAT | O_RDWR, 0644));

	MUST(write(fd, "x", 1));
	close(fd);
	return 0;
}

static int read_one(const char *path)
{
	int fd = (int)MUST(open(path, O_RDONLY));
	char c;

	MUST(read(fd, &c, 1));
	close(fd);
	return 0;
}

static int list(const char *path)
{
	DIR *folder = opendir(path);

	CHECK(folder);
	while (readdir(folder))
		;
	return closedir(folder);
}

static void entries(int d)
{
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_CREATE), 0);
	CHECK(make("d/a") == 0 && told());
	CHECK(make("d/b") == 0 && !told()); // once
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT | DN_CREATE | DN_DELETE), 0);
	CHECK(make("d/c") == 0 && told());
	CHECK(make("d/c") == 0 && !told()); // it was there
	CHECK(unlink("d/c") == 0 && told());
	CHECK(mkdir("d/s", 0755) == 0 && told());
	CHECK(rmdir("d/s") == 0 && told());
	CHECK(symlink("x", "d/sl") == 0 && told());
	CHECK(link("d/a", "d/ln") == 0 && told());
	CHECK(rename("d/a", "d/a2") == 0 && told());
	CHECK(rename("d/a2", "e/a2") == 0 && told());
	CHECK(rename("e/a2", "d/a") == 0 && told());
	CHECK_EQ(fcntl(d, F_NOTIFY, 0), 0);
	CHECK(make("d/z") == 0 && !told());
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT | DN_RENAME), 0);
	CHECK(rename("d/a", "d/a2") == 0 && told());
	CHECK(rename("d/a2", "e/a2") == 0 && !told());
	CHECK(rename("e/a2", "d/a") == 0 && !told());
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT), 0); // no kind at all ends it
	CHECK(rename("d/a", "d/a2") == 0 && !told());
}

static void contents(int d)
{
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT | DN_ACCESS), 0);
	CHECK(read_one("d/z") == 0 && told());
	CHECK(make("d/z") == 0 && !told());
	CHECK(list("d") == 0 && told()); // the directory's own
	CHECK_EQ(fcntl(d, F_NOTIFY, 0), 0);
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT | DN_MODIFY), 0);
	CHECK(make("d/z") == 0 && told());
	CHECK(truncate("d/z", 1) == 0 && told());
	CHECK(read_one("d/z") == 0 && !told());
	CHECK_EQ(fcntl(d, F_NOTIFY, DN_MULTISHOT | DN_ATTRIB), 0); // besides
	CHECK(truncate("d/z", 2) == 0 && told());
	CHECK(chmod("d/z", 0600) == 0 && told());
	CHECK(chmod("d", 0700) == 0 && told());
	CHECK(mkdir("d/s", 0755) == 0 && !told());
	CHECK(chmod("d/s", 0700) == 0 && told());
	CHECK(make("d/s/x") == 0 && !told()); // not what is deeper
	CHECK_EQ(fcntl(d, F_NOTIFY, 0), 0);
}

static void ends(int d)
{
	int other = (int)MUST(open("d", O_RDONLY | O_DIRECTORY)), copy;

	CHECK_EQ(fcntl(other, F_NOTIFY, DN_MULTISHOT | DN_CREATE), 0);
	CHECK_EQ(fcntl(d, F_NOTIFY, 0), 0); // another open file
	CHECK(make("d/1") == 0 && told());
	CHECK_EXIT(CHILD(close(other); caught = 0; make("d/2"); CHECK(!told())), 0);
	CHECK(told()); // a child's copy of the table is another one
	copy = (int)MUST(dup(other));
	CHECK(make("d/3") == 0 && told());
	MUST(close(copy)); // any descriptor of it
	CHECK(make("d/4") == 0 && !told());
	CHECK_EQ(fcntl(other, F_NOTIFY, DN_MULTISHOT | DN_CREATE), 0);
	MUST(dup2(0, other));
	CHECK(make("d/5") == 0 && !told());
	close(other);
}

CONTRACT
{
	int d, path, file;

	catch_signal(SIGIO, on_signal, SA_RESTART);
	MUST(mkdir("d", 0755));
	MUST(mkdir("e", 0755));
	d = (int)MUST(open("d", O_RDONLY | O_DIRECTORY));
	entries(d);
	contents(d);
	ends(d);
	file = (int)MUST(open("d/z", O_RDWR));
	CHECK_ERRNO(fcntl(file, F_NOTIFY, DN_CREATE), ENOTDIR);
	CHECK_EQ(fcntl(file, F_NOTIFY, 0), 0);
	path = (int)MUST(open("d", O_PATH));
	CHECK_ERRNO(fcntl(path, F_NOTIFY, DN_CREATE), EBADF);
}
