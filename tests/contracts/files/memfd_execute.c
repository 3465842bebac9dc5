// SPDX-License-Identifier: MIT
// Covers: MEM-10 FILE-25. A program in a memfd can be executed although it is open for writing, by which it was made; opened
// once more for that, it cannot.
#include "contract.h"

static int status_of(int fd)
{
	static char *const arguments[] = {"memfd", NULL}, *const environment[] = {"MEMFD=1", NULL};
	pid_t child = (pid_t)MUST(fork());
	int status;

	if (child == 0) {
		fexecve(fd, arguments, environment);
		_exit(errno);
	}
	MUST(waitpid(child, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

CONTRACT
{
	char path[32];
	int from, fd, again;
	ssize_t n;
	char buffer[8192];

	if (getenv("MEMFD"))
		_exit(77); // we are the copy
	from = (int)MUST(open("/proc/self/exe", O_RDONLY));
	fd = (int)MUST(memfd_create("program", MFD_CLOEXEC));
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		CHECK_EQ(write(fd, buffer, (size_t)n), n);
	CHECK_EQ(status_of(fd), 77);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = (int)MUST(open(path, O_RDWR));
	CHECK_EQ(status_of(fd), ETXTBSY);
	MUST(close(again));
	CHECK_EQ(status_of(fd), 77);
	CHECK_EQ(write(fd, buffer, 1), 1);
}
