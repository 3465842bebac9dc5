// SPDX-License-Identifier: MIT
// Covers: PROC-12. A set-id program gets its owner's effective and saved id; no_new_privs
// prevents it; AT_SECURE tells. Its memory is nobody's to look into, from its first moment on; nor is
// that of a program whose file may be executed but not read. What a program closes on exec that gave
// rights up is not to be had while it executes.
#include "contract.h"
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/uio.h>

static char *none[] = {NULL};
static volatile int program = 1; // 2 before execve

static void run(const char *path, const char *word)
{
	char *arguments[] = {"x", (char *)word, NULL};

	execve(path, arguments, none);
	_exit(98);
}

// One that is about to gain rights has just the memory that takes long to go away.
static void gain(const int ready[2])
{
	char *memory =
		MAP(NULL, 8192 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 1, 8192 * PAGE);
	program = 2;
	MUST(setuid(1000));
	MUST(prctl(PR_SET_DUMPABLE, 1));
	tell(ready);
	run("./x", "a");
}

// Another program of the same user looks at it all the while.
static void watch_gain(void)
{
	int ready[2], seen;
	struct iovec local = {&seen, sizeof(seen)}, remote = {(void *)&program, sizeof(program)};
	pid_t child;

	MUST(pipe(ready));
	child = CHILD(gain(ready));
	hear(ready);
	CHECK_EXIT(
		CHILD(MUST(setuid(1000)); while (process_vm_readv(child, &local, 1, &remote, 1, 0) >
						 0) if (seen != 2) _exit(1)),
		0);
	CHECK_EXIT(child, 11);
	close(ready[0]);
	close(ready[1]);
}

// One that had rights and has given them up: what it opened with them and does not hand on.
static void give_up(int secret, const int ready[2])
{
	char *memory =
		MAP(NULL, 8192 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, 1, 8192 * PAGE);
	MUST(dup3(secret, 60, O_CLOEXEC));
	MUST(setuid(1000));
	tell(ready);
	run("./x", "a");
}

// Another program of the same user asks for it until it is closed.
static void watch_give_up(int secret)
{
	int ready[2], pidfd;
	pid_t child;

	MUST(pipe(ready));
	child = CHILD(give_up(secret, ready));
	hear(ready);
	pidfd = (int)MUST(syscall(SYS_pidfd_open, child, 0));
	CHECK_EXIT(CHILD(MUST(setuid(1000));
			 do if (syscall(SYS_pidfd_getfd, pidfd, 60, 0) >= 0) _exit(1);
			 while (errno == EPERM)),
		   0);
	CHECK_EXIT(child, 22);
	close(pidfd);
	close(ready[0]);
	close(ready[1]);
}

CONTRACT
{
	uid_t r, e, s;

	if (access("x", F_OK) == 0) {
		getresuid(&r, &e, &s);
		// The exit status says what we are.
		_exit((e == 5000 && s == 5000 && r == 1000 ? 10
		       : e == 1000 && r == 1000		   ? 20
							   : 30) +
		      (int)getauxval(AT_SECURE) + 2 * prctl(PR_GET_DUMPABLE));
	}
	copy_self("x");
	MUST(chmod(".", 0755));
	MUST(chown("x", 5000, 0));
	MUST(chmod("x", 04755));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); run("./x", "a")), 11);
	for (int i = 0; i < 20; i++)
		watch_gain();
	CHECK_EXIT(CHILD(MUST(setuid(1000)); MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
			 run("./x", "a")),
		   22);
	MUST(chmod("x", 0755));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); run("./x", "a")), 22);
	int secret = (int)MUST(open("secret", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	long long end = now_ns(CLOCK_MONOTONIC) + 300000000;
	while (now_ns(CLOCK_MONOTONIC) < end)
		watch_give_up(secret);
	MUST(unlink("secret"));
	MUST(chmod("x", 0711));
	CHECK_EXIT(CHILD(MUST(setuid(1000)); run("./x", "a")), 20);
	CHECK_EXIT(CHILD(run("./x", "a")), 32);
	// Who has left his ids, or takes them up again, hides what he runs.
	CHECK_EXIT(CHILD(setfsuid(1000); run("./x", "a")), 30);
	MUST(chmod("x", 0755));
	MUST(chown("x", 1000, 0));
	MUST(chmod("x", 04755));
	CHECK_EXIT(CHILD(MUST(setresuid(1000, 0, 0)); run("./x", "a")), 20);
	// chown clears the bit.
	MUST(chmod("x", 06755));
	MUST(chown("x", 5000, 1));
	struct stat info;
	MUST(stat("x", &info));
	CHECK_EQ(info.st_mode & 07777, 0755);
	MUST(unlink("x"));
}
