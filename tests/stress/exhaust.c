// SPDX-License-Identifier: MIT
// Memory exhausted in one way: exhaust process | processes | files | pages | pipes | tables | descriptors | epoll | timers | signals.
//
// A child takes what it can until it is killed or is told that there is no more (an error is an answer, and then it lets go); its
// parent, who holds little, survives and can start programs afterwards. Who is killed, the kernel's log names.

#include "contract.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#define MIB ((size_t)1 << 20)

static __attribute__((noreturn)) void refused(const char *what)
{
	say("%s: %s", what, strerror(errno));
	_exit(errno == ENOMEM || errno == EAGAIN || errno == EMFILE || errno == ENFILE ||
			      errno == ENOSPC
		      ? 0
		      : 3);
}

static char *some(size_t size)
{
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		refused("mmap");
	return map;
}

static void take_process(void)
{
	for (;;) {
		char *map = some(8 * MIB);

		for (size_t at = 0; at < 8 * MIB; at += PAGE)
			map[at] = 1;
	}
}

// Half more of them than there is room for, since those that are killed make room for others.
static void take_processes(void)
{
	long count = (long)(3 * sysconf(_SC_PHYS_PAGES) * (long)PAGE / (long)(8 * MIB));

	while (count-- > 0) {
		pid_t child = fork();

		if (child < 0)
			refused("fork");
		if (child > 0)
			continue;
		char *map = some(4 * MIB);

		for (size_t at = 0; at < 4 * MIB; at += PAGE)
			map[at] = 1;
		for (;;)
			pause();
	}
	sleep_ms(1000);
	kill(0, SIGKILL);
}

static void take_files(void)
{
	static char block[65536];

	for (int i = 0;; i++) {
		char name[32];

		snprintf(name, sizeof(name), "file%d", i);
		int fd = open(name, O_CREAT | O_WRONLY, 0600);

		if (fd < 0)
			refused("open");
		for (int n = 0; n < 64; n++)
			if (write(fd, block, sizeof(block)) < 0)
				refused("write");
		close(fd);
	}
}

static void take_pages(void)
{
	int fd = memfd_create("pages", 0);
	size_t size = 4096 * MIB;

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
		refused("memfd");
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		refused("mmap");
	for (size_t at = 0; at < size; at += PAGE)
		map[at] = 1;
}

static void many_descriptors(void)
{
	struct rlimit many = {16384, 16384};

	setrlimit(RLIMIT_NOFILE, &many);
}

static void take_pipes(void)
{
	static char block[65536];

	many_descriptors();
	for (;;) {
		int ends[2];

		if (pipe2(ends, O_NONBLOCK) != 0)
			refused("pipe");
		fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
		while (write(ends[1], block, sizeof(block)) > 0)
			;
	}
}

// One page in every 2 MiB: a page table for each, and soon one for each of those.
static void take_tables(void)
{
	for (;;) {
		size_t size = 16384 * MIB;
		char *map = some(size);

		madvise(map, size, MADV_NOHUGEPAGE);
		for (size_t at = 0; at < size; at += 2 * MIB)
			(void)*(volatile char *)(map + at);
	}
}

// 2 MiB pages, every other one in parts, and what is left in small ones; with children that share
// what came before.
static void take_blocks(void)
{
	for (unsigned int round = 0;; round++) {
		size_t size = 16 * MIB;
		char *map = some(size);

		madvise(map, size, MADV_HUGEPAGE);
		for (size_t at = 0; at < size; at += MIB) {
			map[at] = 1;
			if (at & MIB)
				munmap(map + at + round % 256 * PAGE, PAGE);
		}
		if (round % 4 == 3) {
			pid_t child = fork();

			if (child < 0)
				refused("fork");
			if (child == 0)
				for (;;)
					pause();
		}
	}
}

// It ends when so many of those that keep them have been killed.
#define VICTIMS 20

static void take_descriptors(void)
{
	int victims = 0;

	many_descriptors();
	while (victims < VICTIMS) {
		if (eventfd(0, 0) < 0) {
			if (errno != EMFILE)
				refused("eventfd");
			pid_t keeper = fork(); // keeps them, and they are opened anew here

			if (keeper < 0)
				refused("fork");
			if (keeper == 0)
				for (;;)
					pause();
			syscall(SYS_close_range, 3, ~0U, 0);
			while (waitpid(-1, NULL, WNOHANG) > 0)
				victims++;
		}
	}
	say("%d of those that keep them were killed", victims);
	_exit(0);
}

static void take_epoll(void)
{
	many_descriptors();
	for (int i = 0; i < 1000; i++)
		if (eventfd(0, 0) < 0)
			refused("eventfd");
	for (;;) {
		int set = epoll_create1(0);

		if (set < 0)
			refused("epoll_create1");
		for (int i = 3; i < 1003; i++) {
			struct epoll_event want = {.events = EPOLLIN};

			if (epoll_ctl(set, EPOLL_CTL_ADD, i, &want) != 0)
				refused("epoll_ctl");
		}
	}
}

static void take_timers(void)
{
	struct sigevent none = {.sigev_notify = SIGEV_NONE};

	// RLIMIT_SIGPENDING ends it.
	for (;;) {
		int timer;

		if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &timer) != 0)
			refused("timer_create");
	}
}

static void take_signals(void)
{
	struct rlimit many = {RLIM_INFINITY, RLIM_INFINITY};
	sigset_t all;

	setrlimit(RLIMIT_SIGPENDING, &many);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	siginfo_t info = {.si_signo = SIGRTMIN + 1, .si_code = SI_QUEUE, .si_pid = getpid()};

	// The C library's sigqueue() makes five calls of one.
	for (;;)
		if (syscall(SYS_rt_sigqueueinfo, info.si_pid, info.si_signo, &info) != 0)
			refused("sigqueue");
}

static const struct {
	const char *name;
	void (*take)(void);
} ways[] = {
	{"process", take_process}, {"processes", take_processes},
	{"files", take_files},	   {"pages", take_pages},
	{"pipes", take_pipes},	   {"tables", take_tables},
	{"epoll", take_epoll},	   {"descriptors", take_descriptors},
	{"timers", take_timers},   {"signals", take_signals},
	{"blocks", take_blocks},
};

int main(int argc, char **argv)
{
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int status;

		if (argc < 2 || strcmp(argv[1], ways[i].name) != 0)
			continue;
		pid_t child = CHILD(setsid(); ways[i].take());

		status = child_wait(child);
		say("%s: status %#x", argv[1], status);
		CHECK(status == 0 || status == SIGKILL);
		kill(-child, SIGKILL); // what it left
		CHECK_EXIT(CHILD(execl("/bin/true", "true", (char *)NULL)), 0);
		say("ok");
		return 0;
	}
	say("FAIL usage: exhaust WAY");
	return 2;
}
