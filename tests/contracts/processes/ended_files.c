// SPDX-License-Identifier: MIT
// Covers: SYS-04 PROC-08 MEM-20. What is left to ask of a process that has ended and was not waited for: it takes signals, has no
// memory, and the files that tell of that are empty or cannot be opened.
#include "contract.h"
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static pid_t zombie;

static long opened(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", zombie, name);
	return open(path, flags);
}

static long length_of(const char *name)
{
	char text[4096];
	int fd = (int)MUST(opened(name, O_RDONLY));
	long n = MUST(read(fd, text, sizeof(text)));

	MUST(close(fd));
	return n;
}

static void files(void)
{
	static const char *const told[] = {"stat", "statm",  "status",
					   "comm", "limits", "oom_score_adj"};
	int fd;

	CHECK_EQ(length_of("maps"), 0);
	CHECK_EQ(length_of("smaps"), 0);
	CHECK_EQ(length_of("cmdline"), 0);
	CHECK_EQ(length_of("coredump_filter"), 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		CHECK(length_of(told[i]) > 0);
	CHECK_ERRNO(opened("smaps_rollup", O_RDONLY), ESRCH);
	CHECK_ERRNO(opened("environ", O_RDONLY), ESRCH);
	CHECK_ERRNO(opened("auxv", O_RDONLY), ESRCH);
	CHECK_ERRNO(opened("mem", O_RDONLY), ESRCH);
	fd = (int)MUST(opened("coredump_filter", O_WRONLY));
	CHECK_ERRNO(write(fd, "0x33", 4), ESRCH);
	MUST(close(fd));
}

static void *sleeps(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void end_before_thread(void)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, sleeps, NULL), 0);
	syscall(SYS_exit, 0);
}

CONTRACT
{
	struct pollfd thread = {.events = POLLIN};
	siginfo_t info = {.si_code = SI_QUEUE};
	char byte;
	struct iovec iov = {&byte, 1};
	pid_t waiter;

	zombie = CHILD(_exit(0));
	while (state_of(zombie) != 'Z')
		sleep_ms(1);
	files();
	MUST(kill(zombie, SIGUSR1));
	MUST(syscall(SYS_tkill, zombie, SIGUSR1));
	MUST(syscall(SYS_rt_tgsigqueueinfo, zombie, zombie, SIGUSR1, &info));
	CHECK_ERRNO(process_vm_readv(zombie, &iov, 1, &iov, 1, 0), ESRCH);
	MUST(syscall(SYS_ioprio_set, 1, zombie, 2 << 13 | 3));
	CHECK_EQ(syscall(SYS_ioprio_get, 1, zombie), 0);
	CHECK_EXIT(zombie, 0);
	CHECK_ERRNO(kill(zombie, 0), ESRCH);

	// A first thread that ends before the others is no event, not even to who asks for the thread alone.
	waiter = CHILD(end_before_thread());
	while (state_of(waiter) != 'Z')
		sleep_ms(1);
	thread.fd = (int)MUST(syscall(SYS_pidfd_open, waiter, O_EXCL));
	CHECK_EQ(poll(&thread, 1, 0), 0);
	MUST(kill(waiter, SIGKILL));
	CHECK_EQ(poll(&thread, 1, 10000), 1);
	CHECK_EQ(thread.revents, POLLIN);
	CHECK_KILLED(waiter, SIGKILL);
}
