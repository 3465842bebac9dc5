// SPDX-License-Identifier: MIT
// Covers: PROC-14. Each limit bites where it should: NOFILE, FSIZE with its signal, NPROC for
// users, DATA and AS for mappings, STACK, CORE; soft and hard.
#include "contract.h"

static volatile int got;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	got = number;
}

static void limit(int which, rlim_t soft, rlim_t hard)
{
	struct rlimit value = {soft, hard};

	MUST(setrlimit(which, &value));
}

static void files(void)
{
	limit(RLIMIT_NOFILE, 10, 20);
	CHECK_EQ(dup2(0, 9), 9);
	CHECK_ERRNO(dup2(0, 10), EBADF);
	CHECK_ERRNO(fcntl(0, F_DUPFD, 10), EINVAL);
	while (dup(0) >= 0)
		;
	CHECK_EQ(errno, EMFILE);
	CHECK_ERRNO(open("/", O_RDONLY), EMFILE);
	limit(RLIMIT_NOFILE, 20, 20);
	CHECK_EQ(dup(0), 10);
}

static void size(void)
{
	int fd = (int)MUST(open("f", O_RDWR | O_CREAT | O_TRUNC, 0600));

	limit(RLIMIT_FSIZE, 1000, 1000);
	catch_signal(SIGXFSZ, handler, 0);
	CHECK_EQ(pwrite(fd, "0123456789", 10, 995), 5);
	CHECK_EQ(got, 0);
	CHECK_ERRNO(pwrite(fd, "x", 1, 1000), EFBIG);
	CHECK_EQ(got, SIGXFSZ);
	got = 0;
	CHECK_ERRNO(ftruncate(fd, 1001), EFBIG);
	CHECK_EQ(got, SIGXFSZ);
	CHECK_EQ(ftruncate(fd, 1000), 0);
	signal(SIGXFSZ, SIG_DFL);
	CHECK_KILLED(CHILD(limit(RLIMIT_CORE, 0, 0); pwrite(fd, "x", 1, 2000)), SIGXFSZ);
}

// Who becomes a user that has more threads than the limit is told by execve, if it is still so then.
static void becomes(rlim_t others, int error)
{
	char *const program[] = {"again", NULL};
	pid_t other[3];
	int ready[2], hold[2];
	char byte;

	MUST(pipe(ready));
	MUST(pipe(hold));
	for (rlim_t i = 0; i < others; i++)
		other[i] = CHILD(MUST(setresuid(1234, 1234, 1234)); tell(ready); close(hold[1]);
				 (void)!read(hold[0], &byte, 1));
	for (rlim_t i = 0; i < others; i++)
		hear(ready);
	CHECK_EXIT(CHILD(limit(RLIMIT_NPROC, 1, 3); CHECK_EQ(setresuid(1234, 1234, 1234), 0);
			 if (error) {
				 CHECK_ERRNO(execv("/proc/self/exe", program), error);
				 CHECK_ERRNO(fork(), EAGAIN);
				 limit(RLIMIT_NPROC, 2, 3);
				 CHECK_ERRNO(execv("/proc/self/exe", program), error);
				 limit(RLIMIT_NPROC, 3, 3);
			 } setenv("AGAIN", "1", 1);
			 execv("/proc/self/exe", program)),
		   33);
	close(hold[1]);
	for (rlim_t i = 0; i < others; i++)
		CHECK_EXIT(other[i], 0);
}

static void *map(size_t length, int flags)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
		    0);
}

static void data(void)
{
	long long before;

	// None at all: only the break, and mappings have the hard limit.
	limit(RLIMIT_DATA, 0, 32 << 20);
	CHECK(map(4 << 20, 0) != MAP_FAILED);
	CHECK_ERRNO((long)map(32 << 20, 0), ENOMEM);
	CHECK_ERRNO((long)sbrk(1 << 16), ENOMEM);
	// What grows downwards is a stack.
	before = field_of("/proc/self/status", "VmStk:");
	CHECK(map(32 << 20, MAP_GROWSDOWN) != MAP_FAILED);
	CHECK_EQ(field_of("/proc/self/status", "VmStk:") - before, 32 << 10);
	limit(RLIMIT_DATA, 1, 32 << 20);
	CHECK_ERRNO((long)map(1 << 20, 0), ENOMEM);
}

CONTRACT
{
	struct rlimit value;

	if (getenv("AGAIN"))
		_exit(33);
	CHECK_EXIT(CHILD(files()), 0);
	CHECK_EXIT(CHILD(size()), 0);
	CHECK_EXIT(CHILD(limit(RLIMIT_AS, 100 << 20, 100 << 20);
			 CHECK_ERRNO((long)mmap(NULL, 200 << 20, PROT_NONE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
				     ENOMEM)),
		   0);
	CHECK_EXIT(CHILD(data()), 0);
	CHECK_EXIT(CHILD(limit(RLIMIT_DATA, 1 << 20, 1 << 20);
			 CHECK_ERRNO((long)mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
				     ENOMEM);
			 MAP(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresuid(1234, 1234, 1234)); limit(RLIMIT_NPROC, 1, 1);
			 CHECK_ERRNO(fork(), EAGAIN)),
		   0);
	CHECK_EXIT(CHILD(limit(RLIMIT_NPROC, 1, 1); CHECK_EXIT(CHILD(_exit(4)), 4)), 0);
	becomes(0, 0);
	becomes(1, 0);
	becomes(2, EAGAIN);
	limit(RLIMIT_CORE, 5, 10);
	CHECK_EXIT(CHILD(MUST(getrlimit(RLIMIT_CORE, &value)); CHECK_EQ(value.rlim_cur, 5);
			 CHECK_EQ(value.rlim_max, 10)),
		   0);
	CHECK_EXIT(CHILD(MUST(setresuid(1, 1, 1)); value = (struct rlimit){5, 11};
			 CHECK_ERRNO(setrlimit(RLIMIT_CORE, &value), EPERM);
			 value = (struct rlimit){3, 3}; CHECK_EQ(setrlimit(RLIMIT_CORE, &value), 0);
			 value.rlim_max = 4; CHECK_ERRNO(setrlimit(RLIMIT_CORE, &value), EPERM)),
		   0);
	value = (struct rlimit){6, 5};
	CHECK_ERRNO(setrlimit(RLIMIT_CORE, &value), EINVAL);
	CHECK_ERRNO(getrlimit(16, &value), EINVAL);
	value = (struct rlimit){1 << 21, 1 << 21};
	CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &value), EPERM);
	// prlimit works on another process.
	pid_t child = CHILD(for (;;) pause());
	value = (struct rlimit){7, 8};
	struct rlimit old;
	CHECK_EQ(prlimit(child, RLIMIT_CORE, &value, &old), 0);
	CHECK_EQ(old.rlim_cur, 5);
	CHECK_EQ(prlimit(child, RLIMIT_CORE, NULL, &old), 0);
	CHECK_EQ(old.rlim_max, 8);
	kill(child, SIGKILL);
}
