// SPDX-License-Identifier: MIT
// Covers: PROC-12. A set-id program gains nothing while another process shares its umask and current
// folder (CLONE_FS) and could change them under it; its own threads are no others.
#include "contract.h"
#include <sys/auxv.h>

static char *none[] = {NULL};

static void run(void)
{
	char *arguments[] = {"x", NULL};

	execve("./x", arguments, none);
	_exit(98);
}

static void *run_thread(void *unused)
{
	run();
	return unused;
}

static void *wait_thread(void *unused)
{
	for (;;)
		pause();
	return unused;
}

// What x becomes for (real, effective), run by a child that shares the parent's fs when so told.
static pid_t start(uid_t real, uid_t effective, unsigned long flags)
{
	return CHILD(MUST(setresgid(real, effective, effective));
		     MUST(setresuid(real, effective, effective));
		     pid_t child = (pid_t)MUST(syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));
		     if (child == 0) run(); int status = child_wait(child);
		     _exit(WEXITSTATUS(status)));
}

static void threads(void *(*first)(void *), void (*then)(void))
{
	pthread_t thread;

	MUST(setuid(1000));
	MUST(pthread_create(&thread, NULL, first, NULL));
	MUST(pthread_create(&thread, NULL, wait_thread, NULL));
	if (then)
		then();
	wait_thread(NULL);
}

// Looks at everybody again and again. A reader of /proc is no sharer.
static void read_status(void)
{
	for (;;) {
		for (int pid = getppid(); pid < getppid() + 100; pid++) {
			char path[64], text[64];
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/status", pid);
			fd = open(path, O_RDONLY);
			if (fd < 0)
				continue;
			(void)!read(fd, text, sizeof(text));
			close(fd);
		}
	}
}

CONTRACT
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	if (access("x", F_OK) == 0) {
		getresuid(&r, &e, &s);
		getresgid(&gr, &ge, &gs);
		// The exit status says what we are.
		_exit((e == 5000 && s == 5000 ? 4
		       : e == r && s == r     ? 0
					      : 8) +
		      (ge == 6000 && gs == 6000 ? 32
		       : ge == gr && gs == gr	? 0
						: 64) +
		      (int)getauxval(AT_SECURE));
	}
	copy_self("x");
	MUST(chmod(".", 0755));
	MUST(chown("x", 5000, 6000));
	MUST(chmod("x", 06755));
	CHECK_EXIT(start(1000, 1000, 0), 37);
	CHECK_EXIT(start(1000, 1000, CLONE_FS), 1);
	CHECK_EXIT(start(0, 0, CLONE_FS), 37);
	CHECK_EXIT(start(1000, 2000, 0), 37);
	CHECK_EXIT(start(1000, 2000, CLONE_FS), 1);
	CHECK_EXIT(start(5000, 1000, CLONE_FS), 5);
	CHECK_EXIT(start(1000, 5000, CLONE_FS), 1);
	MUST(chmod("x", 02755));
	CHECK_EXIT(start(1000, 1000, CLONE_FS), 1);
	CHECK_EXIT(start(1000, 2000, CLONE_FS), 1);
	CHECK_EXIT(start(5000, 6000, CLONE_FS), 5);
	MUST(chmod("x", 0755));
	CHECK_EXIT(start(1000, 1000, CLONE_FS), 0);
	CHECK_EXIT(start(1000, 2000, 0), 73);
	CHECK_EXIT(start(1000, 2000, CLONE_FS), 1);
	MUST(chmod("x", 06755));
	CHECK_EXIT(CHILD(threads(wait_thread, run)), 37);
	CHECK_EXIT(CHILD(threads(run_thread, NULL)), 37);
	pid_t reader = CHILD(read_status());
	for (int i = 0; i < 50; i++)
		if (child_wait(CHILD(MUST(setuid(1000)); run())) != 37 << 8)
			CHECK(!"a reader took the rights away");
	MUST(kill(reader, SIGKILL));
	CHECK_KILLED(reader, SIGKILL);
	MUST(unlink("x"));
}
