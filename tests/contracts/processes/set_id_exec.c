// SPDX-License-Identifier: MIT
// Covers: PROC-12. A set-id program gets its owner's effective and saved id; no_new_privs
// prevents it; AT_SECURE tells.
#include "contract.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static char *none[] = {NULL};

static void run(const char *path, const char *word)
{
	char *arguments[] = {"x", (char *)word, NULL};

	execve(path, arguments, none);
	_exit(98);
}

static void copy_self(void)
{
	static char buffer[65536];
	int in = (int)MUST(open("/proc/self/exe", O_RDONLY)),
	    out = (int)MUST(open("x", O_WRONLY | O_CREAT, 0755));
	ssize_t n;

	while ((n = MUST(read(in, buffer, sizeof(buffer)))) > 0)
		MUST(write(out, buffer, (size_t)n));
	close(out);
	close(in);
}

CONTRACT
{
	uid_t r, e, s;

	if (access("x", F_OK) == 0) {
		getresuid(&r, &e, &s);
		// The exit status says what we are.
		_exit(e == 5000 && s == 5000 && r == 1000 ? (getauxval(AT_SECURE) == 1 ? 10 : 11)
		      : e == 1000 && r == 1000		  ? (getauxval(AT_SECURE) == 0 ? 20 : 21)
							  : 30);
	}
	copy_self();
	MUST(chmod(".", 0755));
	MUST(chown("x", 5000, 0));
	MUST(chmod("x", 04755));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); run("./x", "a")), 10);
	CHECK_EXIT(CHILD(MUST(setuid(1000)); MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
			 run("./x", "a")),
		   20);
	MUST(chmod("x", 0755));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); run("./x", "a")), 20);
	// chown clears the bit.
	MUST(chmod("x", 06755));
	MUST(chown("x", 5000, 1));
	struct stat info;
	MUST(stat("x", &info));
	CHECK_EQ(info.st_mode & 07777, 0755);
	MUST(unlink("x"));
}
