// SPDX-License-Identifier: MIT
// Covers: PROC-12 PROC-17. What of the personality and the stack's limit a program keeps: one with rights
// that its caller lacks lies where he cannot tell, and nothing of it is executable for his sake.
#include "contract.h"
#include <sys/personality.h>
#include <sys/prctl.h>

#define ASKED                                                                          \
	(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO | \
	 ADDR_LIMIT_3GB)
#define LARGE (64ul << 20)
#define SMALL (8ul << 20)
#ifdef __riscv
#define KEPT ASKED
#else
#define KEPT (ASKED & ~(unsigned long)READ_IMPLIES_EXEC)
#endif

struct told {
	unsigned long personality, limit, stack;
	bool executable; // something that it may write
};

static void tell_all(void)
{
	struct told told = {(unsigned long)personality(0xffffffff), 0, (unsigned long)&told,
			    strstr(get_file("/proc/self/maps"), " rwxp ") != NULL};
	struct rlimit limit;

	MUST(getrlimit(RLIMIT_STACK, &limit));
	told.limit = limit.rlim_cur;
	MUST(write(20, &told, sizeof(told)));
}

static void run(int end, const char *path)
{
	char *arguments[] = {"x", NULL}, *environment[] = {"INNER=1", NULL};
	struct rlimit limit = {LARGE, LARGE};

	MUST(dup2(end, 20));
	MUST(setrlimit(RLIMIT_STACK, &limit));
	personality(ASKED);
	execve(path, arguments, environment);
	_exit(9);
}

static int ends[2];

static struct told hear_all(pid_t child)
{
	struct told told;

	MUST(read(ends[0], &told, sizeof(told)));
	CHECK_EXIT(child, 0);
	return told;
}

// What PATH becomes after PREPARE, which changes who its caller is.
#define RUN(path, ...) hear_all(CHILD(__VA_ARGS__; run(ends[1], path)))

static void check_told(struct told told, unsigned long kept, unsigned long limit)
{
	CHECK_EQ(told.personality, kept);
	CHECK_EQ(told.limit, limit);
	CHECK_EQ(told.executable, (kept & READ_IMPLIES_EXEC) != 0);
}

CONTRACT
{
	const unsigned long none = ADDR_LIMIT_3GB;

	if (getenv("INNER")) {
		tell_all();
		_exit(0);
	}
	MUST(pipe(ends));
	copy_self("x");
	MUST(chmod(".", 0755));
	check_told(RUN("./x", MUST(setuid(1000))), KEPT, LARGE);
	CHECK_EQ(RUN("./x", MUST(setuid(1000))).stack, RUN("./x", MUST(setuid(1000))).stack);
	// Other ids, but no more rights than before.
	check_told(RUN("./x", MUST(setresuid(1000, 2000, 2000))), KEPT, SMALL);
	MUST(chown("x", 5000, 6000));
	MUST(chmod("x", 04755));
	check_told(RUN("./x", MUST(setuid(1000))), none, SMALL);
	check_told(RUN("./x", MUST(setuid(5000))), none, LARGE);
	check_told(RUN("./x", MUST(setuid(1000)); MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))),
		   KEPT, LARGE);
	struct told a = RUN("./x", MUST(setuid(1000))), b = RUN("./x", MUST(setuid(1000))),
		    c = RUN("./x", MUST(setuid(1000)));
	CHECK(a.stack != b.stack || b.stack != c.stack);
	MUST(chmod("x", 02755));
	check_told(RUN("./x", MUST(setuid(1000))), none, SMALL);
	MUST(chmod("x", 02745));
	check_told(RUN("./x", MUST(setuid(1000))), KEPT, LARGE);
	MUST(unlink("x"));
}
