// SPDX-License-Identifier: MIT
// Covers: SYS-01. What is opened of a process in /proc tells of the address space that there was then, to whomever the
// descriptor is given, and no more of it once the process has executed another program or ended.
#include "contract.h"

enum { MAPS, SMAPS, ROLLUP, ENVIRON, AUXV, FILES };
static const char *const names[FILES] = {"maps", "smaps", "smaps_rollup", "environ", "auxv"};

static char text[65536];
static int files[FILES];

static void open_all(pid_t pid)
{
	for (int i = 0; i < FILES; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		files[i] = (int)MUST(open(path, O_RDONLY));
	}
}

static ssize_t reads(int which)
{
	return pread(files[which], text, sizeof(text), 0);
}

static void all_there(void)
{
	for (int i = 0; i < FILES; i++)
		CHECK(reads(i) > 0);
}

// The vector lies in what is kept of the space, and stays.
static void nothing_left(bool reaped)
{
	if (reaped) {
		CHECK_ERRNO(reads(MAPS), ESRCH);
		CHECK_ERRNO(reads(SMAPS), ESRCH);
	} else {
		CHECK_EQ(reads(MAPS), 0);
		CHECK_EQ(reads(SMAPS), 0);
	}
	CHECK_ERRNO(reads(ROLLUP), ESRCH);
	CHECK_EQ(reads(ENVIRON), 0);
	CHECK(reads(AUXV) > 0);
}

static void as_user(void)
{
	MUST(setresgid(1000, 1000, 1000));
	MUST(setresuid(1000, 1000, 1000));
	all_there();
	CHECK_ERRNO(open("/proc/1/maps", O_RDONLY), EACCES);
}

CONTRACT
{
	int go[2], heard[2];
	pid_t child;

	if (getenv("HEARD")) {
		MUST(write(atoi(getenv("HEARD")), "", 1));
		pause();
	}
	MUST(pipe(go));
	MUST(pipe(heard));
	child = CHILD(char number[32]; hear(go);
		      snprintf(number, sizeof(number), "HEARD=%d", heard[1]);
		      MUST(execle("/proc/self/exe", "x", NULL, (char *[]){number, NULL})));
	open_all(child);
	all_there();
	CHECK_EXIT(CHILD(as_user()), 0);
	tell(go);
	hear(heard);
	nothing_left(false);
	for (int i = 0; i < FILES; i++)
		close(files[i]);
	open_all(child);
	all_there();
	MUST(kill(child, SIGKILL));
	MUST(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT));
	nothing_left(false);
	CHECK_KILLED(child, SIGKILL);
	nothing_left(true);
}
