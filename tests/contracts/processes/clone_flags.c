// SPDX-License-Identifier: MIT
// Covers: PROC-08. clone's sharing, flag by flag: FILES, FS, SIGHAND, VM, PARENT, SETTID and
// CLEARTID; combinations that are refused.
// A thread has no exit signal, with PARENT neither.
#include "contract.h"
#include <linux/sched.h>

static long clone_with(unsigned long flags, void *ptid, void *ctid)
{
#if defined(__x86_64__)
	return syscall(SYS_clone, flags, NULL, ptid, ctid, NULL);
#else
	return syscall(SYS_clone, flags, NULL, ptid, NULL, ctid);
#endif
}

#define CLONED(flags, ...)                                       \
	({                                                       \
		long pid_ = MUST(clone_with(flags, NULL, NULL)); \
		if (pid_ == 0) {                                 \
			__VA_ARGS__;                             \
			_exit(0);                                \
		}                                                \
		(pid_t) pid_;                                    \
	})

static char stack[16384] __attribute__((aligned(16)));

static int ignores(void *argument)
{
	signal(SIGUSR1, SIG_IGN);
	return argument != NULL;
}

static int sleeps(void *argument)
{
	for (;;)
		poll(NULL, 0, -1);
	return argument != NULL;
}

// Field 38 of a thread's stat: exit_signal. The first behind the name is field 3.
static int exit_signal_of(int tid)
{
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	at = strrchr(get_file(path), ')');
	for (int field = 2; field < 38; field++)
		at = strchr(at + 1, ' ');
	return atoi(at);
}

static void thread_with_parent(void)
{
	int tid = (int)MUST(clone(sleeps, stack + sizeof(stack),
				  CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT, NULL));

	CHECK_EQ(exit_signal_of(tid), -1);
	CHECK_EQ(exit_signal_of(getpid()), SIGCHLD);
}

CONTRACT
{
	int *word = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), fd;
	char folder[64];
	struct sigaction now;

	CHECK_EXIT(CLONED(CLONE_FILES | SIGCHLD, dup2(0, 40)), 0);
	CHECK_EQ(fcntl(40, F_GETFD), 0);
	CHECK_EXIT(CLONED(SIGCHLD, dup2(0, 41)), 0);
	CHECK_ERRNO(fcntl(41, F_GETFD), EBADF);
	MUST(mkdir("d", 0755));
	CHECK_EXIT(CLONED(CLONE_FS | SIGCHLD, chdir("d"); umask(0111)), 0);
	CHECK(getcwd(folder, sizeof(folder)) != NULL);
	CHECK_TEXT(folder, "/tmp/contract/d");
	CHECK_EQ(umask(022), 0111);
	CHECK_EXIT(CLONED(SIGCHLD, chdir("/")), 0);
	CHECK(getcwd(folder, sizeof(folder)) != NULL);
	CHECK_TEXT(folder, "/tmp/contract/d");
	// SIGHAND needs VM, THREAD needs SIGHAND.
	CHECK_ERRNO(clone_with(CLONE_SIGHAND | SIGCHLD, NULL, NULL), EINVAL);
	CHECK_ERRNO(clone_with(CLONE_THREAD | SIGCHLD, NULL, NULL), EINVAL);
	CHECK_ERRNO(clone_with(CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL), EINVAL);
	CHECK_EXIT((pid_t)MUST(clone(ignores, stack + sizeof(stack),
				     CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | SIGCHLD, NULL)),
		   0);
	MUST(sigaction(SIGUSR1, NULL, &now));
	CHECK(now.sa_handler == SIG_IGN);
	CHECK_EXIT(CLONED(SIGCHLD, signal(SIGUSR1, SIG_DFL)), 0);
	MUST(sigaction(SIGUSR1, NULL, &now));
	CHECK(now.sa_handler == SIG_IGN);
	// CLEAR_SIGHAND is clone3's: handlers back to default, ignored stays ignored.
	word[0] = word[1] = 0;
	pid_t child = (pid_t)MUST(clone_with(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
						     CLONE_CHILD_CLEARTID | SIGCHLD,
					     word, word + 1));
	if (child == 0) {
		if (word[0] != getpid() || word[1] != getpid())
			_exit(1);
		word[2] = 1;
		_exit(0);
	}
	CHECK_EQ(word[0], child);
	CHECK_EXIT(child, 0);
	CHECK_EQ(word[2], 1);
	// CLONE_PARENT: a sibling, whose parent is ours.
	fd = (int)MUST(open("/proc/self/stat", O_RDONLY));
	close(fd);
	child = CHILD(int mine = getppid();
		      pid_t sibling = CLONED(CLONE_PARENT, _exit(getppid() == mine ? 21 : 22));
		      word[3] = sibling);
	CHECK_EXIT(child, 0);
	int status;
	CHECK_EQ(waitpid(word[3], &status, __WALL), word[3]);
	CHECK_EQ(status, 21 << 8);
	CHECK_EXIT(CHILD(thread_with_parent()), 0);
}
