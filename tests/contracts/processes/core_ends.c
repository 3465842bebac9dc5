// SPDX-License-Identifier: MIT
// Covers: PROC-26. Dumps that do not go smoothly: killed half way, no room in the file system, the
// first thread gone before, several threads that crash at once.
#include "core_helpers.h"

#include <sys/mount.h>

static void *crash_soon(void *unused)
{
	sleep_ms(20);
	abort();
	return unused;
}

// The process's status is the signal's, though its first thread has said 3 before.
static void leader_gone(void)
{
	pthread_t thread;

	core_limit(RLIM_INFINITY);
	if (pthread_create(&thread, NULL, crash_soon, NULL))
		_exit(1);
	syscall(SYS_exit, 3);
}

static pthread_barrier_t together;

static void *crash_together(void *unused)
{
	pthread_barrier_wait(&together);
	*(volatile int *)16 = 1;
	return unused;
}

static void all_at_once(void)
{
	pthread_t thread;

	core_limit(RLIM_INFINITY);
	pthread_barrier_init(&together, NULL, 8);
	for (int i = 0; i < 7; i++)
		if (pthread_create(&thread, NULL, crash_together, NULL))
			_exit(1);
	crash_together(NULL);
}

static void large(void)
{
	size_t size = (size_t)24 << 20;

	core_limit(RLIM_INFINITY);
	memset(MAP(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 7,
	       size);
	raise(SIGQUIT);
}

// Kill it while it writes: the status, or -1 when it was too fast for that.
static int kill_half_way(void)
{
	pid_t child = CHILD(large());
	char path[64];
	siginfo_t info;

	snprintf(path, sizeof(path), "/proc/%d/status", child);
	do {
		info.si_pid = 0;
		MUST(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | WNOHANG));
	} while (!info.si_pid && field_of(path, "CoreDumping:") != 1);
	// It takes nothing but SIGKILL any more.
	kill(child, SIGTERM);
	kill(child, SIGKILL);
	return child_wait(child);
}

static void killed(void)
{
	int status = -1;

	for (int i = 0; i < 100 && status != SIGKILL; i++) {
		struct stat st;

		status = kill_half_way();
		if (status == SIGKILL && !stat("core", &st))
			CHECK(st.st_blocks * 512 < 25 << 20);
		(void)unlink("core");
	}
	CHECK_EQ(status, SIGKILL);
}

static void full(void)
{
	struct stat st;

	MUST(mkdir("small", 0755));
	MUST(mount("small", "small", "tmpfs", 0, "size=64k"));
	MUST(chdir("small"));
	CHECK_EQ(child_wait(CHILD(large())), SIGQUIT | CORE_FLAG);
	MUST(stat("core", &st));
	CHECK(st.st_blocks * 512 <= 65536);
	MUST(unlink("core"));
	MUST(chdir(".."));
	MUST(umount("small"));
	MUST(rmdir("small"));
}

CONTRACT
{
	size_t size;
	struct core core;

	CHECK_EQ(field_of("/proc/self/status", "CoreDumping:"), 0);
	CHECK_EQ(child_wait(CHILD(leader_gone())), SIGABRT | CORE_FLAG);
	core = core_read("core");
	CHECK(core_note(&core, "CORE", NT_PRSTATUS, 0, &size) != NULL);
	CHECK(core_note(&core, "CORE", NT_PRSTATUS, 1, &size) == NULL); // the thread that had gone
	MUST(unlink("core"));
	CHECK_EQ(child_wait(CHILD(all_at_once())), SIGSEGV | CORE_FLAG);
	core = core_read("core");
	CHECK(core_note(&core, "CORE", NT_PRSTATUS, 7, &size) != NULL);
	CHECK(core_note(&core, "CORE", NT_PRSTATUS, 8, &size) == NULL);
	MUST(unlink("core"));
	killed();
	full();
}
